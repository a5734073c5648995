"""HTTP in, HTTP out: read, hand to a journey, reply."""
