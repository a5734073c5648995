"""Hanbit Bank's pages: home, the demo's customers, internet banking, and the virtual telephone."""
