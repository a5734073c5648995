"""Plugs, named `<port>_<technology>`; `database/` and `in_memory/` hold one file per book."""
