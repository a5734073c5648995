"""Who may learn who this is? Pure rules for OpenID Connect: requests are checked in one visible order."""
