"""The drivers that ship, and those that the documentation shows: they are run, not believed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_harness import drivers
from mfa_harness.targets.target import TargetError

from .conftest import DYNAMIC_JS, DYNAMIC_REACT, PYTHON_REFERENCE, Ran

ROOT = Path(__file__).parents[3]
SHIPPED = Path(drivers.__path__[0])
DYNAMIC_REACT_NATIVE = shlex.join([sys.executable, "-m", "mfa_harness.drivers.dynamic_react_native"])


TOYS = Path(__file__).with_name("toys")
GSON = Path("/usr/share/java/gson.jar")


def listings(language: str) -> list[str]:
    """The listings of a language in docs/driver.md."""
    document = (ROOT / "docs" / "driver.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)


@pytest.mark.parametrize(
    ("language", "file"),
    [
        ("python", SHIPPED / "python_reference" / "__main__.py"),
        ("python", TOYS / "adapter.py"),
        ("go", TOYS / "driver.go"),
        ("kotlin", TOYS / "driver.kt"),
    ],
)
def test_a_driver_of_the_documentation_is_the_one_that_is_run(language: str, file: Path) -> None:
    assert file.read_text(encoding="utf-8") in listings(language)


def test_the_drivers_of_the_documentation_are_short() -> None:
    drivers = [listings("python")[0], *listings("bash"), *listings("go"), listings("kotlin")[1]]
    assert [len(driver.splitlines()) < 60 for driver in drivers] == [True] * 4


EXAMPLES = ("totp.one-device.second-refused", "totp.exact-format.leading-zero-lost")


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "jq"))), reason="needs bash, curl and jq")
def test_the_shell_driver_of_the_documentation_works(tmp_path: Path) -> None:
    script = tmp_path / "driver.sh"
    script.write_text(listings("bash")[0], encoding="utf-8")
    assert set(Ran(f"bash {script}", *EXAMPLES).verdicts.values()) == {"pass"}


def built(*command: str | Path) -> None:
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(not shutil.which("go"), reason="needs Go")
def test_the_go_driver_of_the_documentation_works(tmp_path: Path) -> None:
    built("go", "build", "-o", tmp_path / "driver", TOYS / "driver.go", TOYS / "sdk.go")
    ran = Ran(str(tmp_path / "driver"), *EXAMPLES, "limits.attempts.at-once")
    assert set(ran.verdicts.values()) == {"pass"}


@pytest.mark.skipif(not shutil.which("kotlinc") or not GSON.is_file(), reason="needs kotlinc and Gson")
def test_the_kotlin_driver_of_the_documentation_works(tmp_path: Path) -> None:
    jar = tmp_path / "driver.jar"
    built("kotlinc", "-classpath", GSON, "-include-runtime", TOYS / "driver.kt", TOYS / "sdk.kt", "-d", jar)
    ran = Ran(f"java -cp {jar}:{GSON} DriverKt", *EXAMPLES, "limits.attempts.at-once")
    assert set(ran.verdicts.values()) == {"pass"}


def test_the_vendors_javascript_sdk_runs_the_suite(dynamic_js: str) -> None:
    ran = Ran(dynamic_js, "totp.one-device", "recovery.single-use", "passkey.sign-in")
    assert ran.code == 0
    assert list(ran.verdicts.values()).count("pass") > 10


def test_what_the_vendors_javascript_sdk_is_known_for_is_still_true(dynamic_js: str) -> None:
    known = SHIPPED / "dynamic_js" / "expected-failures.toml"
    ran = Ran(dynamic_js, "client", expected_failures=known)
    assert ran.code == 0
    assert ran.end.expected == {"fail": 2}


def test_the_vendors_react_sdk_runs_the_suite(dynamic_react: str) -> None:
    ran = Ran(
        dynamic_react, "totp.one-device.second-refused", "recovery.single-use.used-code", "passkey.sign-in"
    )
    assert ran.code == 0
    assert set(ran.verdicts.values()) == {"pass"}


def test_what_the_vendors_react_sdk_is_known_for_is_still_true(dynamic_react: str) -> None:
    known = SHIPPED / "dynamic_react" / "expected-failures.toml"
    chosen = re.findall(r'^check = "(.*)"$', known.read_text(encoding="utf-8"), re.MULTILINE)
    ran = Ran(dynamic_react, *chosen, expected_failures=known)
    assert ran.code == 0
    assert sum(ran.end.expected.values()) == len(chosen)


def test_the_vendors_own_screens_are_used(dynamic_react: str) -> None:
    ran = Ran(
        f"{dynamic_react} --ui",
        "client.enrolment-order.on-screens",
        "client.right-prompt.screen-at-sign-in",
        "passkey.sign-in",
    )
    assert ran.code == 0
    assert set(ran.verdicts.values()) == {"pass"}


def test_what_the_vendors_own_screens_are_known_for_is_still_true(dynamic_react: str) -> None:
    known = SHIPPED / "dynamic_react" / "expected-failures-ui.toml"
    chosen = re.findall(r'^check = "(.*)"$', known.read_text(encoding="utf-8"), re.MULTILINE)
    ran = Ran(f"{dynamic_react} --ui", *chosen, expected_failures=known)
    assert ran.code == 0
    assert sum(ran.end.expected.values()) == len(chosen)


def test_a_machine_that_cannot_run_the_react_sdk_is_told_so_plainly(tmp_path: Path) -> None:
    install = [sys.executable, "-m", "mfa_harness.drivers.dynamic_react", "install"]
    poor = {"PATH": str(tmp_path), "DYNAMIC_REACT_HOME": str(tmp_path)}
    done = subprocess.run(install, env=poor, check=False, capture_output=True, text=True)
    assert done.returncode == 69
    assert done.stderr.startswith("dynamic-react cannot be run here: it needs Node 20 or later and npm")
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="session")
def dynamic_react_native() -> str:
    """The vendor's React Native client, where somebody has installed it."""
    home = Path(
        os.environ.get("DYNAMIC_REACT_NATIVE_HOME", ROOT / "build" / "drivers" / "dynamic-react-native")
    )
    if not (home / "node_modules" / "@dynamic-labs" / "client").is_dir() or not shutil.which("node"):
        pytest.skip("the vendor's React Native client is not installed here: make drivers")
    return f"env DYNAMIC_REACT_NATIVE_HOME={shlex.quote(str(home))} {DYNAMIC_REACT_NATIVE}"


def test_the_vendors_react_native_client_runs_the_suite(dynamic_react_native: str) -> None:
    ran = Ran(
        dynamic_react_native,
        "totp.one-device",
        "passkey.sign-in",
        "client.enrolment-order",
        "client.error-kinds",
    )
    assert ran.code == 0
    assert list(ran.verdicts.values()).count("pass") > 8


def test_what_the_vendors_react_native_client_is_known_for_is_still_true(dynamic_react_native: str) -> None:
    known = SHIPPED / "dynamic_react_native" / "expected-failures.toml"
    ran = Ran(dynamic_react_native, "step-up.check", expected_failures=known)
    assert ran.code == 0
    assert ran.end.expected == {"fail": 2}


@pytest.mark.parametrize(
    "path", sorted(SHIPPED.glob("*/expected-failures*.toml")), ids=lambda path: path.name
)
def test_every_known_failure_is_explained(path: Path) -> None:
    findings = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    known = path.read_text(encoding="utf-8")
    checks = re.findall(r'^check = "(.*)"$', known, re.MULTILINE)
    assert checks
    assert [check for check in checks if f"`{check}`" not in findings] == []


def test_a_sdk_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DYNAMIC_JS_HOME", str(tmp_path))
    monkeypatch.setenv("DYNAMIC_REACT_NATIVE_HOME", str(tmp_path))
    monkeypatch.setenv("DYNAMIC_REACT_HOME", str(tmp_path))
    for driver in (DYNAMIC_JS, DYNAMIC_REACT, DYNAMIC_REACT_NATIVE):
        with pytest.raises(TargetError, match=r"is not installed in|no `node` on PATH"):
            Ran(driver, "totp.one-device")


@pytest.mark.parametrize("name", ["python_reference", "dynamic_js", "dynamic_react", "dynamic_react_native"])
def test_every_driver_says_what_it_is(name: str) -> None:
    assert (SHIPPED / name / "README.md").is_file()


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("dynamic_js", ["1.27.1", "5.3.2", "5.3.2"]),
        ("dynamic_react", ["4.96.3"] * 3),
        ("dynamic_react_native", ["4.83.1"] * 4),
    ],
)
def test_the_vendors_sdk_is_pinned(name: str, versions: list[str]) -> None:
    package = (SHIPPED / name / "package.json").read_text(encoding="utf-8")
    assert re.findall(r'"@dynamic[^"]*": "([^"]*)"', package) == versions
    assert not list(SHIPPED.rglob("package-lock.json"))


def test_the_reference_driver_leaves_nothing_to_a_client_untested() -> None:
    ran = Ran(PYTHON_REFERENCE, "passkey.sign-in", "step-up.check")
    assert set(ran.verdicts.values()) == {"pass"}
