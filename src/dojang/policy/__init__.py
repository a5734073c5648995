"""What the operator's policy says: numbers and words, read once from the files beside this."""
