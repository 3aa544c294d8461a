"""Having sessions: keeping and losing them, and what may be done in which."""

# ruff: noqa: S105 - no passwords are in it

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import come_by, holds_good
from mfa_harness.fuzz.rules.rule import behind_gate, gate, no_session, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent


@rule(
    "switches session",
    "{who} goes back to her other session",
    when=lambda _model, account: len(account.browsers) > 1,
    signed_in=False,
    weight=2,
    keen=lambda model, account: (
        len(account.browsers) > 1
        and ((account.front.mfa_done and not account.browsers[-2].mfa_done) or holds_good(model, account))
    ),
)
def switches(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Nothing is asked of the server; what is seen there must be as it was."""
    account.browsers.append(account.browsers.pop(-2))
    return Prediction(None, "session.per-session")


@rule(
    "signs out",
    "{who} signs out",
    keen=lambda model, account: (
        bool(model.opening.action)
        and bool(account.browsers)
        and (
            (account.token == "good" and account.token_browser is account.front) or holds_good(model, account)
        )
    ),
)
def signs_out(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The session and its tokens die with it."""

    def settle(_answer: Answer) -> None:
        account.front.open = False
        account.front.ended_by = "token.revoked"
        account.old_token = "token.revoked"
        if account.token and account.token_browser is account.front:
            account.token = "ended"

    return Prediction(True, "token.revoked", settle=settle)


@rule(
    "presents old token",
    "{who} presents her old session token",
    "{who} refreshes with her old session token",
    when=lambda _model, account: bool(account.old_token),
    signed_in=False,
    needs=("jwks",),
    only_she=True,
    weight=2,
)
def presents_old(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The token of a session that she has ended."""
    return refused(account.old_token, "not signed in")


def _has_browser(_model: Model, account: Account) -> bool:
    return bool(account.browsers) and account.front.open


@rule(
    "refreshes",
    "{who} refreshes her session",
    when=_has_browser,
    signed_in=False,
    weight=3,
    keen=lambda model, account: (
        model.last.endswith("goes back to her other session")
        and bool(account.browsers)
        and account.front.gated
    ),
)
def refreshes(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The gate is looked at anew, and drops nothing."""
    dead = no_session(model, account)
    if dead is not None:
        return dead

    def settle(answer: Answer) -> None:
        model.regate(account, answer)

    return Prediction(True, "session.per-session", settle=settle)


@rule("lists devices", "{who} tries to list her devices", when=_has_browser, signed_in=False)
def lists(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A gated session may; it sees her own, and nobody else's."""
    verified, listed = bool(account.verified), bool(account.verified) + bool(account.pending)

    def wrong(answer: Answer) -> str:
        found = answer.listed or ()
        return "" if sum(found) == verified and len(found) <= listed else "devices.listed"

    return no_session(model, account) or Prediction(True, "devices.listed", also=wrong)


@rule("changes name", "{who} tries to change her name", when=_has_browser, signed_in=False)
def changes_name(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """For full sessions."""
    updated = Prediction(True, "gate.lifted-by-mfa", settle=lambda answer: model.renewed(account, answer))
    if not model.opening.update or not (account.has_method or model.onboarding):
        return behind_gate(model, account, updated)
    if not account.front.token_held:
        stopped = gate(model, account)
        return stopped or refused("step-up.actions-enforced", "step-up required")
    account.front.token_held = False  # the client sends by itself what it holds
    account.token = ""
    return behind_gate(model, account, replace(updated, allowed=None))


@rule(
    "changes name with proof",
    "{who} tries to change her name with an MFA token",
    when=lambda model, account: (
        model.opening.update
        and model.certain(account)
        and not account.front.gated
        and bool(model.may_challenge(account))
    ),
    needs=("actions", "mfa-tokens"),
    only_she=True,
    weight=12,
)
def changes_name_with_proof(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """Where changing the profile is protected it takes an MFA token, and spends it."""
    come_by(model, account, act.text)
    account.front.token_held = False

    def settle(answer: Answer) -> None:
        account.token = "spent"
        model.renewed(account, answer)

    return Prediction(True, "step-up.actions-enforced", settle=settle)


@rule(
    "does what is for full sessions",
    *(
        f"{{who}} tries to {operation}"
        for operation in (
            "look up her authenticator app",
            "list her passkeys",
            "rename her passkey",
            "change her e-mail address",
            "add a passkey by the older call",
        )
    ),
    when=lambda model, account: account.front.gated and model.certain(account),
    where={
        "app": lambda _model, account: bool(account.verified),
        "rename": lambda _model, account: account.key,
        "older call": lambda _model, account: account.has_method,
    },
    only_she=True,
    weight=3,
)
def does_for_full(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """Not for one that owes MFA."""
    binding = "add a passkey" in act.text
    return refused("gate.binding-needs-mfa" if binding else "gate.protects-endpoints", "MFA required")


@rule(
    "deletes account",
    "{who} tries to delete her account",
    when=lambda _model, account: len(account.browsers) > 1,
    needs=("delete-user",),
)
def deletes_account(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Every session of hers is over with it."""

    def settle(_answer: Answer) -> None:
        browsers = account.browsers
        for browser in browsers:
            browser.ended_by = "token.deleted-user"
        browsers[-1].open = False
        account.exists = False
        account.verified = account.pending = ""
        account.passkeys, account.key, account.second = 0, False, False
        account.codes, account.acknowledgement = None, None

    deleted = Prediction(True, "gate.lifted-by-mfa", settle=settle, shows_state=False)
    return behind_gate(model, account, deleted)


@rule("writes into profile", "{who} writes full access into her profile", only_she=True)
def writes_profile(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It may be accepted or refused, and completes nothing. That it acknowledges the codes is right."""
    return Prediction(None, "gate.not-user-writable")


@rule("proves e-mail again", "{who} proves her e-mail address again", needs=("email-sign-in",))
def proves_email(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No second factor."""
    return Prediction(None, "gate.every-sign-in")
