"""Frozen facts that travel between rules, journeys and plugs."""
