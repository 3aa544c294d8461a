"""Starts the driver in Node: the SDK is installed by npm, outside of this package (see README.md)."""

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
HOME = Path(os.environ.get("DYNAMIC_REACT_NATIVE_HOME", "build/drivers/dynamic-react-native")).absolute()

node = shutil.which("node")
if node is None:
    sys.exit("dynamic-react-native needs Node 20 or later, and there is no `node` on PATH")
if not (HOME / "node_modules" / "@dynamic-labs" / "client").is_dir():
    sys.exit(
        f"The SDK is not installed in {HOME}. Install it with `make drivers`, or by hand:\n"
        f"  mkdir -p {HOME} && cp {HERE}/package.json {HERE}/.npmrc {HOME} && (cd {HOME} && npm install)\n"
        "DYNAMIC_REACT_NATIVE_HOME names another folder."
    )
sys.stdout.flush()
os.environ["DYNAMIC_REACT_NATIVE_HOME"] = str(HOME)
os.environ["MFA_PYTHON"] = sys.executable  # runs the webview's stand-in
os.execv(node, [node, str(HERE / "driver.mjs")])  # noqa: S606 - it is this program from here on
