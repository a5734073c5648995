"""The certification centre's pages."""
