from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from mfa_simulators import TotpAuthenticator, VirtualClock
from mfa_simulators.ledger import Ledger, NoFreshCode

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def an_app(clock: VirtualClock, secret: str = SECRET) -> TotpAuthenticator:
    return TotpAuthenticator.from_secret(secret, clock=clock)


def test_one_minute_is_good_for_three_codes_oldest_first() -> None:
    app, ledger = an_app(VirtualClock()), Ledger()
    codes = [ledger.spend_fresh(app) for _ in range(3)]
    assert codes == [app.code(-1), app.code(0), app.code(1)]
    with pytest.raises(NoFreshCode) as caught:
        ledger.spend_fresh(app)
    assert caught.value.seconds_to_wait == 30


def test_without_drift_one_step_is_good_for_one_code() -> None:
    clock = VirtualClock()
    clock.advance(7)
    app, ledger = an_app(clock), Ledger()
    assert ledger.spend_fresh(app, drift_steps=0) == app.code()
    with pytest.raises(NoFreshCode, match="another 23 s") as caught:
        ledger.spend_fresh(app, drift_steps=0)
    clock.advance(caught.value.seconds_to_wait)
    assert ledger.spend_fresh(app, drift_steps=0) == app.code()


def test_a_step_passed_over_is_used_only_where_older_ones_are_taken() -> None:
    app, ledger = an_app(VirtualClock()), Ledger()
    ledger.spend(app.secret, app.step)
    assert ledger.spend_fresh(app, refuses_older=False) == app.code(-1)
    assert ledger.spend_fresh(app, refuses_older=False) == app.code(1)
    other = Ledger()
    other.spend(app.secret, app.step)
    assert other.spend_fresh(app) == app.code(1)


def test_secrets_do_not_spend_each_others_steps() -> None:
    clock = VirtualClock()
    first, second, ledger = an_app(clock), an_app(clock, "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"), Ledger()
    ledger.spend_fresh(first)
    assert ledger.spend_fresh(second) == second.code(-1)
    assert ledger.last(first.secret) == ledger.last(second.secret) == first.step - 1


def test_no_code_is_used_near_the_end_of_its_step() -> None:
    clock = VirtualClock()
    app, ledger = an_app(clock), Ledger()
    clock.advance(28)
    with pytest.raises(NoFreshCode) as caught:
        ledger.spend_fresh(app, guard_seconds=2)
    assert ledger.spent(app.secret) == frozenset()
    clock.advance(caught.value.seconds_to_wait)
    assert ledger.spend_fresh(app, guard_seconds=2) == app.code(-1)


def test_a_phone_that_is_fast_spends_the_steps_that_it_shows() -> None:
    app, ledger = an_app(VirtualClock()), Ledger()
    app.drift(95)
    assert ledger.spend_fresh(app) == app.code(-1)
    assert ledger.last(app.secret) == app.step - 1


@settings(deadline=None)
@given(
    moves=st.lists(st.one_of(st.just("code"), st.floats(0, 70)), max_size=30),
    drift_steps=st.integers(0, 2),
    refuses_older=st.booleans(),
    guard_seconds=st.sampled_from([0.0, 2.0]),
    start=st.floats(0, 120),
)
def test_whatever_happens_a_strict_server_takes_every_code(
    moves: list[str | float], drift_steps: int, guard_seconds: float, start: float, *, refuses_older: bool
) -> None:
    clock = VirtualClock(start)
    app, ledger = an_app(clock), Ledger()
    taken: list[int] = []
    for move in moves:
        if not isinstance(move, str):
            clock.advance(move)
            continue
        rules = {"drift_steps": drift_steps, "refuses_older": refuses_older, "guard_seconds": guard_seconds}
        try:
            code, waited = ledger.spend_fresh(app, **rules), None  # type: ignore[arg-type]
        except NoFreshCode as none_left:
            waited = none_left.seconds_to_wait
            clock.set(clock.now() + waited + 1e-6)  # floats may fall short by a hair
            code = ledger.spend_fresh(app, **rules)  # type: ignore[arg-type]
        assert waited is None or 0 < waited <= (drift_steps + 1) * 30
        # The server's view, by its own arithmetic: inside the window, never used, never going back.
        now = int(clock.now() // 30)
        (step,) = [
            step
            for step in range(max(0, now - drift_steps), now + drift_steps + 1)
            if app.code_of(step) == code
        ]
        assert step not in taken
        assert not refuses_older or not taken or step > max(taken)
        assert app.seconds_left > guard_seconds
        taken.append(step)
