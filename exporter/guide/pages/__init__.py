"""Which pages there are and where: addresses, lists, redirects, the sitemap."""
