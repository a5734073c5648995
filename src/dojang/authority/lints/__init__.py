"""One check per clause that a certificate has to satisfy, each with its citation. `authority.lint` runs them all."""
