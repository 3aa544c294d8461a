from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from mfa_harness import authenticator
from mfa_simulators import TotpAuthenticator, VirtualClock

if TYPE_CHECKING:
    from pathlib import Path

ALICE = "otpauth://totp/ACME:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME&digits=8"
BOB = "otpauth://totp/ACME:bob?secret=MFRGGZDFMZTWQ2LK&issuer=ACME&period=60"
RFC_MOMENT = 59.0  # RFC 6238, appendix B: alice's code is 94287082, for one more second


class Closed:
    """A clock on which Ctrl-C is pressed after so many readings; each reading takes a second."""

    def __init__(self, readings: int) -> None:
        self.readings = readings
        self.time = RFC_MOMENT - 10

    def now(self) -> float:
        self.readings -= 1
        if self.readings < 0:
            raise KeyboardInterrupt
        self.time += 1
        return self.time


def terminal() -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=True,
        width=80,
        color_system="standard",
        _environ={"TERM": "xterm"},
    )


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_each_account_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert authenticator.run([ALICE, BOB], clock=VirtualClock(RFC_MOMENT)) == 0
    bob = TotpAuthenticator.from_uri(BOB, clock=VirtualClock(RFC_MOMENT)).code()
    out, err = capsys.readouterr()
    assert out.splitlines() == ["94287082   1 s  ACME:alice", f"{bob}   1 s  ACME:bob"]
    assert err == ""


def test_a_long_name_is_not_broken_in_two(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[bold]" + "long" * 60
    authenticator.run([f"otpauth://totp/{name.replace('[', '%5B').replace(']', '%5D')}?secret=GEZDGNBV"])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(f"s  {name}")


def test_once_prints_once_on_a_terminal_too() -> None:
    console = terminal()
    assert authenticator.run([ALICE], once=True, clock=VirtualClock(RFC_MOMENT), console=console) == 0
    assert printed(console) == "94287082   1 s  ACME:alice\n"


def test_drift_moves_the_phones_clock(capsys: pytest.CaptureFixture[str]) -> None:
    authenticator.run([ALICE], drift=-29.0, clock=VirtualClock(RFC_MOMENT + 29))
    assert capsys.readouterr().out == "94287082   1 s  ACME:alice\n"


def test_a_picture_of_a_qr_code_is_scanned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("zxingcpp", reason="reading a QR code needs the extra: pip install 'mfa-harness[qr]'")
    picture = tmp_path / "qr.png"
    picture.write_bytes(TotpAuthenticator.from_uri(ALICE).qr_png())
    assert authenticator.run([str(picture)], clock=VirtualClock(RFC_MOMENT)) == 0
    assert capsys.readouterr().out == "94287082   1 s  ACME:alice\n"


def test_bare_secrets_get_names_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    sources = ["gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "MFRGGZDFMZTWQ2LK"]
    assert authenticator.run(sources, clock=VirtualClock(RFC_MOMENT)) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "287082   1 s  secret 1"
    assert second.endswith("  secret 2")


def test_sources_are_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ALICE}\n\n{BOB}\n"))
    assert authenticator.run(["-"], clock=VirtualClock(RFC_MOMENT)) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["ACME:alice", "ACME:bob"]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([], "no account to show: give an otpauth URI or a picture of its QR code"),
        (["otpauth://hotp/alice?secret=GEZDGNBV"], "the URI: this account counts (otpauth://hotp/)"),
        (
            [BOB, "otpauth:totp/alice?secret=GEZDGNBV"],
            "the URI: expected a URI that starts with otpauth://totp/",
        ),
        (["https://example.org/?secret=GEZDGNBV"], "found 'https'"),
        (["absent.png"], "'absent.png' is neither a picture's file that exists nor an otpauth:// URI"),
        (["GEZ0GNBV"], "no such file, and as a secret: the secret is not base32"),
        ([ALICE, ALICE], "'ACME:alice' is given twice"),
    ],
)
def test_what_gives_no_account_is_one_clear_line_and_exit_code_2(
    sources: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert authenticator.run(sources, clock=VirtualClock()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("mfa-harness authenticator: ")
    assert message in line
    assert "GEZ" not in line


def test_a_file_that_is_no_picture_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("zxingcpp", reason="reading a QR code needs the extra: pip install 'mfa-harness[qr]'")
    path = tmp_path / "qr.png"
    path.write_text("no picture")
    assert authenticator.run([str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is no image: expected a PNG, JPEG or WebP file" in line


def test_scanning_without_the_extra_says_what_to_install(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "qr.png"
    path.write_bytes(TotpAuthenticator.from_uri(ALICE).qr_png())
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert authenticator.run([str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'mfa-harness[qr]'" in line


@pytest.mark.parametrize("drift", [-1e12, float("inf"), float("nan")])
def test_a_drift_to_no_time_at_all_is_exit_code_2(drift: float, capsys: pytest.CaptureFixture[str]) -> None:
    assert authenticator.run([ALICE], drift=drift, clock=VirtualClock()) == 2
    assert "--drift" in capsys.readouterr().err


def test_on_a_terminal_the_codes_count_down_until_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticator, "REFRESH_SECONDS", 0)
    console = terminal()
    assert authenticator.run([ALICE], drift=1.0, clock=Closed(readings=40), console=console) == 0
    screen = printed(console)
    assert "9428 7082" in screen
    assert "3735 9152" in screen  # the next step came while it was watched
    assert "Ctrl-C quits" in screen
    assert "this phone's clock is 1 s fast" in screen
    assert "\x1b[1;32m" in screen
    assert "\x1b[1;31m" in screen  # about to go
    assert screen.count("\x1b[?25l") == screen.count("\x1b[?25h") == 1  # the cursor comes back


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticator, "REFRESH_SECONDS", 0)
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        width=80,
        _environ={"NO_COLOR": "1", "TERM": "xterm-256color"},
    )
    assert authenticator.run([ALICE], clock=Closed(readings=20), console=console) == 0
    assert "9428 7082" in printed(console)
    assert "[1;3" not in printed(console)
    assert "[32m" not in printed(console)


def test_a_dumb_terminal_is_not_drawn_upon() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    assert authenticator.run([ALICE], clock=VirtualClock(RFC_MOMENT), console=console) == 0
    assert printed(console) == "94287082   1 s  ACME:alice\n"
