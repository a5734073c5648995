"""Hanbit Bank (한빛은행), the fictional bank of the demo: core banking, telephones, cards, and a relying party."""

import argparse
import os

from dojang.demo.bank import ready_made
from dojang.demo.bank.app import application
from dojang.demo.bank.settings import Settings
from dojang.serving.run import log_as_json
from dojang.serving.run import run as serve_app


def configure(_parser: argparse.ArgumentParser) -> None:
    """No words: its settings are `DOJANG_BANK_*`."""


def run(_arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    log_as_json("bank")
    chosen = Settings.read(os.environ)
    bank = application(chosen)
    ready_made.introduce(bank.state.desk)
    serve_app(bank, chosen.host, chosen.port)
    return 0
