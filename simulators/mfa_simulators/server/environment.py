"""An environment: one tenant, with its own settings, users, clock, randomness, faults and transcript."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mfa_simulators.clock import MovableClock, iso
from mfa_simulators.server.operations import Operations, Tools
from mfa_simulators.server.operations.session_answers import first_origin
from mfa_simulators.server.outbox import Outbox
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.settings import DEFAULT_ALGORITHM, make_settings
from mfa_simulators.server.store import Store
from mfa_simulators.server.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from mfa_simulators.clock import Clock
    from mfa_simulators.randomness import Randomness
    from mfa_simulators.server.keys import KeyPool, SigningKey
    from mfa_simulators.server.minting import MintedToken, TokenOrder
    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.outbox import Mail
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.settings import Settings
    from mfa_simulators.server.store import Database
    from mfa_simulators.server.store.records import Notice
    from mfa_simulators.server.vault import Vault

_EXTERNAL_SECONDS = 300


class Environment:
    """One tenant of a reference server; made by `ReferenceServer.environment`."""

    def __init__(
        self,
        environment_id: str,
        *,
        number: int,
        database: Database,
        vault: Vault,
        pool: KeyPool,
        url: Callable[[], str],
        clock: Clock,
        randomness: Randomness,
        settings: Settings,
        faults: tuple[str, ...] = (),
    ) -> None:
        self.id = environment_id
        self.clock = clock
        self.faults = faults
        self.exchanges = Transcript()
        self._number = number
        self._pool = pool
        self._url = url
        self._addresses: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._unpublished: SigningKey | None = None
        self._rotated_out: SigningKey | None = None
        self._rules, store, operations = compose(faults)
        self.operations = operations(
            Tools(
                environment_id=environment_id,
                issuer=f"http://localhost/{environment_id}",
                rules=self._rules(settings),
                store=store(database, environment_id),
                vault=vault,
                randomness=randomness,
                outbox=Outbox(),
                key=self._key(settings),
                external_key=pool.own("ES256").result(),
            )
        )

    @property
    def settings(self) -> Settings:
        """The settings of now."""
        return self.operations.tools.rules.settings

    @property
    def base_url(self) -> str:
        """What a client is given: the server's address and `/api/v0`."""
        return f"{self._url()}/api/v0"

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens."""
        return self.operations.tools.issuer

    @property
    def keys_url(self) -> str:
        """Where its public keys are."""
        return f"{self.base_url}/sdk/{self.id}/.well-known/jwks"

    @property
    def keys_read(self) -> int:
        """How often its public keys were read since the key in use signs."""
        return self.operations.tools.keys_read

    @property
    def origin(self) -> str:
        """The first whole origin of the settings."""
        return first_origin(self.settings.origins)

    @property
    def rp_id(self) -> str:
        """The RP ID of its passkeys."""
        return self.settings.rp_id

    def update(self, **settings: Any) -> Settings:
        """Changes settings, for everybody from now on; those not named stay.

        Raises:
            SettingsError: an unknown name, or a value it cannot take.
        """
        before = self.settings
        after = make_settings(settings, before)
        tools = self.operations.tools
        if (before.own_key, before.token_algorithm) != (after.own_key, after.token_algorithm):
            tools.key = self._key(after)
        tools.rules = self._rules(after)
        return after

    def advance(self, seconds: float) -> float:
        """Moves the environment's clock and returns its new time, in unix seconds.

        Raises:
            TypeError: it runs on a clock that cannot be moved.
        """
        if not isinstance(self.clock, MovableClock):
            raise TypeError(
                f"{type(self.clock).__name__} cannot be moved: give the environment another clock"
            )
        return self.clock.advance(seconds)

    def mailbox(self, address: str) -> list[Mail]:
        """Codes sent to an e-mail address or a phone number, oldest first."""
        return self.operations.tools.outbox.mailbox(address)

    def reset_mfa(self, user_id: str) -> None:
        """What an administrator's "Reset MFA" does: every method of the user is gone (D-70)."""
        self.operations.store.reset_mfa(user_id, self.clock.now())

    def notices(self, user_id: str) -> list[Notice]:
        """What a user is to be told of: methods added and removed, recovery codes used, a reset."""
        return self.operations.store.notices(user_id)

    def external_jwt(self, *, sub: str, email: str | None = None, scope: str | None = None) -> str:
        """A token of the environment's external issuer, good for five minutes.

        `externalAuth/signin` takes it; with a `scope`, `externalAuth/verify` does too.
        """
        now = int(self.clock.now())
        claims: dict[str, Any] = {"sub": sub, "aud": self.id, "iat": now, "exp": now + _EXTERNAL_SECONDS}
        claims["iss"] = f"{self.operations.tools.issuer}/external"
        claims["jti"] = self.operations.randomness.uuid("external-jwt", sub)
        if email is not None:
            claims["email"] = email
        if scope is not None:
            claims["scope"] = scope
        return self.operations.tools.external_key.sign(claims, "JWT")

    def session_token(self, order: TokenOrder | None = None, **words: Any) -> MintedToken:
        """A token for tests of whoever relies on tokens: a completed session's, unless something else is ordered.

        Args:
            order: what is wanted; or its words as keywords: claims, headers, key, kind, email, scopes.
            words: keywords of `TokenOrder`.

        Raises:
            ValueError: the order contradicts itself, or asks for the key before this one and there is none.
            TypeError: a keyword that is none.
        """
        from mfa_simulators.server.minting import TokenOrder, mint  # noqa: PLC0415  (only tests want it)

        order = order or TokenOrder(**words)
        return mint(self.operations, order, self._signer(order.key), self.clock.now())

    def _signer(self, key: str) -> SigningKey:
        tools = self.operations.tools
        if key == "own":
            return tools.key.result()
        if key == "old":
            if self._rotated_out is None:
                raise ValueError("key: there is no old one before the keys were rotated")
            return self._rotated_out
        if self._unpublished is None:
            self._unpublished = self._pool.own(self.settings.token_algorithm).result()
        return self._unpublished

    def rotate_keys(self) -> str:
        """A new key signs from now on; those before it stay published and believed until `retire_keys`.

        Returns:
            The id of the new key (`kid`).
        """
        tools = self.operations.tools
        fresh = self._pool.own(self.settings.token_algorithm)
        fresh.result()  # made before it is used: nobody waits for it
        self._rotated_out = tools.key.result()
        tools.retiring = (self._rotated_out, *tools.retiring)
        tools.key = fresh
        tools.keys_read = 0
        return fresh.result().id

    def retire_keys(self) -> None:
        """Only the key in use is published and believed from now on."""
        self.operations.tools.retiring = ()

    def address_refusal(self, call: Call) -> Refusal | None:
        """The answer to an address that asks too often, if the settings limit it (D-91)."""
        settings = self.settings
        if settings.requests_per_address is None:
            return None
        with self._lock:
            opened, count = self._addresses.get(call.address, (call.now, 0))
            if call.now >= opened + settings.requests_window_seconds:
                opened, count = call.now, 0
            if count >= settings.requests_per_address:
                wait = opened + settings.requests_window_seconds - call.now
                return self.operations.rules.address_refusal(wait)
            self._addresses[call.address] = (opened, count + 1)
        return None

    def transcript(self, *, unmasked: bool = False) -> list[dict[str, Any]]:
        """Requests and answers so far, oldest first; codes, secrets and tokens masked unless asked for."""
        return self.exchanges.read(unmasked=unmasked)

    def _key(self, settings: Settings) -> Future[SigningKey]:
        if settings.own_key or settings.token_algorithm != DEFAULT_ALGORITHM:
            return self._pool.own(settings.token_algorithm)
        return self._pool.shared(self._number)

    def __repr__(self) -> str:
        faults = f" faults={','.join(self.faults)}" if self.faults else ""
        return f"<Environment {self.id} at {iso(self.clock.now())}{faults}>"


@lru_cache(maxsize=512)
def compose(faults: tuple[str, ...]) -> tuple[type[Rules], type[Store], type[Operations]]:
    """The classes of an environment: the clean ones, with the methods of its faults before theirs.

    Raises:
        ValueError: there is no such fault (the nearest one is named), or it is given twice.
    """
    if not faults:
        return Rules, Store, Operations
    from mfa_simulators.server.faults import find  # noqa: PLC0415  (the clean server never loads it)

    found = [find(slug) for slug in faults]
    for each in found:
        if found.count(each) > 1:
            raise ValueError(f"faults: {each.slug} is given twice")
    overrides = [override for each in found for override in each.overrides]

    def composed(base: type[Any]) -> type[Any]:
        mixins = [each for each in overrides if issubclass(each, base)]
        return type(base.__name__, (*mixins, base), {}) if mixins else base

    return composed(Rules), composed(Store), composed(Operations)
