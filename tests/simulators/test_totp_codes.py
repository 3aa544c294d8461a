from __future__ import annotations

import hashlib
import hmac
import math
import shutil
import subprocess
from base64 import b32encode
from datetime import UTC, datetime

import pyotp
import pytest
from hypothesis import given, settings, strategies as st

from mfa_simulators import TotpAuthenticator, VirtualClock
from mfa_simulators.totp import TotpKey
from mfa_simulators.totp.hotp import generator

DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
LENGTHS = {"SHA1": 20, "SHA256": 32, "SHA512": 64}
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
BOUNDARY = 1767225600.0  # a time step of 30 s and of 60 s begins here

algorithms = st.sampled_from(sorted(DIGESTS))
keys = st.builds(
    TotpKey,
    secret=st.binary(min_size=1, max_size=160),
    algorithm=algorithms,
    digits=st.integers(6, 8),
    period=st.integers(1, 120),
)
moments = st.floats(min_value=0, max_value=2**33)


def test_the_codes_of_rfc_4226_appendix_d() -> None:
    code_of = generator(b"12345678901234567890")
    first = ["755224", "287082", "359152", "969429", "338314"]
    then = ["254676", "287922", "162583", "399871", "520489"]
    assert [code_of(counter) for counter in range(10)] == first + then


@pytest.mark.parametrize(
    ("seconds", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_the_codes_of_rfc_6238_appendix_b(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    for algorithm, expected in (("SHA1", sha1), ("SHA256", sha256), ("SHA512", sha512)):
        secret = (b"1234567890" * 7)[: LENGTHS[algorithm]]  # errata 2866: as long as the hash
        key = TotpKey(secret, algorithm, digits=8)
        assert TotpAuthenticator(key, clock=VirtualClock(seconds)).code() == expected


@given(
    st.binary(min_size=14, max_size=160),  # pyotp refuses secrets under 112 bits
    algorithms,
    st.integers(6, 8),
    st.integers(1, 120),
    moments,
)
def test_pyotp_agrees(secret: bytes, algorithm: str, digits: int, period: int, now: float) -> None:
    judge = pyotp.TOTP(b32encode(secret).decode(), digits=digits, digest=DIGESTS[algorithm], interval=period)
    app = TotpAuthenticator(TotpKey(secret, algorithm, digits, period), clock=VirtualClock(now))
    assert app.code() == judge.at(math.floor(now))


@given(keys, moments)
def test_pyotp_reads_our_uri_as_we_do(key: TotpKey, now: float) -> None:
    app = TotpAuthenticator(key, clock=VirtualClock(now))
    if len(key.secret) >= 14:
        judge = pyotp.parse_uri(app.uri)
        assert isinstance(judge, pyotp.TOTP)
        assert judge.at(math.floor(now)) == app.code()


@given(keys, st.integers(0, 2**64 - 1))
def test_a_code_is_rfc_4226_in_plain_words(key: TotpKey, counter: int) -> None:
    mac = hmac.digest(key.secret, counter.to_bytes(8, "big"), key.algorithm)
    offset = mac[-1] & 0xF
    number = int.from_bytes(bytes([mac[offset] & 0x7F, *mac[offset + 1 : offset + 4]]), "big")
    code = generator(key.secret, key.algorithm, key.digits)(counter)
    assert code == f"{number % 10**key.digits:0{key.digits}d}"
    assert len(code) == key.digits


@pytest.mark.skipif(
    shutil.which("oathtool") is None, reason="oathtool, a judge from another world, is not installed"
)
@settings(max_examples=25, deadline=None)
@given(keys, st.integers(0, 2**32 - 1))
def test_oathtool_agrees(key: TotpKey, now: int) -> None:
    said = subprocess.run(
        [
            "oathtool",
            f"--totp={key.algorithm.lower()}",
            f"--digits={key.digits}",
            f"--time-step-size={key.period}s",
            f"--now={datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC",
            key.secret.hex(),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert TotpAuthenticator(key, clock=VirtualClock(now)).code() == said.stdout.strip()


def test_a_new_code_comes_at_the_boundary_and_not_before() -> None:
    clock = VirtualClock(BOUNDARY - 0.001)
    app = TotpAuthenticator.from_secret(SECRET, clock=clock)
    before, step = app.code(), app.step
    clock.set(BOUNDARY)
    assert app.step == step + 1
    assert app.code() != before
    assert app.code(step=-1) == before
    clock.set(BOUNDARY + 29.999)
    assert app.step == step + 1


def test_neighbouring_steps_are_counted_from_the_present_one() -> None:
    clock = VirtualClock(BOUNDARY)
    app = TotpAuthenticator.from_secret(SECRET, clock=clock)
    coming, gone = app.code(step=2), app.code(step=-3)
    assert app.code_of(app.step + 2) == coming
    clock.advance(60)
    assert app.code() == coming
    clock.advance(-150)
    assert app.code() == gone


def test_the_seconds_left_run_down_to_the_boundary() -> None:
    clock = VirtualClock(BOUNDARY)
    app = TotpAuthenticator.from_secret(SECRET, clock=clock)
    assert app.seconds_left == 30
    clock.advance(29.5)
    assert app.seconds_left == 0.5
    app.drift(seconds=10)
    assert app.seconds_left == 20.5


@given(moments, st.floats(-1000, 1000), st.integers(1, 120))
def test_waiting_out_the_seconds_left_brings_the_next_step(now: float, drift: float, period: int) -> None:
    clock = VirtualClock(now + 1000)
    app = TotpAuthenticator.from_secret(SECRET, clock=clock, period=period)
    app.drift(drift)
    step, left = app.step, app.seconds_left
    assert 0 < left <= period
    clock.advance(left + 0.001)  # a float of 2**33 s is exact to a microsecond
    assert app.step == step + 1


def test_a_phone_whose_clock_is_wrong_shows_the_code_of_another_time() -> None:
    clock = VirtualClock(BOUNDARY)
    right = TotpAuthenticator.from_secret(SECRET, clock=clock)
    wrong = TotpAuthenticator.from_secret(SECRET, clock=clock)
    wrong.drift(seconds=95)
    assert wrong.clock_error == 95
    assert wrong.code() == right.code(step=3)
    wrong.drift(seconds=-1)
    assert wrong.code() == right.code(step=-1)
    wrong.drift(seconds=0)
    assert wrong.code() == right.code()


def test_two_accounts_on_one_clock_keep_in_step() -> None:
    clock = VirtualClock(BOUNDARY)
    slow = TotpAuthenticator.from_secret(SECRET, clock=clock, period=60)
    fast = TotpAuthenticator.from_secret(SECRET, clock=clock, period=15)
    assert (slow.seconds_left, fast.seconds_left) == (60, 15)
    clock.advance(15)
    assert (slow.seconds_left, fast.seconds_left) == (45, 15)


def test_leading_zeros_are_kept() -> None:
    app = TotpAuthenticator.from_secret(SECRET, clock=VirtualClock(1111111109), digits=8)
    assert app.code() == "07081804"


def test_there_is_no_step_before_1970() -> None:
    app = TotpAuthenticator.from_secret(SECRET, clock=VirtualClock(0.0))
    assert app.code() == "755224"
    with pytest.raises(ValueError, match=r"counter from 0 to 2\*\*64 - 1, found -1"):
        app.code(step=-1)
    with pytest.raises(ValueError, match="found -5"):
        app.code_of(-5)


def test_an_authenticator_tells_what_it_was_given() -> None:
    app = TotpAuthenticator.from_secret(
        "gezd gnbv gy3t qojq",
        clock=VirtualClock(),
        algorithm="SHA256",
        digits=7,
        period=60,
        issuer="ACME Co",
        account="alice@example.org",
    )
    assert app.secret == "GEZDGNBVGY3TQOJQ"
    assert (app.issuer, app.account, app.name) == (
        "ACME Co",
        "alice@example.org",
        "ACME Co:alice@example.org",
    )
    assert (app.algorithm, app.digits, app.period) == ("SHA256", 7, 60)
    assert len(app.code()) == 7


def test_no_secret_shows_in_a_failure_report() -> None:
    app = TotpAuthenticator.from_secret(SECRET, issuer="ACME", account="alice")
    assert repr(app) == "TotpAuthenticator('ACME:alice', SHA1, 6 digits, 30 s)"
    for shown in (repr(app), repr(app.key)):
        assert SECRET not in shown
        assert "1234567890" not in shown
