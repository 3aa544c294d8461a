"""Starts the driver in Node; `install` gets npm packages, the page and Chromium first (see README.md)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

HERE: Final = Path(__file__).parent
HOME: Final = Path(os.environ.get("DYNAMIC_REACT_HOME", "build/drivers/dynamic-react")).absolute()
CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
NOT_TO_BE_HAD: Final = 69  # EX_UNAVAILABLE: this machine lacks something that cannot be installed here


def _cannot(why: str) -> NoReturn:
    print(f"dynamic-react cannot be run here: {why}", file=sys.stderr)  # noqa: T201 - stderr is free
    sys.exit(NOT_TO_BE_HAD)


def _program(name: str) -> str:
    return shutil.which(name) or _cannot(
        f"it needs Node 20 or later and npm, and there is no `{name}` on PATH"
    )


def _get_chromium() -> None:
    if shutil.which(CHROMIUM):
        return
    if "CHROMIUM" in os.environ:
        _cannot(f"CHROMIUM names {CHROMIUM}, and there is no such program")
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        _cannot(f"there is no {CHROMIUM}. On Debian: apt-get install chromium. CHROMIUM names another one")
    unasked = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run([apt, *words], env=unasked, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode or not shutil.which(CHROMIUM):
        _cannot(f"apt-get install chromium failed: {done.stderr.strip()[-300:]}")


def install() -> None:
    """Chromium if it is missing, the npm packages of package.json, and the page made of them."""
    node, npm = _program("node"), _program("npm")
    _get_chromium()
    HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", ".npmrc"):
        shutil.copy(HERE / name, HOME)
    subprocess.run([npm, "install", "--silent"], cwd=HOME, check=True)  # noqa: S603
    subprocess.run([node, str(HERE / "build.mjs")], env=_told(), check=True)  # noqa: S603


def drive() -> None:
    """Be the driver, in Node, from here on."""
    node = _program("node")
    if not shutil.which(CHROMIUM) or not (HOME / "page.js").is_file():
        sys.exit(
            f"The SDK is not installed in {HOME}, or there is no {CHROMIUM}. Install both by `make drivers`, or by:\n"
            "  python -m mfa_harness.drivers.dynamic_react install\n"
            "DYNAMIC_REACT_HOME names another folder, CHROMIUM another browser."
        )
    sys.stdout.flush()
    os.execve(node, [node, str(HERE / "driver.mjs"), *sys.argv[1:]], _told())  # noqa: S606


def _told() -> dict[str, str]:
    return {**os.environ, "DYNAMIC_REACT_HOME": str(HOME), "CHROMIUM": CHROMIUM}


match sys.argv[1:]:
    case [] | ["--ui"]:
        drive()
    case ["install"]:
        install()
    case other:
        sys.exit(f"expected nothing, `--ui` or `install`, found {' '.join(other)}")
