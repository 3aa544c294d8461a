from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from hypothesis import given, strategies as st

from mfa_simulators.clock import (
    Clock,
    MovableClock,
    OffsetClock,
    SystemClock,
    VirtualClock,
    iso,
    parse_instant,
)
from mfa_simulators.totp import TotpAuthenticator

NEW_YEAR = 1767225600.0


def test_a_virtual_clock_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock("2026-01-01T00:00:00Z")
    assert [clock.now(), clock.now()] == [NEW_YEAR, NEW_YEAR]
    assert clock.advance(seconds=30) == NEW_YEAR + 30 == clock.now()
    assert clock.advance(-60) == NEW_YEAR - 30
    assert clock.set("2026-01-01T00:00:01.5Z") == NEW_YEAR + 1.5 == clock.now()


@pytest.mark.parametrize(
    "start",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2025, 12, 31, 19, tzinfo=timezone(timedelta(hours=-5))),
        NEW_YEAR,
        int(NEW_YEAR),
    ],
)
def test_an_instant_is_written_as_text_a_datetime_or_seconds(start: str | datetime | float) -> None:
    assert VirtualClock(start).now() == NEW_YEAR
    assert isinstance(VirtualClock(start).now(), float)


@pytest.mark.parametrize(
    ("instant", "message"),
    [
        ("2026-01-01T00:00:00", "no time zone.*'2026-01-01T00:00:00Z'"),
        ("2026-01-01", "no time zone"),
        (datetime(2026, 1, 1), "no time zone"),  # noqa: DTZ001 - the mistake under test
        ("tomorrow", "expected a date and time such as '2026-01-01T00:00:00Z', found 'tomorrow'"),
        (math.nan, "finite"),
        (math.inf, "finite"),
    ],
)
def test_an_instant_that_is_none_is_refused_with_advice(
    instant: str | datetime | float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        VirtualClock(instant)
    clock = VirtualClock(NEW_YEAR)
    with pytest.raises(ValueError, match=message):
        clock.set(instant)
    assert clock.now() == NEW_YEAR


@pytest.mark.parametrize("instant", [True, None, b"2026", [1]])
def test_what_is_no_instant_at_all_is_a_type_error(instant: object) -> None:
    with pytest.raises(TypeError, match=f"found {type(instant).__name__}"):
        parse_instant(instant)  # type: ignore[arg-type]


def test_advancing_by_nan_leaves_the_clock_as_it_was() -> None:
    for clock in (VirtualClock(NEW_YEAR), OffsetClock(VirtualClock(NEW_YEAR))):
        with pytest.raises(ValueError, match="finite"):
            clock.advance(math.nan)
        assert clock.now() == NEW_YEAR


def test_two_threads_that_advance_both_count() -> None:
    clock = VirtualClock(0.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: clock.advance(1), range(400)))
    assert clock.now() == 400


def test_an_offset_clock_runs_on_beneath_its_offset() -> None:
    base = VirtualClock(NEW_YEAR)
    clock = OffsetClock(base)
    assert clock.advance(90) == NEW_YEAR + 90
    base.advance(5)
    assert clock.now() == NEW_YEAR + 95
    assert clock.advance(-100) == NEW_YEAR - 5


def test_an_offset_clock_stands_still_once_it_is_set() -> None:
    base = VirtualClock(NEW_YEAR)
    clock = OffsetClock(base)
    assert clock.set("2030-06-01T12:00:00Z") == clock.now()
    base.advance(1000)
    assert iso(clock.now()) == "2030-06-01T12:00:00.000Z"
    clock.advance(0.25)
    assert iso(clock.now()) == "2030-06-01T12:00:00.250Z"


def test_every_clock_is_a_clock_and_only_some_can_be_moved() -> None:
    assert all(isinstance(clock, Clock) for clock in (SystemClock(), VirtualClock(), OffsetClock()))
    assert all(isinstance(clock, MovableClock) for clock in (VirtualClock(), OffsetClock()))
    assert not isinstance(SystemClock(), MovableClock)


def test_a_clock_says_what_time_it_shows() -> None:
    assert repr(VirtualClock(NEW_YEAR)) == "VirtualClock('2026-01-01T00:00:00.000Z')"
    offset = OffsetClock(VirtualClock(NEW_YEAR))
    offset.advance(30)
    assert repr(offset) == "OffsetClock(VirtualClock('2026-01-01T00:00:00.000Z') +30 s)"
    offset.set(NEW_YEAR)
    assert repr(offset) == "OffsetClock(set to '2026-01-01T00:00:00.000Z')"


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_an_instant_survives_being_written_to_the_millisecond(moment: datetime) -> None:
    seconds = moment.replace(tzinfo=UTC).timestamp()
    text = iso(seconds)
    assert text.endswith("Z")
    assert len(text) == len("2026-01-01T00:00:00.000Z")
    assert abs(parse_instant(text) - seconds) <= 0.001001 + math.ulp(seconds)  # a float is coarser, far off


@pytest.mark.parametrize("seconds", [1e18, -1e18, math.nan, math.inf])
def test_seconds_outside_every_calendar_are_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        iso(seconds)


def test_freezegun_moves_the_system_clock_and_the_codes_that_follow_it() -> None:
    app = TotpAuthenticator.from_secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", digits=8)
    with freeze_time("1970-01-01T00:00:59Z") as frozen:
        assert SystemClock().now() == 59
        assert app.code() == "94287082"
        assert OffsetClock().now() == 59
        frozen.tick(1)
        assert SystemClock().now() == 60
        assert app.code() == "37359152"
        frozen.move_to("2005-03-18T01:58:29Z")
        assert app.code() == "07081804"


def test_freezegun_moves_the_system_clock_inside_a_coroutine_too() -> None:
    async def read() -> tuple[float, float]:
        before = SystemClock().now()
        await asyncio.sleep(0)
        return before, SystemClock().now()

    with freeze_time("2026-01-01T00:00:00Z", real_asyncio=True):
        assert asyncio.run(read()) == (NEW_YEAR, NEW_YEAR)


def test_freezegun_reads_instants_as_it_makes_them() -> None:
    with freeze_time("2026-01-01T00:00:00Z"):
        assert parse_instant(datetime.now(UTC)) == NEW_YEAR
        assert iso(SystemClock().now()) == "2026-01-01T00:00:00.000Z"
