"""What exists only to show Dojang at work: a fictional bank, its customers, their telephones, the tour."""
