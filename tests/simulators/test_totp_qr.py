from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
import segno
from hypothesis import given, settings, strategies as st

from mfa_simulators import TotpAuthenticator, VirtualClock
from mfa_simulators.totp import TotpKey, TotpUriError, qr

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("zxingcpp", reason="reading a QR code needs the extra: pip install 'mfa-harness[qr]'")
from PIL import Image

SECRET = "GEZDGNBVGY3TQOJQ"


def account() -> TotpAuthenticator:
    return TotpAuthenticator.from_secret(
        SECRET, clock=VirtualClock(), issuer="ACME", account="alice@example.org"
    )


@settings(max_examples=10, deadline=None)
@given(
    st.builds(
        TotpKey,
        secret=st.binary(min_size=10, max_size=64),
        algorithm=st.sampled_from(["SHA1", "SHA256", "SHA512"]),
        digits=st.integers(6, 8),
        period=st.integers(15, 60),
        issuer=st.text("ABCÄß漢字 &?#%/+", max_size=12).map(str.strip),
        account=st.emails(),
    ),
)
def test_an_account_survives_being_drawn_and_scanned(key: TotpKey) -> None:
    shown = TotpAuthenticator(key, clock=VirtualClock())
    scanned = TotpAuthenticator.from_qr(shown.qr_png(), clock=VirtualClock())
    assert scanned.key == key
    assert scanned.code() == shown.code()


def test_a_picture_is_scanned_from_its_file(tmp_path: Path) -> None:
    shown = account()
    path = tmp_path / "qr.png"
    path.write_bytes(shown.qr_png())
    for picture in (path, str(path)):
        assert TotpAuthenticator.from_qr(picture, clock=VirtualClock()).key == shown.key


def test_a_photograph_of_a_qr_code_is_scanned() -> None:
    picture = Image.open(io.BytesIO(account().qr_png())).convert("RGB")
    screen = Image.new("RGB", (900, 700), (40, 60, 90))
    screen.paste(picture, (300, 100))
    taken = io.BytesIO()
    screen.rotate(17, fillcolor=(10, 10, 10)).save(taken, "JPEG", quality=70)
    assert TotpAuthenticator.from_qr(taken.getvalue()).key == account().key


def test_a_qr_code_on_a_transparent_background_is_scanned() -> None:
    drawn = io.BytesIO()
    segno.make(account().uri, micro=False).save(drawn, kind="png", scale=6, light=None)
    assert TotpAuthenticator.from_qr(drawn.getvalue()).key == account().key


def test_a_picture_without_a_qr_code_says_so(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.new("L", (200, 200), 255).save(path)
    with pytest.raises(TotpUriError, match=r"no QR code is found in .*blank\.png"):
        TotpAuthenticator.from_qr(path)


def test_a_picture_with_two_qr_codes_says_so() -> None:
    one = Image.open(io.BytesIO(qr.draw("otpauth://totp/a?secret=GEZDGNBV"))).convert("L")
    two = Image.open(io.BytesIO(qr.draw("otpauth://totp/b?secret=GEZDGNBV"))).convert("L")
    both = Image.new("L", (one.width + two.width, one.height), 255)
    both.paste(one, (0, 0))
    both.paste(two, (one.width, 0))
    drawn = io.BytesIO()
    both.save(drawn, "PNG")
    with pytest.raises(TotpUriError, match="2 QR codes are found in the picture: expected one"):
        TotpAuthenticator.from_qr(drawn.getvalue())


def test_a_qr_code_of_something_else_says_what_was_expected() -> None:
    with pytest.raises(TotpUriError, match="starts with otpauth://totp/, found 'https'"):
        TotpAuthenticator.from_qr(qr.draw("https://example.org/"))


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_says_so(data: bytes) -> None:
    with pytest.raises(TotpUriError, match="the picture is no image: expected a PNG"):
        TotpAuthenticator.from_qr(data)


def test_half_a_picture_says_so() -> None:
    whole = account().qr_png()
    with pytest.raises(TotpUriError, match="no image that can be read"):
        TotpAuthenticator.from_qr(whole[: len(whole) // 2])


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TotpAuthenticator.from_qr(tmp_path / "absent.png")


def test_a_uri_too_long_for_any_qr_code_says_so() -> None:
    endless = TotpAuthenticator.from_secret(SECRET, account="a" * 3000)
    with pytest.raises(TotpUriError, match="no QR code holds a URI of"):
        endless.qr_png()


@pytest.mark.parametrize("absent", ["zxingcpp", "PIL"])
def test_without_the_extra_scanning_says_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = account().qr_png()
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ImportError, match=r"pip install 'mfa-harness\[qr\]'"):
        TotpAuthenticator.from_qr(picture)
