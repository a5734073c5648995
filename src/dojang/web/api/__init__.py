"""The JSON behind the pages (/api/v1) and the PIN page (/v1). One module per thing, each with `router(desk)`."""
