"""A PIN guard: `init` makes its identity key and prints the public half for the anchors."""

import argparse
from pathlib import Path

from dojang.guard.settings import init
from dojang.pin.encoding import b64


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    words = acts.add_parser("init", help="make the identity key if there is none")
    words.add_argument("--folder", type=Path, required=True)


def run(arguments: argparse.Namespace) -> int:
    """`init`."""
    print(b64(init(arguments.folder)))
    return 0
