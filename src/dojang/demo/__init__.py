"""What exists only to show Dojang at work: a fictional bank, its customers and their telephones, and the tour."""
