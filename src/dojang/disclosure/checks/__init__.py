"""One check per file; `request_checks.py` has their order."""
