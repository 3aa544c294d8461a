"""Under a seed, ids, secrets and codes are the same from run to run; environments share nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from mfa_simulators.clock import VirtualClock
from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable


def story(
    server: ReferenceServer, make_on: Callable[..., Any], emails: list[str], **made: Any
) -> dict[str, Any]:
    clock = VirtualClock("2026-01-01T00:00:07Z")
    environment = server.environment(clock=clock, **made)
    told: dict[str, Any] = {"environment": environment.id}
    with httpx.Client(transport=server.transport) as client:
        site = make_on(environment, client, clock)
        for email in emails:
            person = site.enrolled(email)
            told[email] = [
                person.id,
                person.device_id,
                person.app.secret,
                person.codes(),
                person.answer["user"]["sessionId"],
                [mail.code for mail in environment.mailbox(email)],
                person.call("GET", "/users/passkeys/register").json()["challenge"],
            ]
    return told


def test_the_same_seed_tells_the_same_story(make_on: Callable[..., Any]) -> None:
    first, second = (story(ReferenceServer(seed=5), make_on, ["a@x.org", "b@x.org"]) for _ in range(2))
    assert first == second
    assert story(ReferenceServer(seed=6), make_on, ["a@x.org", "b@x.org"]) != first


def test_the_order_of_people_changes_nothing_for_each(make_on: Callable[..., Any]) -> None:
    forth = story(ReferenceServer(), make_on, ["a@x.org", "b@x.org"], seed=7)
    back = story(ReferenceServer(), make_on, ["b@x.org", "a@x.org"], seed=7)
    assert forth == back


def test_equal_seeds_in_one_server_get_along(make_on: Callable[..., Any]) -> None:
    server = ReferenceServer()
    first, second = (story(server, make_on, ["a@x.org"], seed=7) for _ in range(2))
    assert first["environment"] != second["environment"]
    assert first["a@x.org"] == second["a@x.org"]


def test_without_a_seed_everything_differs(make_on: Callable[..., Any]) -> None:
    server = ReferenceServer()
    first, second = (story(server, make_on, ["a@x.org"]) for _ in range(2))
    assert all(one != other for one, other in zip(first["a@x.org"], second["a@x.org"], strict=True))


def test_environment_ids_are_what_the_vendors_client_wants(server: ReferenceServer) -> None:
    for seed in (None, 1, "x"):
        environment = server.environment(seed=seed)
        assert len(environment.id) == 36
        assert set(environment.id) <= set("0123456789abcdef-")
