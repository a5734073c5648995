"""What every act of the bank is given: its database, keys, clock and randomness."""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from dojang.demo.bank.database import Database
from dojang.demo.bank.keys import Keys


@dataclass(frozen=True, slots=True)
class Desk:
    """`now` gives Unix seconds; `chance` is the system's random source outside of tests."""

    database: Database
    keys: Keys
    now: Callable[[], int]
    chance: random.Random


def new_id() -> str:
    """An identifier nobody can guess: 128 random bits in hex."""
    return secrets.token_hex(16)
