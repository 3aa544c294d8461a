"""What fuzzing speaks of: an opening, acts in the suite's own sentences, and what was sent and came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

TOTP, PASSKEYS = "TOTP", "passkeys"
SHE, OTHER = "she", "the other user"
NEW, NOTHING, APP, PASSKEY, BOTH = (
    "new",
    "no MFA method",
    "an authenticator app",
    "a passkey",
    "an authenticator app and a passkey",
)


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a story begins: the environment's settings and who is there.

    Args:
        session_based: MFA at every sign-in.
        onboarding: MFA required at sign-up.
        enforced: API version 2026_04_01, which enforces step-up.
        action: "" or how the token behaves that exporting a wallet needs: "single-use", "time-bound".
        off: "" or the method that is switched off: "TOTP", "passkeys".
        shown_once: recovery codes are not shown again once they are acknowledged.
        passkeys_at_most: how many passkeys a user may have; 0 where nothing is said.
        exact_codes: recovery codes are taken only as they are written.
        update: changing the profile needs MFA, too.
        she: what she has enrolled, or "new" for nobody yet.
        other: the same of another user; None where there is none.
    """

    session_based: bool = False
    onboarding: bool = False
    enforced: bool = False
    action: str = ""
    off: str = ""
    shown_once: bool = False
    passkeys_at_most: int = 0
    exact_codes: bool = False
    update: bool = False
    she: str = APP
    other: str | None = None

    @property
    def settings(self) -> str:
        """The opening's settings alone, in words; "as they come" where none is said."""
        people = 1 if self.other is None else 2
        return ", ".join(self.givens[:-people]) or "settings as they come"

    @property
    def givens(self) -> tuple[str, ...]:
        """The opening as sentences of the suite."""
        off = f"{self.off} {'is' if self.off == TOTP else 'are'} switched off"
        said = [
            sentence
            for sentence, so in (
                ("session-based MFA is on", self.session_based),
                ('"Require at onboarding" is on', self.onboarding),
                ('the API version is "2026_04_01"', self.enforced),
                (f'the action "wallet.waas.export" needs MFA with a {self.action} token', self.action),
                (off, self.off),
                ('the setting "recovery_codes_after_acknowledgement" is false', self.shown_once),
                (f'the setting "passkeys_per_user" is {self.passkeys_at_most}', self.passkeys_at_most),
                ('the setting "recovery_codes_ignore_case" is false', self.exact_codes),
                ('the setting "recovery_codes_ignore_separators" is false', self.exact_codes),
                ('the action "user.update" needs MFA', self.update),
            )
            if so
        ]
        said.append(_given("a", self.she))
        if self.other is not None:
            said.append(_given("another", self.other))
        return tuple(said)


def _given(article: str, has: str) -> str:
    return f"{article} new user" if has == NEW else f"{article} user who has enrolled {has}"


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that somebody does: the rule it comes from, who, and the whole sentence without its keyword."""

    rule: str
    who: str
    text: str

    @property
    def looks(self) -> bool:
        """Nothing is done: a Then of the suite is held against what is to be seen."""
        return self.rule.startswith("looks at ")


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An opening and what followed: all that it takes to do the same again."""

    opening: Opening
    acts: tuple[Act, ...]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What the model is told about the request itself, which it cannot know: none of it comes from the answer.

    Args:
        now: unix seconds of the people's right clock.
        code: the code given, as it was typed.
        steps: for each authenticator app the time step near now at which it shows that code.
        step_now: the time step of now.
        last_steps: the latest time step of each app that its owner took a code of.
        next_codes: the next code of the sheet that is not crossed out, by person who has one.
        old_sheet: whether she has kept an older sheet, by person.
        phones: the app that each person's phone shows.
        keys: how many passkey authenticators each person has.
        sheets: the recovery codes that each person has written down, used or not.
    """

    now: float
    code: Any = None
    steps: Mapping[str, int] = {}
    step_now: int = 0
    last_steps: Mapping[str, int] = {}
    next_codes: Mapping[str, str] = {}
    old_sheet: Mapping[str, bool] = {}
    phones: Mapping[str, str] = {}
    sheets: Mapping[str, tuple[str, ...]] = {}
    keys: Mapping[str, int] = {}


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What her account looks like in the browser in front of her."""

    verified: int
    unverified: int
    passkeys: int
    has_method: bool
    scopes: frozenset[str]
    acknowledgement: str | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back.

    Args:
        accepted: None where the act asks nothing of the server.
        told: in words.
        credentials: how many methods are named to step up by.
        secret_again: the app's secret is one that was given out before.
        breach: what somebody who looks closely should have seen, and has.
    """

    accepted: bool | None
    told: str = ""
    status: int | None = None
    kind: str = ""
    mfa_token: bool = False
    elevated: bool = False
    tokens_in_refusal: tuple[str, ...] = ()
    device: str = ""
    codes: tuple[str, ...] | None = None
    listed: tuple[bool, ...] | None = None
    expires_at: float | None = None
    passed: int = 0
    tried: int = 0
    stopped: int = 0
    step_up: bool | None = None
    retry_after: float | None = None
    sight: Sight | None = None
    secret_again: bool = False
    credentials: int | None = None
    breach: tuple[str, str] | None = None
