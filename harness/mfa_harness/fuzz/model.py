"""The account as it must be: a pure state that predicts, from the requirements and the profile alone.

It has no input or output, no clock and no randomness. It is told what was sent (`Sent`) and says what must come
back; told what came back (`Answer`) it moves on. It knows nothing of any server's code (DESIGN rule 10): where the
vendor leaves two readings it follows the profile's tolerances, and where those leave two it takes either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mfa_harness.fuzz.words import APP, BOTH, NEW, OTHER, PASSKEY, SHE, Answer, Opening, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.targets.tolerances import Tolerances

GATED, FULL = "requiresAdditionalAuth", "user:basic"
LINK = "credential:link"


@dataclass
class Browser:
    """One browser and its session.

    Args:
        open: she is signed in there, as far as she knows.
        ended_by: the requirement by which its token must be refused; "" while it is good.
        mfa_done: a challenge was met in this session.
        gated: what its token says: MFA is still due.
        expires: unix seconds.
        holds: scopes of elevated tokens that the client keeps and sends by itself.
        token_held: the client keeps an MFA token, and sends it by itself.
        unclear: her methods were taken from her since: whether MFA done before still counts is said nowhere.
    """

    open: bool = True
    ended_by: str = ""
    mfa_done: bool = False
    gated: bool = False
    expires: float = math.inf
    holds: set[str] = field(default_factory=set)
    unclear: bool = False
    token_held: bool = False


@dataclass
class Guesses:
    """Wrong attempts on one path, counted as leniently and as strictly as the documents allow.

    Args:
        certain: when there was one that every reading counts.
        perhaps: when there was one that some do.
        until: when the limit ends, by the server's own word.
    """

    certain: list[float] = field(default_factory=list)
    perhaps: list[float] = field(default_factory=list)
    until: float = -math.inf

    def must_stop(self, now: float, attempts: int) -> bool:
        """Whether every reading of the limit says 429 now.

        Where a window begins is the server's affair, so only attempts of this very moment are in one for certain;
        and until the time that it has told her to wait is over, it holds by the server's own word.
        """
        return now < self.until or sum(at == now for at in self.certain) >= attempts

    def may_stop(self, now: float, window: float | None) -> bool:
        """Whether some reading of the limit may say 429 now: somebody has guessed, not long ago."""
        last = max((*self.certain, *self.perhaps), default=-math.inf)
        return now < last + (window if window is not None else math.inf)


@dataclass
class Account:
    """One person and what the server must know of her.

    Args:
        verified: the id of her verified app, "" for none.
        pending: the id of the app that she has asked for and not verified.
        phone: the app whose codes her phone shows.
        confirming: she takes her next code to end an enrolment.
        key: her first passkey is registered.
        second: so is that of her second authenticator.
        passkeys: how many are registered.
        spent: the time steps used of each app.
        codes: the unused recovery codes; None while nobody has seen the set.
        dead: codes that must be refused, each with the requirement that says so.
        way: how she signs in, where not by e-mail: "by text message", "externally".
        token: the MFA token she got last: "", "good", "spent", or "ended" with its session.
    """

    exists: bool = False
    verified: str = ""
    pending: str = ""
    phone: str = ""
    first_phone: str = ""
    confirming: bool = False
    tried_wrong: bool = False
    abandoned: bool = False
    key: bool = False
    second: bool = False
    passkeys: int = 0
    spent: dict[str, set[int]] = field(default_factory=dict)
    codes: set[str] | None = None
    fresh_set: bool = True
    dead: dict[str, str] = field(default_factory=dict)
    acknowledgement: str | None = None
    browsers: list[Browser] = field(default_factory=list)
    guesses: dict[str, Guesses] = field(default_factory=dict)
    next_code: str = ""
    taken_code: str = ""
    sheet: tuple[str, ...] = ()
    locked: bool = False
    old_sheet: bool = False
    way: str = ""
    token: str = ""
    elevated: tuple[str, float, bool] | None = None
    elevated_spent: bool = False
    elevated_browser: Browser | None = None
    token_browser: Browser | None = None
    assertion: bool = False
    key_deleted: bool = False
    old_token: str = ""
    enrolled_with: bool = False
    entered: bool = False
    used_one: bool = False
    deleted_method: bool = False

    @property
    def has_method(self) -> bool:
        """Whether she has a verified method."""
        return bool(self.verified or self.passkeys)

    @property
    def shows_unverified(self) -> bool:
        """Her phone shows the codes of the app that she has asked for and not verified."""
        return bool(self.pending) and self.phone == self.pending

    @property
    def front(self) -> Browser:
        """The browser in front of her."""
        return self.browsers[-1]

    def free(self) -> None:
        """Her methods are others now: whether a limit outlives that is said nowhere."""
        for guesses in self.guesses.values():
            guesses.until = -math.inf

    def guessed(self, path: str) -> Guesses:
        """Her wrong attempts on one path."""
        return self.guesses.setdefault(path, Guesses())


@dataclass(frozen=True)
class Prediction:
    """What must come of an act.

    Args:
        allowed: whether it must be accepted; None where both are right.
        requirement: whose breach it is if not.
        reason: how a refusal is called in the suite's Then, "" for any.
        settle: how the state moves on when it is accepted.
        path: where a refusal counts as a wrong attempt.
        stops: the path that it is to bring to its limit.
        certain: every reading counts it.
        statuses: a refusal's statuses, where they are prescribed.
        at_once: of requests made at once exactly one must be accepted.
        looked_at: of guesses made at once no more than so many may be looked at; None for no such limit.
        mfa_token: an MFA token must come, must not come; None for either.
        elevated: an elevated token must, must not.
        step_up: what the check of step-up must answer.
    """

    allowed: bool | None
    requirement: str
    reason: str = ""
    settle: Callable[[Answer], None] | None = None
    path: str = ""
    stops: str = ""
    certain: bool = True
    statuses: tuple[int, ...] = ()
    at_once: bool = False
    looked_at: int | None = None
    mfa_token: bool | None = None
    elevated: bool | None = None
    step_up: bool | None = None
    also: Callable[[Answer], str] | None = None
    shows_state: bool = True


class Model:
    """The state of one environment.

    Args:
        opening: how the story begins.
        tolerances: what the profile declares.
    """

    def __init__(self, opening: Opening, tolerances: Tolerances) -> None:
        self.opening = opening
        self.tolerances = tolerances
        self.session_based = opening.session_based
        self.onboarding = opening.onboarding
        self.off = opening.off
        self.last = ""
        self.over = False
        self.now = 0.0
        self.step_now = 0
        self.last_steps: dict[str, int] = {}
        self.accounts = {SHE: Account()}
        if opening.other is not None:
            self.accounts[OTHER] = Account()

    def begin(self, who: str, device: str, codes: tuple[str, ...], expires: float | None) -> None:
        """Take down what an opening's Given has made of somebody."""
        has = self.opening.she if who == SHE else self.opening.other
        if has == NEW or has is None:
            return
        account = self.accounts[who]
        account.exists = True
        if has in (APP, BOTH):
            account.verified = account.phone = account.first_phone = device
            account.spent[device] = {self.last_steps[device]} if device in self.last_steps else set()
            account.enrolled_with = True
        if has in (PASSKEY, BOTH):
            account.key, account.passkeys = True, 1
        if account.has_method:
            account.codes = set(codes)
            account.acknowledgement = "complete"
        account.browsers.append(
            Browser(mfa_done=account.has_method, expires=math.inf if expires is None else expires)
        )
        account.front.gated = self.due(account, account.front)
        if self.opening.enforced and account.has_method:
            account.front.holds.add(LINK)

    # -- what is so ------------------------------------------------------------------------------------------

    def due(self, account: Account, browser: Browser) -> bool:
        """Whether a session owes MFA (the table of section J; decision 1)."""
        if account.has_method:
            return self.session_based and not browser.mfa_done
        return self.onboarding and not browser.mfa_done

    def alive(self, account: Account) -> bool:
        """Whether the browser in front of her is signed in, and its token is to be taken."""
        if not account.browsers:
            return False
        browser = account.front
        return browser.open and not browser.ended_by and self.now < browser.expires

    def is_full(self, account: Account, browser: Browser) -> bool:
        """Whether a browser of hers is signed in and owes nothing."""
        lives = browser.open and not browser.ended_by and self.now < browser.expires
        return lives and not browser.gated and not browser.unclear and not self.due(account, browser)

    def certain(self, account: Account) -> bool:
        """Whether what the token says of the gate and what is so agree; else either reading is right."""
        browser = account.front
        if browser.unclear:
            other = Browser(mfa_done=not browser.mfa_done)
            if self.due(account, browser) != self.due(account, other):
                return False
        return browser.gated == self.due(account, browser)

    def may_challenge(self, account: Account) -> str:
        """What she would meet a challenge with now, and be accepted: "app", "passkey" or ""."""
        if not self.alive(account):
            return ""
        if account.phone and not account.confirming:
            factor, good = "app", account.verified == account.phone
        else:
            factor, good = "passkey", account.key and account.passkeys > 0
        return factor if good and not self.may_be_limited(account, factor) else ""

    def may_be_limited(self, account: Account, path: str) -> bool:
        """Whether some reading of the limit may say 429 on a path now."""
        guesses = account.guesses.get(path)
        return guesses is not None and guesses.may_stop(self.now, self.tolerances.attempts_window_seconds)

    def hear(self, sent: Sent) -> None:
        """Take down what was sent, before the prediction."""
        self.now, self.step_now = sent.now, sent.step_now
        self.last_steps = dict(sent.last_steps)
        for who, account in self.accounts.items():
            account.sheet = sent.sheets.get(who, ())
            account.taken_code = account.next_code
            account.next_code = sent.next_codes.get(who, "")
            account.old_sheet = sent.old_sheet.get(who, False)

    # -- how it moves ----------------------------------------------------------------------------------------

    def regate(self, account: Account, answer: Answer | None = None) -> None:
        """A new token for the session in front of her: it says what is due now."""
        browser = account.front
        browser.gated = self.due(account, browser)
        if answer is not None and answer.expires_at is not None:
            browser.expires = answer.expires_at

    def renewed(self, account: Account, answer: Answer) -> None:
        """An answer brought a token whose gate is as it was: only a refresh has to look at it anew."""
        if answer.expires_at is not None:
            account.front.expires = answer.expires_at

    def challenge_met(self, account: Account, answer: Answer | None = None) -> None:
        """MFA was done in the session in front of her."""
        account.front.mfa_done, account.front.unclear = True, False
        self.regate(account, answer)

    def method_added(self, account: Account, *, first: bool) -> None:
        """With the first method recovery codes come about, and are to be acknowledged (D-35)."""
        account.free()
        if first:
            account.acknowledgement = "pending"
            account.codes = None
            account.fresh_set = True

    def method_removed(self, account: Account) -> None:
        """With the last method the recovery codes go, where the profile says so."""
        account.free()
        if account.has_method:
            return
        account.acknowledgement = None
        account.deleted_method = True
        for browser in account.browsers:
            browser.unclear = True
        if self.tolerances.recovery_codes_after_last_method == "gone":
            account.dead |= dict.fromkeys(account.codes or (), "recovery.gone-with-last-method")
        account.codes = None
        account.fresh_set = True

    def spend_phone_step(self, account: Account) -> None:
        """A fresh code of her phone was taken and accepted: the latest that she took."""
        step = self.last_steps.get(account.phone)
        if step is not None:
            account.spent.setdefault(account.phone, set()).add(step)

    def takes(self, device: str, step: int | None) -> bool | None:
        """Whether a code of a verified app must be accepted: in the window and unused; None for either."""
        if step is None or abs(step - self.step_now) > self.tolerances.drift_steps:
            return False
        spent = self._spent(device)
        if step in spent:
            return False
        if spent and step < max(spent):
            return False if self.tolerances.older_step == "refused" else None
        return True

    def _spent(self, device: str) -> set[int]:
        for account in self.accounts.values():
            if device in account.spent:
                return account.spent[device]
        return set()
