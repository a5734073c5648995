"""Relying parties ask for signatures, server to server; their customers open them."""
