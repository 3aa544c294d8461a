"""The device: commands in, status and CBOR out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

from mfa_simulators.passkey import cbor, large_blobs
from mfa_simulators.passkey.ctap import misbehaviour, pins, status
from mfa_simulators.passkey.ctap.answers import assertion
from mfa_simulators.passkey.ctap.blobs import LargeBlobs
from mfa_simulators.passkey.ctap.info import LONGEST_MESSAGE, information
from mfa_simulators.passkey.ctap.management import CredentialManagement
from mfa_simulators.passkey.ctap.pins import PinState
from mfa_simulators.passkey.ctap.requests import (
    AssertionRequest,
    decode,
    ids,
    member,
    optional,
    read_assertion,
)
from mfa_simulators.passkey.ctap.status import OF_REASON, CtapRefusal
from mfa_simulators.passkey.errors import RefusedError
from mfa_simulators.passkey.extensions import Wanted, derive
from mfa_simulators.passkey.faults import FAULTS, find
from mfa_simulators.passkey.vault import User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.core import Authenticator
    from mfa_simulators.passkey.vault import HeldCredential

_UV_RETRIES: Final = 3
_MANAGE: Final = 0x0A
_STORM: Final = 1000


class CtapAuthenticator(CtapDevice):
    """An authenticator's CTAP2 face. One request at a time.

    Args:
        core: the authenticator.
        pin: set on it from the beginning; empty for one that takes a PIN and has none yet; None for one that
            takes none.

    Attributes:
        misbehaves: what it does wrong towards its client, out of `MISBEHAVIOURS`.
        log: the number of every command that came.
    """

    def __init__(self, core: Authenticator, *, pin: str | None = None) -> None:
        self._core = core
        self._pins = PinState(core.clock, self._draw, pin, core.settings.min_pin_length)
        self.misbehaves: frozenset[str] = frozenset()
        self.log: list[int] = []
        self._lie: str | None = None
        self._uv_retries = _UV_RETRIES
        self._more: list[tuple[AssertionRequest, bytes, bytes]] = []
        self._blobs = LargeBlobs(core)
        self._management = CredentialManagement(core)
        self._commands: dict[int, Callable[[bytes], bytes]] = {
            0x01: self._make_credential,
            0x02: self._get_assertion,
            0x04: self._get_info,
            0x06: self._client_pin,
            0x07: self._reset,
            0x08: self._next_assertion,
            _MANAGE: self._manage,
            0x0B: self._select,
            0x0C: self._large_blobs,
        }

    # -- what fido2 asks of a device ---------------------------------------------------------------------------

    @property
    def capabilities(self) -> int:
        """CBOR, and no CTAP1."""
        return int(CAPABILITY.CBOR | CAPABILITY.NMSG)

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """One command and its answer.

        Raises:
            CtapError: this is no CTAP2 command.
        """
        if cmd != CTAPHID.CBOR:
            raise CtapError(CtapError.ERR.INVALID_COMMAND)
        if event is not None and event.is_set():
            return bytes((status.KEEPALIVE_CANCEL,))
        if on_keepalive is not None:
            for _ in range(_STORM if misbehaviour.STORM in self.misbehaves else 1):
                on_keepalive(STATUS.UPNEEDED)
        answer = self.handle(data)
        return misbehaviour.spoiled(answer, self.misbehaves) if self.misbehaves else answer

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """None: such a device is made, not found."""
        return iter(())

    # -- for tests ---------------------------------------------------------------------------------------------

    def handle(self, request: bytes) -> bytes:
        """One request as bytes, the command first; the answer as bytes, the status first. Never raises."""
        if not request:
            return bytes((status.INVALID_LENGTH,))
        command = self._commands.get(request[0])
        self.log.append(request[0])
        if command is None:
            return bytes((status.INVALID_COMMAND,))
        if len(request) > LONGEST_MESSAGE:
            return bytes((status.REQUEST_TOO_LARGE,))
        if request[0] != _MANAGE:
            self._management.forget()
        try:
            return command(request[1:])
        except CtapRefusal as refusal:
            return bytes((refusal.status,))
        except RefusedError as refusal:
            return bytes((OF_REASON[refusal.reason],))

    def lie(self, fault: str) -> None:
        """The next credential or assertion has this fault of the catalogue.

        Raises:
            ValueError: there is no such fault, or it is none of an authenticator's.
        """
        known = FAULTS.get(fault)
        if known is None or known.authenticator is None:
            raise ValueError(f"{fault!r} is no lie that an authenticator can tell")
        self._lie = fault

    def plug_in(self) -> None:
        """Takes the device out and puts it back: PINs and fingerprints may be tried again."""
        self._pins.plug_in()
        self._more.clear()
        self._uv_retries = _UV_RETRIES

    # -- commands ----------------------------------------------------------------------------------------------

    def _get_info(self, _: bytes) -> bytes:
        stored = sum(held.discoverable for held in self._core.vault.credentials.values())
        return b"\x00" + cbor.encode(information(self._core.settings, self._pins, stored))

    def _make_credential(self, raw: bytes) -> bytes:
        members = decode(raw)
        hash_ = member(members, 1, bytes)
        rp_id = member(member(members, 2, dict), "id", str)
        user = member(members, 3, dict)
        options = optional(members, 7, dict, {})
        if options.get("up") is False:
            raise CtapRefusal(status.INVALID_OPTION)
        asked = optional(members, 6, dict, {})
        forced = self._verified_by_token(members.get(8), members.get(9), hash_, pins.MAKE_CREDENTIAL, rp_id)
        verify = "required" if options.get("uv") is True and not forced else "discouraged"
        if verify == "required":
            self._try_user()
        level = asked.get("credProtect")
        settings = self._core.settings
        made = self._core.make_credential(
            hash_,
            rp_id,
            User(
                member(user, "id", bytes),
                optional(user, "name", str, ""),
                optional(user, "displayName", str, ""),
            ),
            algorithms=tuple(
                each["alg"]
                for each in member(members, 4, list)
                if isinstance(each, dict) and each.get("type") == "public-key" and "alg" in each
            ),
            exclude=ids(optional(members, 5, list, [])),
            resident_key="required" if options.get("rk") is True else "discouraged",
            user_verification=verify,
            formats=tuple(optional(members, 11, list, [])),
            wants=Wanted(
                level if settings.cred_protect and isinstance(level, int) else None,
                asked.get("hmac-secret") is True and settings.prf,
                asked.get("largeBlobKey") is True and settings.large_blob,
                asked.get("minPinLength") is True,
            ),
            forced=forced,
            lie=self._next_lie("create"),
        )
        answer = b"\x00\xa3\x01" if not made.held.blobs else b"\x00\xa4\x01"
        answer += cbor.encode(made.format) + b"\x02" + cbor.encode(made.data) + b"\x03" + made.statement
        if made.held.blobs:
            answer += b"\x05" + cbor.encode(large_blobs.key_of(made.held))
        return answer

    def _get_assertion(self, raw: bytes) -> bytes:
        request, hash_ = read_assertion(raw)
        self._more.clear()
        if not request.present and misbehaviour.SILENT_REFUSED in self.misbehaves:
            raise CtapRefusal(status.OPERATION_DENIED)
        if request.allow:
            return self._assert(request, hash_, request.allow)
        vault = self._core.vault
        found = [held.id for held in vault.discoverable(request.rp_id)]
        if not found:
            raise CtapRefusal(status.NO_CREDENTIALS)
        several = len(found) if len(found) > 1 else None
        answer = self._assert(request, hash_, tuple(found[:1]), several, named=several is not None)
        self._more = [(request, hash_, identifier) for identifier in reversed(found[1:])]
        return answer

    def _next_assertion(self, _: bytes) -> bytes:
        if not self._more:
            raise CtapRefusal(status.NOT_ALLOWED)
        request, hash_, identifier = self._more.pop()
        return self._assert(request, hash_, (identifier,), named=True)

    def _assert(
        self,
        request: AssertionRequest,
        hash_: bytes,
        allow: tuple[bytes, ...],
        count: int | None = None,
        *,
        named: bool = False,
    ) -> bytes:
        core = self._core
        forced = None
        if request.proof is not None:
            forced = self._verified_by_token(
                request.proof, request.protocol, hash_, pins.GET_ASSERTION, request.rp_id
            )
        verify = request.verify and not forced
        if verify:
            self._try_user()
        if misbehaviour.WRONG_PICK in self.misbehaves and request.present:
            others = tuple(each for each in core.vault.credentials if each not in allow)
            allow = others or allow
        signed = self._secrets(request) if "hmac-secret" in request.extensions else None
        asserted = core.get_assertion(
            hash_,
            request.rp_id,
            allow=allow,
            user_verification="required" if verify else "discouraged",
            verified=bool(forced),
            forced=forced,
            silent=not request.present,
            signed=signed,
            lie=self._next_lie("get") if self._lie is not None else None,
        )
        blob_key = request.extensions.get("largeBlobKey") is True
        return assertion(asserted, count, with_blob_key=blob_key, named=named)

    def _secrets(self, request: AssertionRequest) -> Callable[[HeldCredential, bool], dict[int | str, Cbor]]:
        asked = member(request.extensions, "hmac-secret", dict)
        protocol = self._pins.protocol(asked.get(4, 1))
        secret = protocol.secret(member(asked, 1, dict))
        if not protocol.proves(secret, member(asked, 2, bytes), asked.get(3)):
            raise CtapRefusal(status.PIN_AUTH_INVALID)
        salts = protocol.decrypt(secret, asked.get(2))
        if len(salts) not in (32, 64):
            raise CtapRefusal(status.INVALID_LENGTH)

        def make(held: HeldCredential, verified: bool) -> dict[int | str, Cbor]:
            if not held.secret:
                return {}
            return {"hmac-secret": protocol.encrypt(secret, derive(held, salts, verified=verified))}

        return make

    def _client_pin(self, raw: bytes) -> bytes:
        members = decode(raw)
        state = self._pins
        command = member(members, 2, int)
        if command == pins.UV_RETRIES:
            return b"\x00" + cbor.encode({5: self._uv_retries})
        if command == pins.TOKEN_FOR_USER:
            if not self._core.settings.user_verification:
                raise CtapRefusal(status.NOT_ALLOWED)
            self._try_user()
        answer = state.command(command, members)
        if misbehaviour.PIN_FORGOTTEN in self.misbehaves:
            state.expire()
        return _answer(answer)

    def _reset(self, _: bytes) -> bytes:
        self._core.ask_user()
        self._core.vault.clear()
        self._pins = PinState(
            self._core.clock,
            self._draw,
            "" if self._pins.possible else None,
            self._core.settings.min_pin_length,
        )
        self._blobs = LargeBlobs(self._core)
        self._uv_retries = _UV_RETRIES
        return b"\x00"

    def _select(self, _: bytes) -> bytes:
        self._core.ask_user()
        return b"\x00"

    def _large_blobs(self, raw: bytes) -> bytes:
        return _answer(self._blobs.command(decode(raw), self._pins))

    def _manage(self, raw: bytes) -> bytes:
        return _answer(self._management.command(decode(raw), self._pins))

    # -- the user ----------------------------------------------------------------------------------------------

    def _verified_by_token(
        self, proof: Any, version: Any, hash_: bytes, permission: int, rp_id: str
    ) -> dict[str, bool] | None:
        """The UV flag, for who holds the token."""
        if proof is None:
            return None
        self._pins.check_token(hash_, proof, version, permission, rp_id)
        return {"UV": True}

    def _try_user(self) -> None:
        """Counts failed verifications: after three the built-in one is blocked."""
        if self._uv_retries == 0:
            raise CtapRefusal(status.UV_BLOCKED)
        if self._core.settings.user == "fails-verification":
            self._uv_retries -= 1
            raise CtapRefusal(status.OPERATION_DENIED if self._uv_retries else status.UV_BLOCKED)
        if self._core.settings.user == "consents":
            self._uv_retries = _UV_RETRIES

    # -- odds and ends -----------------------------------------------------------------------------------------

    def _draw(self, size: int) -> bytes:
        return self._core.draw(size, "ctap")

    def _next_lie(self, ceremony: str) -> Any:
        slug, self._lie = self._lie, None
        return None if slug is None else find(slug, "create" if ceremony == "create" else "get").authenticator


def _answer(members: dict[int | str, Cbor]) -> bytes:
    return b"\x00" + cbor.encode(members) if members else b"\x00"
