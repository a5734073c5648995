"""One PIN guard: it spends an attempt, durably, before it looks at it; it never sees a PIN."""
