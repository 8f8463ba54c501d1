"""The dev server's HTTP side: checks, files, events, the webhook, ports."""
