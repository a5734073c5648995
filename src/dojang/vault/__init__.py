"""The signing module, a service of its own: it keeps customers' wrapped keys and signs only what they activated."""
