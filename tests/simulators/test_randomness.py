from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from mfa_simulators.randomness import Randomness, SeededRandomness, SystemRandomness


def test_one_seed_gives_one_sequence() -> None:
    def draws(seed: int | str) -> list[object]:
        source = SeededRandomness(seed)
        return [
            source.bytes(20, "totp secret", "alice"),
            source.bytes(20, "totp secret", "alice"),
            source.uuid("user"),
        ]

    assert draws(7) == draws(7) == draws("7")
    assert draws(7) != draws(8)
    assert len(set(draws(7))) == 3


def test_the_order_of_other_draws_does_not_matter() -> None:
    calm, busy = SeededRandomness(1), SeededRandomness(1)
    for _ in range(10):
        busy.bytes(5, "totp secret", "bob")
        busy.uuid("session", "alice")
    assert busy.bytes(20, "totp secret", "alice") == calm.bytes(20, "totp secret", "alice")


@given(st.text(), st.text(), st.text(), st.text())
def test_purpose_and_subject_are_never_confused(a: str, b: str, c: str, d: str) -> None:
    first, second = SeededRandomness(1).bytes(16, a, b), SeededRandomness(1).bytes(16, c, d)
    assert (first == second) == ((a, b) == (c, d))


@given(st.integers(min_value=0, max_value=200))
def test_as_many_bytes_come_as_were_asked_for(n: int) -> None:
    assert len(SeededRandomness("seed").bytes(n, "p")) == n == len(SystemRandomness().bytes(n, "p"))


def test_long_draws_do_not_repeat_themselves() -> None:
    drawn = SeededRandomness(1).bytes(32 * 50, "p")
    assert len({drawn[i : i + 32] for i in range(0, len(drawn), 32)}) == 50


@pytest.mark.parametrize("source", [SystemRandomness(), SeededRandomness(3)])
def test_a_uuid_is_version_4_in_lower_case(source: Randomness) -> None:
    text = source.uuid("user", "alice")
    assert str(UUID(text)) == text
    assert UUID(text).version == 4
    assert source.uuid("user", "alice") != text
    assert isinstance(source, Randomness)


def test_parallel_draws_are_the_same_set_as_draws_in_turn() -> None:
    parallel, in_turn = SeededRandomness(5), SeededRandomness(5)
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: parallel.bytes(16, "code"), range(200)))
    assert sorted(drawn) == sorted(in_turn.bytes(16, "code") for _ in range(200))
