"""OpenID Connect: discovery, the authorization endpoint, the token endpoint."""
