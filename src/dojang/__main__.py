"""The command line. Only the chosen command is imported.

Exit codes: 0 done; 1 refused, or a check failed; 2 the words of the call were wrong, or the machine lacks something;
130 interrupted before it could tidy up by itself.
"""

import argparse
import importlib
import os
import sys
from typing import Final

from dojang.refusals import Refusal

COMMANDS: Final = {
    "demo": "everything on this machine: starts it, tells the story once, stays up",
    "tour": "the whole story of one certificate, headless, against a running house",
    "serve": "one service: center, guard, vault, pin-page or status",
    "demo-bank": "Hanbit Bank, the fictional bank of the demo",
    "authority": "the offline root: init, check-profile",
    "vault": "the signing module: init, certify-responder",
    "guard": "a PIN guard: init",
    "center": "the certification centre: init, migrate",
    "status": "the status service: init",
    "anchors": "who trusts whom: make",
    "jobs": "what the clock asks of the centre: run",
    "verify": "a receipt or a signature, offline",
    "doctor": "says what is wrong with the settings of a service",
}


def main(words: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = sys.argv[1:] if words is None else words
    os.umask(0o077)  # whatever a process of ours writes is its owner's alone
    parser = argparse.ArgumentParser(
        prog="dojang",
        description="An open cloud financial-certificate platform.",
        epilog="\n".join(f"  {name:<10} {says}" for name, says in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command", help="one of those below; each has --help")
    chosen = parser.parse_args(words[:1]).command
    command = importlib.import_module(f"dojang.commands.{chosen.replace('-', '_')}")
    own = argparse.ArgumentParser(prog=f"dojang {chosen}", description=command.__doc__)
    command.configure(own)
    arguments = own.parse_args(words[1:])
    if parent := os.environ.get("DOJANG_PARENT"):
        from dojang.serving.run import end_with_parent

        end_with_parent(int(parent))
    try:
        return int(command.run(arguments))
    except Refusal as refusal:
        facts = " ".join(f"{name}={value}" for name, value in refusal.facts.items())
        print(f"dojang {chosen}: {refusal.code} {facts}".rstrip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
