"""The device: commands in, status and CBOR out."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.ctap import misbehaviour, pins, status
from mfa_simulators.passkey.ctap.pins import PinState
from mfa_simulators.passkey.ctap.requests import AssertionRequest, decode, ids, member, read_assertion
from mfa_simulators.passkey.ctap.status import OF_REASON, CtapRefusal
from mfa_simulators.passkey.draft import USER_VERIFIED
from mfa_simulators.passkey.errors import RefusedError
from mfa_simulators.passkey.extensions import Wanted, derive
from mfa_simulators.passkey.faults import find
from mfa_simulators.passkey.keys import ALGORITHMS
from mfa_simulators.passkey.vault import User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.core import Asserted, Authenticator
    from mfa_simulators.passkey.vault import HeldCredential

LONGEST_MESSAGE: Final = 4096
_UV_RETRIES: Final = 3
_STORM: Final = 1000
_BLOBS: Final = 4096
_NO_BLOBS: Final = bytes.fromhex("8076be8b528d0075f7aae98d6fa57a6d3c")  # an empty array and its hash


class CtapAuthenticator(CtapDevice):
    """An authenticator's CTAP2 face. One request at a time.

    Args:
        core: the authenticator.
        pin: set on it from the beginning.

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
        self._blobs = _NO_BLOBS
        self._incoming = b""
        self._expected = 0
        self._commands: dict[int, Callable[[bytes], bytes]] = {
            0x01: self._make_credential,
            0x02: self._get_assertion,
            0x04: self._get_info,
            0x06: self._client_pin,
            0x07: self._reset,
            0x08: self._next_assertion,
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
        return self._spoiled(answer) if self.misbehaves else answer

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
        try:
            return command(request[1:])
        except CtapRefusal as refusal:
            return bytes((refusal.status,))
        except RefusedError as refusal:
            return bytes((self._status(refusal),))

    def lie(self, fault: str) -> None:
        """The next credential or assertion has this fault of the catalogue.

        Raises:
            ValueError: there is no such fault, or it is none of an authenticator's.
        """
        for ceremony in ("create", "get"):
            try:
                if find(fault, ceremony).authenticator is not None:
                    self._lie = fault
                    return
            except ValueError as error:
                wrong = error
        raise ValueError(f"{fault!r} is no lie that an authenticator can tell") from wrong

    def plug_in(self) -> None:
        """Takes the device out and puts it back: PINs and fingerprints may be tried again."""
        self._pins.plug_in()
        self._more.clear()
        self._uv_retries = _UV_RETRIES

    # -- commands ----------------------------------------------------------------------------------------------

    def _get_info(self, _: bytes) -> bytes:
        settings = self._core.settings
        options: dict[int | str, Cbor] = {
            "rk": settings.discoverable != "never",
            "up": True,
            "plat": settings.attachment == "platform",
            "clientPin": self._pins.is_set,
            "pinUvAuthToken": True,
            "makeCredUvNotRqd": True,
        }
        if settings.user_verification:
            options["uv"] = True
        extensions: list[Cbor] = []
        if settings.cred_protect:
            extensions.append("credProtect")
        if settings.prf:
            extensions.append("hmac-secret")
        if settings.large_blob:
            extensions.append("largeBlobKey")
            options["largeBlobs"] = True
        if settings.min_pin_length is not None:
            extensions.append("minPinLength")
        info: dict[int | str, Cbor] = {
            1: ["FIDO_2_0", "FIDO_2_1"],
            2: extensions,
            3: settings.aaguid,
            4: options,
            5: LONGEST_MESSAGE,
            6: [2, 1],
            7: 16,
            8: 1023,
            9: list(settings.transports),
            10: [
                {"alg": number, "type": "public-key"}
                for number in settings.algorithms
                if number in ALGORITHMS
            ],
            13: self._pins.shortest,
        }
        if settings.large_blob:
            info[11] = _BLOBS
        if settings.capacity is not None:
            stored = sum(held.discoverable for held in self._core.vault.credentials.values())
            info[20] = max(0, settings.capacity - stored)
        return b"\x00" + cbor.encode(info)

    def _make_credential(self, raw: bytes) -> bytes:
        members = decode(raw)
        hash_ = member(members, 1, bytes)
        rp_id = member(member(members, 2, dict), "id", str)
        user = member(members, 3, dict)
        options = members.get(7) or {}
        if options.get("up") is False:
            raise CtapRefusal(status.INVALID_OPTION)
        asked = members.get(6) or {}
        forced = self._verified_by_token(members.get(8), members.get(9), hash_, pins.MAKE_CREDENTIAL, rp_id)
        verify = "required" if options.get("uv") is True and not forced else "discouraged"
        if verify == "required":
            self._try_user()
        level = asked.get("credProtect")
        settings = self._core.settings
        made = self._core.make_credential(
            hash_,
            rp_id,
            User(member(user, "id", bytes), user.get("name") or "", user.get("displayName") or ""),
            algorithms=tuple(
                each["alg"]
                for each in member(members, 4, list)
                if isinstance(each, dict) and each.get("type") == "public-key" and "alg" in each
            ),
            exclude=ids(members[5]) if members.get(5) else (),
            resident_key="required" if options.get("rk") is True else "discouraged",
            user_verification=verify,
            formats=tuple(members.get(11) or ()),
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
            answer += b"\x05" + cbor.encode(_blob_key(made.held))
        return answer

    def _get_assertion(self, raw: bytes) -> bytes:
        request, hash_ = read_assertion(raw)
        self._more.clear()
        if not request.present and misbehaviour.SILENT_REFUSED in self.misbehaves:
            raise CtapRefusal(status.OPERATION_DENIED)
        if request.allow:
            return self._assert(request, hash_, request.allow, 1)
        vault = self._core.vault
        found = [held.id for held in vault.discoverable(request.rp_id)]
        if not found:
            raise CtapRefusal(status.NO_CREDENTIALS)
        answer = self._assert(request, hash_, tuple(found[:1]), len(found))
        self._more = [(request, hash_, identifier) for identifier in reversed(found[1:])]
        return answer

    def _next_assertion(self, _: bytes) -> bytes:
        if not self._more:
            raise CtapRefusal(status.NOT_ALLOWED)
        request, hash_, identifier = self._more.pop()
        return self._assert(request, hash_, (identifier,), 1)

    def _assert(self, request: AssertionRequest, hash_: bytes, allow: tuple[bytes, ...], count: int) -> bytes:
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
        return _assertion(asserted, count, with_blob_key=request.extensions.get("largeBlobKey") is True)

    def _secrets(self, request: AssertionRequest) -> Callable[[HeldCredential, bool], dict[int | str, Cbor]]:
        asked = request.extensions["hmac-secret"]
        protocol = self._pins.protocol(asked.get(4, 1))
        secret = protocol.secret(asked.get(1))
        if not protocol.proves(secret, asked.get(2) or b"", asked.get(3)):
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
        permissions, rp_id = members.get(9, 0), members.get(10)
        match member(members, 2, int):
            case 0x01:
                return b"\x00" + cbor.encode({3: state.retries, 4: False})
            case 0x02:
                public: Any = state.protocol(members.get(1)).public()
                return b"\x00" + cbor.encode({1: public})
            case 0x03:
                state.set(members, change=False)
            case 0x04:
                state.set(members, change=True)
            case 0x05:
                both = pins.MAKE_CREDENTIAL | pins.GET_ASSERTION
                return self._token(state.token_for_pin(members, both, None))
            case 0x06:
                if not self._core.settings.user_verification:
                    raise CtapRefusal(status.NOT_ALLOWED)
                self._try_user()
                return self._token(state.token_for_user(members, permissions, rp_id))
            case 0x07:
                return b"\x00" + cbor.encode({5: self._uv_retries})
            case 0x09:
                return self._token(state.token_for_pin(members, permissions, rp_id))
            case _:
                raise CtapRefusal(status.INVALID_SUBCOMMAND)
        return b"\x00"

    def _token(self, hidden: bytes) -> bytes:
        if misbehaviour.PIN_FORGOTTEN in self.misbehaves:
            self._pins.expire()
        return b"\x00" + cbor.encode({2: hidden})

    def _reset(self, _: bytes) -> bytes:
        self._core.ask_user()
        self._core.vault.credentials.clear()
        self._pins = PinState(self._core.clock, self._draw, None, self._core.settings.min_pin_length)
        self._blobs = _NO_BLOBS
        self._uv_retries = _UV_RETRIES
        return b"\x00"

    def _select(self, _: bytes) -> bytes:
        self._core.ask_user()
        return b"\x00"

    def _large_blobs(self, raw: bytes) -> bytes:
        members = decode(raw)
        if not self._core.settings.large_blob:
            raise CtapRefusal(status.INVALID_COMMAND)
        offset = member(members, 3, int)
        if 1 in members:
            return b"\x00" + cbor.encode({1: self._blobs[offset : offset + member(members, 1, int)]})
        fragment = member(members, 2, bytes)
        if self._pins.is_set or self._core.settings.user_verification:
            if 5 not in members:  # noqa: PLR2004
                raise CtapRefusal(status.PUAT_REQUIRED)
            message = (
                b"\xff" * 32 + b"\x0c\x00" + offset.to_bytes(4, "little") + hashlib.sha256(fragment).digest()
            )
            self._pins.check_token(message, members[5], members.get(6), pins.LARGE_BLOB_WRITE, None)
        if offset == 0:
            self._expected = member(members, 4, int)
            if self._expected > _BLOBS:
                raise CtapRefusal(status.LARGE_BLOB_STORAGE_FULL)
            self._incoming = b""
        if offset != len(self._incoming) or offset + len(fragment) > self._expected:
            raise CtapRefusal(status.INVALID_PARAMETER)
        self._incoming += fragment
        if len(self._incoming) == self._expected:
            content, digest = self._incoming[:-16], self._incoming[-16:]
            if hashlib.sha256(content).digest()[:16] != digest:
                raise CtapRefusal(status.INTEGRITY_FAILURE)
            self._blobs = self._incoming
        return b"\x00"

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

    def _status(self, refusal: RefusedError) -> int:
        return OF_REASON[refusal.reason]

    # -- odds and ends -----------------------------------------------------------------------------------------

    def _draw(self, size: int) -> bytes:
        return self._core.draw(size, "ctap")

    def _next_lie(self, ceremony: str) -> Any:
        slug, self._lie = self._lie, None
        return None if slug is None else find(slug, "create" if ceremony == "create" else "get").authenticator

    def _spoiled(self, answer: bytes) -> bytes:
        if misbehaviour.EMPTY in self.misbehaves:
            return b""
        if len(answer) <= 1:
            return answer
        if misbehaviour.NON_CANONICAL in self.misbehaves and answer[1] >> 5 == cbor.MAP:
            answer = answer[:1] + bytes((0xB8, answer[1] & 0x1F)) + answer[2:]
        if misbehaviour.OVERSIZED in self.misbehaves:
            answer += bytes(LONGEST_MESSAGE)
        return answer[:-1] if misbehaviour.CUT_SHORT in self.misbehaves else answer


def _assertion(asserted: Asserted, count: int, *, with_blob_key: bool) -> bytes:
    """The answer to authenticatorGetAssertion, written by hand: it is asked for most."""
    held, data, signature = asserted
    several = count > 1
    blob_key = with_blob_key and held.blobs
    members = 3 + held.discoverable + several + blob_key
    answer = b"".join(
        (
            b"\x00",
            bytes((0xA0 | members,)),
            b"\x01\xa2\x62id",
            cbor.head(cbor.BYTES, len(held.id)),
            held.id,
            b"\x64type\x6apublic-key\x02",
            cbor.head(cbor.BYTES, len(data)),
            data,
            b"\x03",
            cbor.head(cbor.BYTES, len(signature)),
            signature,
        )
    )
    if held.discoverable:
        # Names tell accounts apart, and are told to who was verified alone.
        user: dict[int | str, Cbor] = {"id": held.user.handle}
        if several and data[32] & USER_VERIFIED:
            user |= {"name": held.user.name, "displayName": held.user.display_name}
        answer += b"\x04" + cbor.encode(user)
    if several:
        answer += b"\x05" + cbor.encode(count)
    if blob_key:
        answer += b"\x07" + cbor.encode(_blob_key(held))
    return answer


def _blob_key(held: HeldCredential) -> bytes:
    return hmac.digest(held.key.pkcs8(), b"largeBlobKey", "sha256")
