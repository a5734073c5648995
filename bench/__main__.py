"""`python -m bench [PART ...]`: guard, vault, house. Prints a table and writes bench/out/latest.json."""

import sys
from collections.abc import Callable
from typing import Final

from bench import guard, house, vault
from bench.rows import Row, report

PARTS: Final[dict[str, Callable[[], list[Row]]]] = {"guard": guard.rows, "vault": vault.rows, "house": house.rows}


def main(words: list[str]) -> int:
    """Every part, or those named."""
    unknown = [word for word in words if word not in PARTS]
    if unknown:
        print(f"unknown part {unknown[0]}: one of {', '.join(PARTS)}", file=sys.stderr)
        return 2
    report([row for name, part in PARTS.items() if not words or name in words for row in part()])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
