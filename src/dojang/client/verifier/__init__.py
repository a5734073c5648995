"""A relying party's checks. Each numbers its steps; a step that fails raises `SignatureInvalid(step=...)`."""
