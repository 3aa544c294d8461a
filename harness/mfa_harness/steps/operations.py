"""Actions: what else a session may or may not do, in one sentence with a list of operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario import permits
from mfa_harness.scenario.actor import STEP_UP_VERSION
from mfa_harness.scenario.permits import NONE, Permit
from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.recovery import renewed_codes
from mfa_harness.steps.sentence import Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Operation:
    """One thing to do with a session.

    Args:
        do: does it; the permit is what she shows for it besides her session.
        honest: the same without the defect, on the twin of a control; by default the same with `permit`.
        permit: gets what an honest person shows for it.
        proved: what the scenario has shown already, where a twin would show nothing more.
        needs: the capability without which it is n/a.
        removes: the method that it removes, "app" or "passkey", which takes what the profile says.
        adds: whether it adds a method, which takes what the profile says where step-up is enforced.
    """

    do: Callable[[Actor, Permit], Any]
    honest: Callable[[Actor], Any] | None = None
    permit: Callable[[Actor], Permit] = lambda _: NONE
    proved: str = ""
    needs: str = ""
    removes: str = ""
    adds: bool = False

    def control(self, twin: Actor) -> Any:
        """Do it as an honest person would: with MFA done, and with what it takes."""
        twin.complete_mfa()
        if self.honest is not None:
            return self.honest(twin)
        return self.do(twin, self.permit(twin))


OPERATIONS: Lexicon[Operation] = Lexicon("operation")


def _plain(phrase: str, do: Callable[[Actor], Any], *, needs: str = "") -> None:
    """An operation that shows nothing besides the session."""
    OPERATIONS.phrase(phrase)(lambda _world: Operation(lambda actor, _permit: do(actor), needs=needs))


_plain("list her devices", lambda actor: actor.client.get_mfa_devices())
_plain("list her passkeys", lambda actor: actor.client.get_passkeys())
_plain("rename her passkey", lambda actor: actor.client.rename_passkey(actor.passkey_id, "my key"))
_plain("delete her account", lambda actor: actor.client.delete_user(), needs="delete-user")
_plain("refresh her session", lambda actor: actor.client.refresh_auth())
_plain(
    "make her authenticator app the default", lambda actor: actor.client.set_default_mfa_device(actor.app_id)
)


def _bind(
    world: World,
    do: Callable[[Actor], Any],
    by_hand: Callable[[Actor, Permit], Any],
    setting: str,
    capability: str,
) -> Operation:
    """Adding a method. The control has step-up where that is enforced, and the method where it is switched off."""

    def honest(twin: Actor) -> Any:
        if world.wishes.get(setting) is False:
            twin = world.twin(twin, world.another_environment(**{setting: True}))
        if world.wishes.get("min_api_version", "") >= STEP_UP_VERSION:
            twin.step_up_to_link()
        return do(twin)

    def with_what_she_shows(actor: Actor, permit: Permit) -> Any:
        return by_hand(actor, permit) if permit.header else do(actor)

    return Operation(with_what_she_shows, honest=honest, needs=capability, adds=True)


@OPERATIONS.phrase("add an authenticator app")
def _add_app(world: World) -> Operation:
    return _bind(
        world,
        lambda actor: actor.client.register_totp_mfa_device(),
        lambda actor, permit: world.send("GET", "users/mfa/register/totp", actor, headers=permit.headers),
        "totp",
        "totp",
    )


@OPERATIONS.phrase("add a passkey")
def _add_passkey(world: World) -> Operation:
    return _bind(
        world,
        lambda actor: actor.client.register_passkey(passkey=actor.person.new_key()),
        lambda actor, permit: _register_by_hand(world, actor, permit),
        "passkeys",
        "passkeys",
    )


def _register_by_hand(world: World, actor: Actor, permit: Permit) -> Any:
    """Register a passkey and show what no client shows for it."""
    path = "users/passkeys/register"
    options = world.send("GET", path, actor, headers=permit.headers).json()
    return world.send("POST", path, actor, creation_response(actor, options), permit.headers)


def creation_response(actor: Actor, options: dict[str, Any]) -> dict[str, Any]:
    """What a client posts to register a passkey of hers that is new."""
    made = actor.person.new_key().create(
        {**options, "excludeCredentials": []}, origin=actor.environment.origin
    )
    response = {
        "attestationObject": made["response"]["attestationObject"],
        "clientDataJson": made["response"]["clientDataJSON"],  # as registrations spell it on this wire
    }
    return {**made, "response": response}


@OPERATIONS.phrase("add a second authenticator app")
def _second_app(world: World) -> Operation:
    world.noted["second device"] = True
    return Operation(
        lambda actor, _: actor.client.register_totp_mfa_device(),
        proved="the first device was enrolled",
    )


@OPERATIONS.phrase("delete her authenticator app")
def _delete_app(world: World) -> Operation:
    return Operation(
        lambda actor, permit: _delete_device(world, actor, actor.app_id, permit),
        permit=permits.for_removal,
        removes="app",
    )


@OPERATIONS.phrase("delete the other user's authenticator app")
def _delete_foreign_app(world: World) -> Operation:
    return Operation(
        lambda actor, permit: _delete_device(world, actor, world.actor("the other user").app_id, permit),
        honest=lambda twin: _delete_device(world, twin, twin.app_id, permits.for_removal(twin)),
        removes="app",
    )


def _delete_device(world: World, actor: Actor, device: str, permit: Permit) -> Any:
    if permit.held:
        return actor.client.delete_mfa_device(device, mfa_token=permit.mfa_token)
    return world.send("DELETE", f"users/mfa/{device}", actor, headers=permit.headers)


@OPERATIONS.phrase("delete her passkey")
def _delete_passkey(world: World) -> Operation:
    return Operation(
        lambda actor, permit: _remove_passkey(world, actor, actor.passkey_id, permit),
        permit=permits.for_removal,
        removes="passkey",
    )


@OPERATIONS.phrase("delete the other user's passkey")
def _delete_foreign_passkey(world: World) -> Operation:
    return Operation(
        lambda actor, permit: _remove_passkey(world, actor, world.actor("the other user").passkey_id, permit),
        honest=lambda twin: _remove_passkey(world, twin, twin.passkey_id, permits.for_removal(twin)),
        removes="passkey",
    )


@OPERATIONS.phrase("rename the other user's passkey")
def _rename_foreign_passkey(world: World) -> Operation:
    return Operation(
        lambda actor, _: actor.client.rename_passkey(world.actor("the other user").passkey_id, "mine now"),
        honest=lambda twin: twin.client.rename_passkey(twin.passkey_id, "mine"),
    )


def _remove_passkey(world: World, actor: Actor, passkey: str, permit: Permit) -> Any:
    if permit.held:
        return actor.client.delete_passkey(passkey, mfa_token=permit.mfa_token)
    return world.send("DELETE", "users/passkeys", actor, {"passkeyId": passkey}, permit.headers)


@OPERATIONS.phrase("look up the other user's authenticator app")
def _read_foreign(world: World) -> Operation:
    return Operation(
        lambda actor, _: actor.client.get_mfa_device(world.actor("the other user").app_id),
        honest=lambda twin: twin.client.get_mfa_device(twin.app_id),
    )


@OPERATIONS.phrase("look up a device that does not exist")
def _read_unknown(world: World) -> Operation:
    return Operation(
        lambda actor, _: actor.client.get_mfa_device(UNKNOWN_ID),
        honest=lambda twin: twin.client.get_mfa_device(twin.app_id),
    )


@OPERATIONS.phrase("make the other user's authenticator app her default")
def _default_foreign(world: World) -> Operation:
    return Operation(
        lambda actor, _: actor.client.set_default_mfa_device(world.actor("the other user").app_id),
        honest=lambda twin: twin.client.set_default_mfa_device(twin.app_id),
    )


@OPERATIONS.phrase("make her unverified app the default")
def _default_unverified(world: World) -> Operation:
    def do(actor: Actor, _permit: Permit) -> Any:
        assert actor.pending is not None
        return actor.client.set_default_mfa_device(actor.pending.id)

    def honest(twin: Actor) -> Any:
        if twin.person.app is None:
            twin.enrol_app()
        return twin.client.set_default_mfa_device(twin.app_id)

    return Operation(do, honest=honest, needs="default-device")


@OPERATIONS.phrase("read her recovery codes")
def _read_codes(world: World) -> Operation:
    def honest(twin: Actor) -> Any:
        if not twin.methods and not twin.has_app:
            twin.enrol_app()
        if world.wishes.get("recovery_codes_after_acknowledgement") is False:
            renewed_codes(world, twin)  # a set that was not acknowledged yet
        return twin.client.get_mfa_recovery_codes()

    return Operation(
        lambda actor, _: actor.client.get_mfa_recovery_codes(), honest=honest, needs="recovery-codes"
    )


@OPERATIONS.phrase("regenerate her recovery codes")
def _renew_codes(world: World) -> Operation:
    def honest(twin: Actor) -> Any:
        return renewed_codes(world, twin)

    return Operation(
        lambda actor, _: actor.client.create_new_mfa_recovery_codes(), honest=honest, needs="recovery-codes"
    )


@OPERATIONS.phrase("change her name")
def _change_name(world: World) -> Operation:
    protected = any(action.get("action") == "user.update" for action in world.wishes.get("actions", ()))
    return Operation(
        lambda actor, _: actor.client.update_user(first_name="Ada"),
        permit=permits.mfa_token if protected else lambda _: NONE,
    )


def wallet_path(action: str) -> str:
    """Where the stand-in of a protected wallet action is: a choice of ours, see docs/wire.md."""
    return f"wallets/actions/{action.rpartition('.')[2]}"


WALLET_ACTIONS = {
    "sign with her wallet": "wallet.waas.sign",
    "export her wallet": "wallet.waas.export",
    "refresh her wallet": "wallet.waas.refresh",
    "reshare her wallet": "wallet.waas.reshare",
}


def _wallet(phrase: str, action: str) -> None:
    @OPERATIONS.phrase(phrase)
    def _operation(world: World) -> Operation:
        def do(actor: Actor, permit: Permit) -> Any:
            if permit.held:
                return actor.client.perform_action(action)
            return world.send("POST", wallet_path(action), actor, {}, permit.headers)

        def permit(actor: Actor) -> Permit:
            if not actor.methods and not actor.has_app:
                actor.enrol_app()
            return permits.mfa_token(actor)

        return Operation(do, permit=permit, needs="actions")


for _phrase, _action in WALLET_ACTIONS.items():
    _wallet(_phrase, _action)


@ACTS.phrase("writes full access into her profile")
def writes_access(world: World, actor: Actor) -> None:
    """Fields that are the server's to write, in an update of the user; accepting it without effect is right too."""
    wanted = {"scope": "user:basic", "mfa": False, "mfaBackupCodeAcknowledgement": "complete"}
    world.try_out(actor, "writing her own scope", lambda actor: world.send("PUT", "users", actor, wanted))


@ACTS.phrase("steps up by e-mail and enrols an authenticator app")
def steps_up_and_enrols(world: World, actor: Actor) -> None:
    """What enrolment takes where step-up is enforced: an elevated token for credential:link, then app and code."""
    world.need("step-up-enforced")

    def enrol(actor: Actor) -> None:
        actor.enrol_app()
        actor.write_down_codes()

    world.attempt(actor, "stepping up and enrolling", enrol)
