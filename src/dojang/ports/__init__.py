"""Sockets: what the journeys need from the outside, as `typing.Protocol`s over values. One file per socket.

Every socket has one suite in `tests/adapters/` with every plug in it, and a working twin in `adapters/in_memory/`.
"""
