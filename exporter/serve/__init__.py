"""The tools that stay open all day: the dev server with live reload, and the watcher that syncs again and again."""
