"""The other side of the wire: a customer without a browser (`holder`), and a relying party's checks (`verifier`)."""
