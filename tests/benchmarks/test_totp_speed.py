from __future__ import annotations

import hmac
from base64 import b32decode
from itertools import count
from struct import Struct
from typing import TYPE_CHECKING

import pyotp

from mfa_simulators import TotpAuthenticator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.conftest import Ratio

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def new_step_every_call() -> Callable[[], str]:
    """Each call asks for the code of another time step: nothing can be remembered."""
    steps = count(1)
    app = TotpAuthenticator.from_secret(SECRET, clock=VirtualClock())
    return lambda: app.code(step=next(steps))


def test_a_totp_code_against_one_shot_hmac(ratio: Ratio) -> None:
    steps = count(1)
    secret = b32decode(SECRET)
    pack = Struct(">Q").pack
    ratio(
        "TOTP code, a new step every call / one-shot hmac.digest",
        new_step_every_call(),
        lambda: hmac.digest(secret, pack(next(steps)), "sha1"),
        at_least=1.1,
    )


def test_a_totp_code_against_pyotp(ratio: Ratio) -> None:
    steps = count(1)
    judge = pyotp.TOTP(SECRET)
    ratio(
        "TOTP code, a new step every call / pyotp",
        new_step_every_call(),
        lambda: judge.at(next(steps) * 30),
        at_least=4.5,
    )
