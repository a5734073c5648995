"""How the books came to their tables, one file per step; one that was released is never changed."""
