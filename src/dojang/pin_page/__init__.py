"""The PIN page's host: static files only, at an operator and an origin of its own. No PIN ever reaches it."""
