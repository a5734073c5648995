"""Did the holder alone agree, and to exactly these bytes? Pure rules: what is signed, and the formats around it."""
