"""The whole story of one certificate, headless, against a running house. 0 only if every independent check passed.

Run again into the same folder, it plays the same customer: a reissue, which revokes the first certificate.
"""

import argparse
import json
from pathlib import Path

import httpx2
from rich.console import Console

from dojang.demo.person import Houses
from dojang.demo.story import Story, StoryBroken
from dojang.demo.tour import Setting, Tour
from dojang.pin.anchors import Anchors
from dojang.refusals import Refusal, SettingMissing


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--center", default="http://center.dojang.localhost:8001", metavar="URL")
    parser.add_argument("--bank", default="http://bank.localhost:8000", metavar="URL")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="the demo's folder (var/demo)")
    parser.add_argument("--anchors", type=Path, help="the anchors to trust (DATA/anchors.json)")
    parser.add_argument("--out", type=Path, help="where the papers are left (DATA/tour)")


def run(arguments: argparse.Namespace) -> int:
    """Tell the story; leaves chain.pem, certificate.pem, transfer.p7s, receipt.json, login.json, tour.json and more."""
    anchors = arguments.anchors or arguments.data / "anchors.json"
    out = arguments.out or arguments.data / "tour"
    if not anchors.exists():
        raise SettingMissing(name="--anchors", file=str(anchors))
    houses = Houses(arguments.center.rstrip("/"), arguments.bank.rstrip("/"))
    story = Story(Console())
    broken = ""
    try:
        Tour(Setting(houses, Anchors.parse(anchors.read_bytes()), out, arguments.data), story).tell_it()
    except StoryBroken as error:
        broken = str(error)
    except Refusal as refusal:
        broken = refusal.code
    except httpx2.TransportError as error:
        broken = f"the house does not answer ({type(error).__name__})"
    out.mkdir(parents=True, exist_ok=True)
    (out / "tour.json").write_text(json.dumps(story.as_json(), ensure_ascii=False, indent=2))
    passed = sum(check.passed for check in story.checks)
    story.console.print(f"{passed} of {len(story.checks)} independent checks passed; papers in {out}", highlight=False)
    if broken:
        story.console.print(f"[red]The story broke: {broken}[/]", highlight=False)
    return 0 if story.true and not broken else 1
