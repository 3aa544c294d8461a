from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mfa_simulators import TotpAuthenticator, VirtualClock
from mfa_simulators.totp import TotpKey, TotpUriError

SECRET = "GEZDGNBVGY3TQOJQ"  # 80 bits: the shortest that servers hand out
GOOD = f"otpauth://totp/ACME%20Co:alice@example.org?secret={SECRET}&issuer=ACME%20Co"

names = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Zl", "Zp"],
        exclude_characters=":\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    max_size=30,
).map(str.strip)
keys = st.builds(
    TotpKey,
    secret=st.binary(min_size=1, max_size=80),
    algorithm=st.sampled_from(["SHA1", "SHA256", "SHA512"]),
    digits=st.integers(6, 8),
    period=st.integers(1, 999_999_999),
    issuer=names,
    account=names.filter(bool),
)


def test_a_uri_is_read_with_its_defaults() -> None:
    key = TotpKey.parse(GOOD)
    assert key == TotpKey(b"1234567890", "SHA1", 6, 30, "ACME Co", "alice@example.org")
    assert key.flaws == ()


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"otpauth://totp/alice?secret={SECRET}", {"account": "alice", "issuer": ""}),
        (f"otpauth://totp/ACME:alice?secret={SECRET}", {"account": "alice", "issuer": "ACME"}),
        (f"otpauth://totp/ACME%3Aalice?secret={SECRET}", {"account": "alice", "issuer": "ACME"}),
        (f"otpauth://totp/ACME:%20alice?secret={SECRET}", {"account": "alice", "issuer": "ACME"}),
        (f"otpauth://totp/alice?secret={SECRET}&issuer=ACME", {"account": "alice", "issuer": "ACME"}),
        (f"otpauth://totp/b%C3%BCro?secret={SECRET}", {"account": "büro"}),
        (f"OTPAUTH://TOTP/alice?secret={SECRET}", {"account": "alice"}),
        (f"otpauth://totp/alice?secret={SECRET.lower()}", {"secret": b"1234567890"}),
        (
            f"otpauth://totp/alice?digits=8&secret={SECRET}&period=60&algorithm=SHA512",
            {"digits": 8, "period": 60},
        ),
        (f"otpauth://totp/alice?secret={SECRET}&image=https://example.org/a.png", {"account": "alice"}),
    ],
)
def test_every_shape_of_a_good_uri_is_read(uri: str, expected: dict[str, Any]) -> None:
    key = TotpKey.parse(uri)
    assert {name: getattr(key, name) for name in expected} == expected


BROKEN = {
    "no-uri": ("GEZDGNBV", "no URI: expected otpauth://totp/"),
    "empty": ("", "no URI"),
    "other-scheme": ("https://totp/alice?secret=GEZDGNBV", "starts with otpauth://totp/, found 'https'"),
    "no-slashes": ("otpauth:totp/alice?secret=GEZDGNBV", "starts with otpauth://totp/"),
    "export": ("otpauth-migration://offline?data=abc", "export of several accounts"),
    "hotp": ("otpauth://hotp/alice?secret=GEZDGNBV&counter=0", "counts .*expected one by time"),
    "other-type": ("otpauth://yaotp/alice?secret=GEZDGNBV", "found type 'yaotp'"),
    "no-query": ("otpauth://totp/alice", "no secret: expected a parameter secret=BASE32"),
    "no-secret": ("otpauth://totp/alice?issuer=ACME", "no secret"),
    "empty-secret": ("otpauth://totp/alice?secret=", "secret is empty"),
    "only-padding": ("otpauth://totp/alice?secret=====", "secret is empty"),
    "not-base32": ("otpauth://totp/alice?secret=GEZ0GNB!", r"found '!', '0' \(0, 1 and 8 .*O, I and B"),
    "not-whole": ("otpauth://totp/alice?secret=GEZDGNBVG", "no base32 text has 9 characters"),
    "algorithm": (
        f"otpauth://totp/alice?secret={SECRET}&algorithm=MD5",
        "SHA1, SHA256 or SHA512, found 'MD5'",
    ),
    "few-digits": (f"otpauth://totp/alice?secret={SECRET}&digits=5", "digits from 6 to 8, found 5"),
    "many-digits": (f"otpauth://totp/alice?secret={SECRET}&digits=9", "digits from 6 to 8, found 9"),
    "word-digits": (
        f"otpauth://totp/alice?secret={SECRET}&digits=six",
        "whole number for digits, found 'six'",
    ),
    "no-digits": (f"otpauth://totp/alice?secret={SECRET}&digits=", "whole number for digits, found ''"),
    "arabic-digits": (f"otpauth://totp/alice?secret={SECRET}&digits=%D9%A6", "whole number for digits"),
    "no-period": (f"otpauth://totp/alice?secret={SECRET}&period=0", "at least 1 second, found 0"),
    "negative-period": (
        f"otpauth://totp/alice?secret={SECRET}&period=-30",
        "whole number for period, found '-30'",
    ),
    "half-period": (f"otpauth://totp/alice?secret={SECRET}&period=0.5", "whole number for period"),
    "huge-period": (f"otpauth://totp/alice?secret={SECRET}&period={'9' * 5000}", "whole number for period"),
    "two-secrets": (
        f"otpauth://totp/alice?secret={SECRET}&secret=GEZDGNBV",
        "'secret' is there 2 times with diff",
    ),
    "newline": (f"otpauth://totp/alice?secret={SECRET}\n", r"URI holds the control character U\+000A"),
    "escape": (f"otpauth://totp/%1b%5b2Jalice?secret={SECRET}", r"label holds the control character U\+001B"),
    "right-to-left": (f"otpauth://totp/%E2%80%AEalice?secret={SECRET}", r"control character U\+202E"),
    "control-issuer": (f"otpauth://totp/alice?secret={SECRET}&issuer=A%00", r"issuer holds .* U\+0000"),
    "not-utf-8": (f"otpauth://totp/%FF?secret={SECRET}", "label is not UTF-8"),
    "fragment": (f"otpauth://totp/ACME #1:alice?secret={SECRET}", "write it %23"),
}
FLAWED = {
    "raw-space": (f"otpauth://totp/ACME Co:alice?secret={SECRET}", "label is not percent-encoded: found ' '"),
    "raw-letter": (f"otpauth://totp/büro?secret={SECRET}", "label is not percent-encoded: found 'ü'"),
    "raw-slash": (f"otpauth://totp/a/b?secret={SECRET}", "label is not percent-encoded: found '/'"),
    "raw-query": (
        f"otpauth://totp/alice?secret={SECRET}&issuer=ACME Co",
        "parameters are not percent-encoded",
    ),
    "lone-percent": (f"otpauth://totp/100%?secret={SECRET}", "write a percent sign %25"),
    "plus": (f"otpauth://totp/alice?secret={SECRET}&issuer=ACME+Co", "read in two ways"),
    "no-label": (f"otpauth://totp/?secret={SECRET}", "no label"),
    "no-path": (f"otpauth://totp?secret={SECRET}", "no label"),
    "no-account": (f"otpauth://totp/ACME:?secret={SECRET}", "no label"),
    "no-issuer": (f"otpauth://totp/:alice?secret={SECRET}", "starts with a colon"),
    "two-colons": (f"otpauth://totp/ACME:a:b?secret={SECRET}", "two colons"),
    "issuers-differ": (
        f"otpauth://totp/ACME:alice?secret={SECRET}&issuer=Evil",
        "'ACME' is not the parameter's 'Evil'",
    ),
    "issuer-colon": (f"otpauth://totp/alice?secret={SECRET}&issuer=A:B", "issuer without a colon"),
    "padding": ("otpauth://totp/alice?secret=GEZDGNBVGY%3D%3D%3D%3D%3D%3D", "padded"),
    "spaces": ("otpauth://totp/alice?secret=GEZD%20GNBV", "spaces or hyphens"),
    "lower-algorithm": (
        f"otpauth://totp/alice?secret={SECRET}&algorithm=sha256",
        "algorithm SHA256, found it.*'sha256'",
    ),
    "hmac-algorithm": (
        f"otpauth://totp/alice?secret={SECRET}&algorithm=HmacSHA1",
        "algorithm SHA1, found it",
    ),
    "said-twice": (f"otpauth://totp/alice?secret={SECRET}&digits=6&digits=6", "'digits' is there 2 times"),
}


@pytest.mark.parametrize(("uri", "message"), BROKEN.values(), ids=BROKEN)
def test_a_uri_that_gives_no_codes_is_refused_however_lenient_the_phone(uri: str, message: str) -> None:
    for lenient in (False, True):
        with pytest.raises(TotpUriError, match=message):
            TotpAuthenticator.from_uri(uri, clock=VirtualClock(), lenient=lenient)


@pytest.mark.parametrize(("uri", "message"), FLAWED.values(), ids=FLAWED)
def test_a_uri_against_the_format_is_refused_or_noted_when_lenient(uri: str, message: str) -> None:
    with pytest.raises(TotpUriError, match=message) as refusal:
        TotpKey.parse(uri)
    key = TotpKey.parse(uri, lenient=True)
    assert str(refusal.value) in key.flaws
    assert len(TotpAuthenticator(key, clock=VirtualClock()).code()) == 6


@pytest.mark.parametrize(("uri", "message"), [*BROKEN.values(), *FLAWED.values()], ids=[*BROKEN, *FLAWED])
def test_no_message_holds_the_secret(uri: str, message: str) -> None:
    with pytest.raises(TotpUriError, match=message) as refusal:
        TotpKey.parse(uri)
    assert "GEZ" not in str(refusal.value)


@given(keys)
def test_a_key_survives_being_written_as_a_uri(key: TotpKey) -> None:
    uri = key.uri
    assert uri.isascii()
    assert TotpKey.parse(uri) == key
    assert TotpKey.parse(uri).uri == uri


@given(st.text() | st.builds("otpauth://totp/{}?secret=GEZDGNBV{}".format, st.text(), st.text()))
def test_no_text_whatever_makes_the_reader_stumble(text: str) -> None:
    try:
        strict = TotpKey.parse(text)
    except TotpUriError:
        with contextlib.suppress(TotpUriError):
            TotpKey.parse(text, lenient=True)
    else:
        assert TotpKey.parse(text, lenient=True) == strict


@pytest.mark.parametrize(
    "typed",
    [
        "GEZDGNBVGY3TQOJQ",
        "gezdgnbvgy3tqojq",
        "GEZD GNBV GY3T QOJQ",
        "gezd-gnbv-gy3t-qojq",
        " GEZDGNBVGY3TQOJQ\n",
        "GEZDGNBVGY3TQOJQ======",
    ],
)
def test_a_secret_may_be_typed_as_it_is_shown(typed: str) -> None:
    assert TotpAuthenticator.from_secret(typed, clock=VirtualClock()).secret == SECRET


@given(st.binary(min_size=1, max_size=40))
def test_missing_padding_is_put_back(secret: bytes) -> None:
    key = TotpKey(secret)
    assert TotpAuthenticator.from_secret(key.secret_text, clock=VirtualClock()).key == key


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "secret is empty"),
        ("===", "secret is empty"),
        ("A", "has 1 characters"),
        ("GEZ1", "0, 1 and 8"),
        ("ÄÖ", "'Ä', 'Ö'"),
    ],
)
def test_what_is_no_secret_is_refused(typed: str, message: str) -> None:
    with pytest.raises(TotpUriError, match=message):
        TotpAuthenticator.from_secret(typed, clock=VirtualClock())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"algorithm": "MD5"}, "SHA1, SHA256 or SHA512"),
        ({"digits": 5}, "digits from 6 to 8"),
        ({"digits": 10}, "digits from 6 to 8"),
        ({"period": 0}, "at least 1 second"),
        ({"issuer": "A:B"}, "issuer without a colon"),
        ({"account": "a:b"}, "account without a colon"),
        ({"account": "a\x1b[2J"}, "control character"),
    ],
)
def test_a_value_out_of_range_is_refused_by_hand_too(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(TotpUriError, match=message):
        TotpAuthenticator.from_secret(SECRET, clock=VirtualClock(), **changed)


def test_an_account_without_a_name_still_has_a_uri_that_can_be_read() -> None:
    app = TotpAuthenticator.from_secret(SECRET, clock=VirtualClock())
    assert app.uri == f"otpauth://totp/unnamed?secret={SECRET}"
    assert TotpAuthenticator.from_uri(app.uri, clock=VirtualClock()).code() == app.code()
