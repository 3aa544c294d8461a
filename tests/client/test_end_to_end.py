"""People and the reference client against the reference server, in process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_simulators import MfaClient, Person, ReferenceServer, VirtualClock
from mfa_simulators.client import Client, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


class Tenant:
    """One environment, with people and their browsers."""

    def __init__(self, server: ReferenceServer, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.environment = server.environment(clock=self.clock, seed=1, **settings)
        self._http = httpx.Client(transport=server.transport)

    def person(self, email: str | None = None) -> Person:
        return Person(
            email,
            clock=self.clock,
            seed=email,
            mailbox=self.environment.mailbox,
            wait=self.environment.advance,
        )

    def connect(self) -> MfaClient:
        client = MfaClient(
            self.environment.base_url,
            self.environment.id,
            origin=self.environment.origin,
            http=self._http,
            clock=self.clock,
        )
        client.initialize()
        return client

    def signed_in(self, person: Person) -> MfaClient:
        client = self.connect()
        person.sign_in(client)
        return client


@pytest.fixture(scope="module")
def server() -> ReferenceServer:
    return ReferenceServer(seed=1)


@pytest.fixture
def tenant(server: ReferenceServer) -> Callable[..., Tenant]:
    return lambda **settings: Tenant(server, **settings)


def test_onboarding_gates_enrols_and_opens(tenant: Callable[..., Tenant]) -> None:
    acme = tenant(require_at_onboarding=True)
    ann = acme.person("ann@example.org")
    client = acme.connect()
    asked: list[str] = []
    client.on_mfa_required(asked.append)
    ann.sign_up(client)
    assert asked == ["mfa"]
    assert client.is_user_missing_mfa_auth()
    assert client.next_mfa_step() == "enrol"
    ann.enrol_app(client)
    assert client.next_mfa_step() is None
    assert len(ann.sheet.codes) == 10
    (device,) = client.get_mfa_devices()
    assert device.verified


@pytest.mark.parametrize("route", ["authenticate", "register"])
def test_either_route_enrols(tenant: Callable[..., Tenant], route: Any) -> None:
    acme = tenant()
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_app(client, route=route)
    assert client.get_mfa_methods().user_has_verified_mfa_methods
    with pytest.raises(ClientError) as caught:
        client.register_totp_mfa_device()
    assert (caught.value.status, caught.value.kind) == (401, "device_limit")


def test_session_mfa_is_passed_with_app_recovery_code_and_passkey(tenant: Callable[..., Tenant]) -> None:
    acme = tenant(session_based=True)
    ann = acme.person("ann@example.org")
    first = acme.signed_in(ann)
    ann.enrol_app(first)
    ann.enrol_passkey(first)
    for using in ("app", "recovery_code", "passkey", "app", "app"):
        client: Client = acme.signed_in(ann)
        assert client.is_user_missing_mfa_auth()
        ann.pass_mfa(client, using=using)
        assert not client.is_user_missing_mfa_auth()
        client.logout()
    assert len(ann.sheet.used) == 1


def test_a_used_recovery_code_is_an_invalid_code(tenant: Callable[..., Tenant]) -> None:
    acme = tenant()
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_app(client)
    ann.pass_mfa(client, using="recovery_code")
    with pytest.raises(ClientError) as caught:
        client.authenticate_mfa_recovery_code(ann.sheet.used[0])
    assert (caught.value.kind, caught.value.status) == ("invalid_code", 422)


def test_deleting_the_app_needs_a_token_and_uses_it_up(tenant: Callable[..., Tenant]) -> None:
    acme = tenant()
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_app(client)
    (device,) = client.get_mfa_devices()
    with pytest.raises(ClientError) as caught:
        client.delete_mfa_device(device.id)
    assert caught.value.status == 403
    ann.pass_mfa(client, create_mfa_token=True)
    client.delete_mfa_device(device.id)
    assert client.get_mfa_devices() == ()
    assert client.state.mfa_token is None


def test_passkeys_sign_in_and_are_managed(tenant: Callable[..., Tenant]) -> None:
    acme = tenant()
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_passkey(client)
    (passkey,) = client.get_passkeys()
    assert client.rename_passkey(passkey.id, "phone").alias == "phone"
    other = acme.connect()
    other.sign_in_with_passkey(passkey=ann.key)
    assert other.state.user is not None
    assert other.state.user.id == client.refresh_user().id
    with pytest.raises(ClientError) as caught:
        ann.enrol_passkey(client)
    assert caught.value.code == "InvalidStateError"
    ann.pass_mfa(client, using="passkey", create_mfa_token=True)
    client.delete_passkey(passkey.id)
    assert client.get_passkeys() == ()


def test_cookie_mode_works_without_a_token_in_sight(tenant: Callable[..., Tenant]) -> None:
    acme = tenant(cookie_mode=True, session_based=True)
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_app(client)
    assert client.state.token is None
    assert client.refresh_user().email == "ann@example.org"
    client.logout()
    with pytest.raises(ClientError) as caught:
        client.refresh_user()
    assert caught.value.kind == "unauthorized"


def test_a_scoped_token_opens_its_action(tenant: Callable[..., Tenant]) -> None:
    acme = tenant(actions=["wallet.waas.sign"])
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    assert not client.is_mfa_required_for_action("wallet.waas.sign")
    ann.enrol_app(client)
    assert client.is_mfa_required_for_action("wallet.waas.sign")
    assert client.check_step_up_auth("wallet:sign").is_required
    with pytest.raises(ClientError) as caught:
        client.perform_action("wallet.waas.sign")
    assert caught.value.status == 403
    ann.pass_mfa(client, requested_scopes=["wallet:sign"])
    client.perform_action("wallet.waas.sign")
    assert client.state.elevated_tokens == ()  # single-use by default (D-79)
    ann.pass_mfa(client, create_mfa_token=True)
    client.perform_action("wallet.waas.sign")
    assert client.state.mfa_token is None


def test_an_external_token_signs_in(tenant: Callable[..., Tenant]) -> None:
    acme = tenant()
    client = acme.connect()
    client.sign_in_with_external_jwt(acme.environment.external_jwt(sub="s-1", email="ann@example.org"))
    assert client.state.user is not None
    assert client.state.user.email == "ann@example.org"


def test_too_many_wrong_codes_are_told_with_the_time_to_wait(tenant: Callable[..., Tenant]) -> None:
    acme = tenant(attempts=2)
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    ann.enrol_app(client)
    for kind in ("invalid_code", "invalid_code", "rate_limited"):
        with pytest.raises(ClientError) as caught:
            client.authenticate_mfa_recovery_code("AAAAAAAAAA")
        assert caught.value.kind == kind
    assert caught.value.retry_after
    acme.environment.advance(caught.value.retry_after)
    ann.pass_mfa(client, using="recovery_code")


def test_the_user_is_updated_acknowledged_and_deleted(tenant: Callable[..., Tenant]) -> None:
    acme = tenant()
    ann = acme.person("ann@example.org")
    client = acme.signed_in(ann)
    assert client.update_user(first_name="Ann").user.first_name == "Ann"
    ann.enrol_app(client, acknowledge=False)
    assert client.is_pending_recovery_codes_acknowledgment()
    ann.acknowledge_codes(client)
    assert not client.is_pending_recovery_codes_acknowledgment()
    ann.renew_codes(client)
    assert client.refresh_user().mfa_backup_code_acknowledgement == "pending"
    client.delete_user()
    assert not client.state.signed_in


def test_the_same_works_over_a_socket() -> None:
    with ReferenceServer(seed=1) as served:
        clock = VirtualClock()
        environment = served.environment(clock=clock, seed=1, session_based=True)
        ann = Person(clock=clock, seed=1, mailbox=environment.mailbox)
        client = MfaClient(environment.base_url, environment.id, origin=environment.origin, clock=clock)
        client.initialize()
        ann.sign_up(client)
        ann.enrol_app(client)
        client.logout()
        ann.sign_in(client)
        assert client.is_user_missing_mfa_auth()
        ann.pass_mfa(client)
        assert not client.is_user_missing_mfa_auth()
