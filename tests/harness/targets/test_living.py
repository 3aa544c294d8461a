"""Somebody's server: environments of the profile, real time, fresh users, nothing left behind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_harness.targets.addresses import Addresses
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.profile import Allow, Arrange, NamedEnvironment, Profile, SignIn
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import UrlTarget
from mfa_harness.verdicts import Blocked, NotApplicable, ScenarioError
from mfa_simulators import MfaClient, Person, ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mfa_harness.targets.target import Environment
    from mfa_simulators.server import Environment as Tenant

    Open = Callable[..., UrlTarget]

CODE = "424242"


class House:
    """A server that we did not start, with its environments, and what we noted and slept while testing it."""

    def __init__(self, server: ReferenceServer) -> None:
        self.server = server
        self.notes: list[str] = []
        self.slept: list[float] = []

    def tenant(self, **settings: Any) -> Tenant:
        return self.server.environment(email_code=CODE, **settings)

    def open(
        self, *tenants: Tenant, settings: Mapping[str, object] | None = None, **more: object
    ) -> UrlTarget:
        values: dict[str, object] = {
            "environments": tuple(
                NamedEnvironment(id=tenant.id, settings=dict(settings or {})) for tenant in tenants
            ),
            "sign_in": SignIn(code=CODE),
            **more,
        }
        profile = Profile(**values)  # type: ignore[arg-type]  # keywords of a struct
        contact = Contact(wall_clock=True, note=self.notes.append, sleep=self.slept.append)
        target = UrlTarget(self.server.url, profile=profile, note=self.notes.append, contact=contact)
        target.open()
        return target


@pytest.fixture(scope="module")
def served() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


@pytest.fixture
def house(served: ReferenceServer) -> House:
    return House(served)


def arrange(target: UrlTarget, **settings: object) -> Environment:
    return target.arrange(settings, scenario="totp.test.case", locks_out=False)


def signed_up(environment: Environment, name: str = "Ada") -> tuple[Person, MfaClient]:
    email = environment.new_email(name)
    inbox = environment.inbox(email)
    someone = Person(email, clock=environment.clock, inbox=inbox, wait=environment.wait, guard_seconds=0)
    client = environment.connect()
    someone.sign_up(client)
    assert isinstance(client, MfaClient)
    return someone, client


def users_of(tenant: Tenant, email: str) -> bool:
    """Whether the address still has an account: signing in makes a new user when it has none."""
    client = MfaClient(tenant.base_url, tenant.id)
    session = client.verify_otp(client.send_email_otp(email), CODE)
    return session.user.new_user is not True


def test_a_scenario_leaves_no_user_behind(house: House) -> None:
    tenant = house.tenant()
    target = house.open(tenant)
    environment = arrange(target)
    ada, _ = signed_up(environment)
    bob, bobs = signed_up(environment, "Bob")
    bobs.register_passkey(passkey=bob.key)
    bobs.delete_user()
    assert ada.email != bob.email
    assert environment.close() == []
    assert not users_of(tenant, ada.email)
    target.close()


def test_users_of_cookie_sessions_are_deleted_too(house: House) -> None:
    tenant = house.tenant(cookie_mode=True)
    target = house.open(tenant, settings={"cookie_mode": True})
    environment = arrange(target, cookie_mode=True)
    client = environment.connect()
    client.initialize()
    email = environment.new_email("ada")
    client.verify_otp(client.send_email_otp(email), environment.inbox(email)())
    assert environment.close() == []
    target.close()


def test_a_revoked_session_does_not_keep_a_user_alive(house: House) -> None:
    tenant = house.tenant()
    target = house.open(tenant)
    environment = arrange(target)
    ada, client = signed_up(environment)
    client.logout()
    assert environment.close() == []
    assert not users_of(tenant, ada.email)
    target.close()


def test_a_user_who_owes_mfa_is_a_leftover_with_the_reason(house: House) -> None:
    tenant = house.tenant(session_based=True)
    target = house.open(tenant, settings={"session_based": True})
    environment = arrange(target, session_based=True)
    ada, client = signed_up(environment)
    ada.enrol_app(client)
    client.logout()
    (left,) = environment.close()
    assert ada.email in left
    assert left.endswith("a new session of hers needs MFA first")
    target.close()


def test_where_users_cannot_delete_themselves_all_are_leftovers(house: House) -> None:
    target = house.open(house.tenant(), capabilities={"delete-user": "ours is append-only"})
    environment = arrange(target)
    signed_up(environment)
    (left,) = environment.close()
    assert left.endswith("ours is append-only")
    target.close()


def test_time_is_real_and_waiting_says_so(house: House) -> None:
    target = house.open(house.tenant())
    environment = arrange(target)
    with pytest.raises(NotApplicable, match="its time is real"):
        environment.advance(30)
    environment.wait(17.2)
    assert house.slept == [17.2]
    assert house.notes == ["waiting 17 s for a fresh code"]
    with pytest.raises(NotApplicable, match=r"it takes more real time than the profile's longest_wait, 45 s"):
        environment.wait(301)
    assert house.slept == [17.2]
    target.close()


def test_what_only_a_control_plane_could_do_is_not_applicable(house: House) -> None:
    target = house.open(house.tenant())
    environment = arrange(target)
    for impossible in (
        lambda: environment.change(session_based=True),
        lambda: environment.reset_mfa("x"),
        lambda: environment.external_jwt("a@b.org"),
    ):
        with pytest.raises(NotApplicable):
            impossible()
    profile = target.profile
    assert not any(
        map(profile.has, ("clock", "settings-change", "admin-reset", "external-jwt", "two-environments"))
    )
    target.close()


def test_a_scenario_runs_where_its_settings_are(house: House) -> None:
    plain, gated = house.tenant(), house.tenant(session_based=True)
    environments = (
        NamedEnvironment(id=plain.id),
        NamedEnvironment(id=gated.id, settings={"session_based": True, "attempts": 5}),
    )
    target = house.open(environments=environments)
    assert arrange(target).id == plain.id
    assert arrange(target, require_at_onboarding=False).id == plain.id
    assert arrange(target, session_based=True).id == gated.id
    assert arrange(target, session_based=True, attempts=5).id == gated.id
    for asked, words in (
        ({"session_based": True, "attempts": 6}, "no environment with session_based = true, attempts = 6"),
        ({"require_at_onboarding": True}, 'no environment with enrollment = "signup"'),
        ({"actions": ["user.update"]}, r'no environment with actions = \["user.update"\]'),
        ({"totp": False}, "no environment with totp = false in the profile"),
    ):
        with pytest.raises(NotApplicable, match=words):
            arrange(target, **asked)
    with pytest.raises(ScenarioError, match="did you mean 'session_based'"):
        arrange(target, sesion_based=True)
    target.close()


def test_another_environment_for_one_scenario_is_another_one(house: House, tmp_path: Path) -> None:
    plain, gated = house.tenant(), house.tenant(session_based=True)
    environments = (
        NamedEnvironment(id=plain.id),
        NamedEnvironment(id=gated.id, settings={"session_based": True}),
    )

    def two(target: UrlTarget, **settings: object) -> tuple[str, str]:
        first = target.arrange(settings, scenario="a.b.c", locks_out=False)
        return first.id, target.arrange(settings, scenario="a.b.c/other", locks_out=False).id

    target = house.open(environments=environments)
    assert two(target) == (plain.id, gated.id)  # it need not be alike
    assert two(target, session_based=True) == (gated.id, plain.id)
    with pytest.raises(NotApplicable, match="passkeys = false"):
        target.arrange({"passkeys": False}, scenario="a.b.c/other", locks_out=False)
    target.close()
    (tmp_path / "arrange.py").write_text(
        "import os, json; new = not os.path.exists('x'); open('x', 'w').close()\n"
        f"print(json.dumps({{'environmentId': '{plain.id}' if new else '{gated.id}'}}))"
    )
    target = house.open(arrange=Arrange(command=f"{sys.executable} arrange.py"), folder=tmp_path)
    assert two(target) == (plain.id, gated.id)
    with pytest.raises(NotApplicable, match="one environment only"):
        two(target, session_based=True)
    target.close()


def test_an_environments_own_settings_may_hold_its_code_and_its_origin(house: House) -> None:
    tenant = house.tenant(origins=["https://app.example.org"], rp_id="example.org")
    settings = {"email_code": CODE, "origins": ["https://app.example.org"], "rp_id": "example.org"}
    target = house.open(tenant, settings=settings, sign_in=SignIn())
    environment = arrange(target)
    assert (environment.origin, environment.rp_id) == ("https://app.example.org", "example.org")
    signed_up(environment)
    assert target.profile.has("email-sign-in")
    assert environment.close() == []
    target.close()


def test_codes_come_from_a_program_of_the_profile(house: House, tmp_path: Path) -> None:
    tenant = house.tenant()
    (tmp_path / "code.py").write_text(
        f"import sys; assert '@' in sys.argv[1]; print('mail:'); print('{CODE}')"
    )
    sign_in = SignIn(code_command=f"{sys.executable} code.py {{email}}")
    target = house.open(tenant, sign_in=sign_in, folder=tmp_path)
    environment = arrange(target)
    signed_up(environment)
    environment.close()
    target.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; sys.exit('no mail came')", "ended with exit code 1: no mail came"),
        ("", "printed nothing"),
        ("import time; time.sleep(30)", "took longer than 0.5 s"),
    ],
)
def test_a_program_that_fails_blocks_with_its_words(
    house: House, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "code.py").write_text(text)
    sign_in = SignIn(code_command=f"{sys.executable} code.py {{email}}", command_seconds=0.5)
    target = house.open(house.tenant(), sign_in=sign_in, folder=tmp_path)
    with pytest.raises(Blocked, match=words):
        arrange(target).inbox("ada@example.org")()
    target.close()


def test_a_program_that_is_not_there_blocks(house: House) -> None:
    target = house.open(house.tenant(), sign_in=SignIn(code_command="./nowhere {email}"))
    with pytest.raises(Blocked, match="cannot be started: No such file"):
        arrange(target).inbox("ada@example.org")()
    target.close()


def test_tokens_of_another_issuer_come_from_a_program(house: House, tmp_path: Path) -> None:
    tenant = house.tenant()
    (tmp_path / "jwt.py").write_text(f"print({tenant.external_jwt(sub='eve', email='eve@example.org')!r})")
    sign_in = SignIn(external_jwt_command=f"{sys.executable} jwt.py {{email}}")
    target = house.open(tenant, sign_in=sign_in, folder=tmp_path)
    assert target.profile.has("external-jwt")
    assert not target.profile.has("email-sign-in")
    environment = arrange(target)
    client = environment.connect()
    client.sign_in_with_external_jwt(environment.external_jwt("eve@example.org"))
    assert environment.close() == []
    target.close()


ARRANGE = """
import json, sys
settings = json.load(sys.stdin)
print("looking", file=sys.stderr)
open("calls", "a").write("x")
if "actions" in settings:
    print(json.dumps({"notApplicable": "actions are not for sale"}))
elif "totp" in settings:
    print("no idea")
else:
    print(json.dumps({"environmentId": sys.argv[1]}))
"""


def test_environments_come_from_a_program_once_for_each_combination(house: House, tmp_path: Path) -> None:
    tenant = house.tenant(session_based=True)
    (tmp_path / "arrange.py").write_text(ARRANGE)
    program = Arrange(command=f"{sys.executable} arrange.py {tenant.id}")
    target = house.open(arrange=program, folder=tmp_path)
    for _ in range(3):
        assert arrange(target, session_based=True).id == tenant.id
    assert (tmp_path / "calls").read_text() == "x"
    with pytest.raises(NotApplicable, match="actions are not for sale"):
        arrange(target, actions=["user.update"])
    with pytest.raises(Blocked, match="printed 'no idea', no JSON object"):
        arrange(target, totp=False)
    target.close()


def test_a_program_may_not_lead_to_the_vendors_hosts(house: House, tmp_path: Path) -> None:
    text = 'print(\'{"environmentId": "x", "baseUrl": "https://app.dynamicauth.com/api/v0"}\')'
    (tmp_path / "arrange.py").write_text(text)
    target = house.open(arrange=Arrange(command=f"{sys.executable} arrange.py"), folder=tmp_path)
    with pytest.raises(TargetError, match="sandbox = true"):
        arrange(target)
    target.close()


def test_what_locks_accounts_needs_leave_off_this_machine() -> None:
    def elsewhere(**allow: bool) -> UrlTarget:
        return UrlTarget(
            "https://api.example.org",
            profile=Profile(
                environments=(NamedEnvironment(id="11111111-2222-4333-8444-555555555555"),),
                sign_in=SignIn(code=CODE),
                allow=Allow(**allow),
            ),
            note=lambda _text: None,
            transport=httpx.MockTransport(
                lambda _request: httpx.Response(200, json={"security": {"mfa": {}}})
            ),
        )

    for target, answer in ((elsewhere(), NotApplicable), (elsewhere(locks_out=True), None)):
        target.open()
        target.arrange({}, scenario="a", locks_out=False)
        if answer:
            with pytest.raises(answer, match=r"\[allow\] locks_out = true"):
                target.arrange({}, scenario="a", locks_out=True)
        else:
            target.arrange({}, scenario="a", locks_out=True)


def test_the_profiles_headers_are_sent_and_never_shown() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["x-key"])
        return httpx.Response(200, json={"security": {"mfa": {}}, "echo": request.headers["x-key"]})

    profile = Profile(
        environments=(NamedEnvironment(id="11111111-2222-4333-8444-555555555555"),),
        sign_in=SignIn(code=CODE),
        headers={"x-key": "s3cret"},
        secrets=("s3cret",),
    )
    target = UrlTarget(
        "https://api.example.org", profile=profile, note=print, transport=httpx.MockTransport(answer)
    )
    target.open()
    environment = target.arrange({}, scenario="a", locks_out=False)
    environment.request("GET", "settings")
    assert set(seen) == {"s3cret"}
    (exchange,) = environment.exchanges
    assert exchange.response["echo"] == "<from the profile>"
    assert "x-key" not in exchange.headers


def test_addresses_are_never_used_twice() -> None:
    addresses = Addresses("qa+{name}-{unique}@example.org")
    made = {addresses.new("Her Twin") for _ in range(5)} | {Addresses("qa{n}@x.org").new("a")}
    assert len(made) == 6
    assert all(address.startswith(("qa+her-twin-", "qa1@")) for address in made)


def test_a_hostile_name_needs_a_place_in_the_pattern() -> None:
    assert "a&secret=AAAA" in Addresses("{name}+{unique}@x.org").new("a&secret=AAAA")
    with pytest.raises(NotApplicable, match=r"no \{name\}"):
        Addresses("{unique}@x.org").new("a&secret=AAAA")
