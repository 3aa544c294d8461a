"""How a device says no (CTAP 2.2 section 8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OK: Final = 0x00
INVALID_COMMAND: Final = 0x01
INVALID_PARAMETER: Final = 0x02
INVALID_LENGTH: Final = 0x03
CBOR_UNEXPECTED_TYPE: Final = 0x11
INVALID_CBOR: Final = 0x12
MISSING_PARAMETER: Final = 0x14
LARGE_BLOB_STORAGE_FULL: Final = 0x18
CREDENTIAL_EXCLUDED: Final = 0x19
UNSUPPORTED_ALGORITHM: Final = 0x26
OPERATION_DENIED: Final = 0x27
KEY_STORE_FULL: Final = 0x28
UNSUPPORTED_OPTION: Final = 0x2B
INVALID_OPTION: Final = 0x2C
KEEPALIVE_CANCEL: Final = 0x2D
NO_CREDENTIALS: Final = 0x2E
USER_ACTION_TIMEOUT: Final = 0x2F
NOT_ALLOWED: Final = 0x30
PIN_INVALID: Final = 0x31
PIN_BLOCKED: Final = 0x32
PIN_AUTH_INVALID: Final = 0x33
PIN_AUTH_BLOCKED: Final = 0x34
PIN_NOT_SET: Final = 0x35
PUAT_REQUIRED: Final = 0x36
PIN_POLICY_VIOLATION: Final = 0x37
PIN_TOKEN_EXPIRED: Final = 0x38
REQUEST_TOO_LARGE: Final = 0x39
UV_BLOCKED: Final = 0x3C
INTEGRITY_FAILURE: Final = 0x3D
INVALID_SUBCOMMAND: Final = 0x3E

OF_REASON: Final[Mapping[str, int]] = {
    "declined": OPERATION_DENIED,
    "timed-out": USER_ACTION_TIMEOUT,
    "not-verified": OPERATION_DENIED,
    "cannot-verify": INVALID_OPTION,
    "cannot-store": UNSUPPORTED_OPTION,
    "full": KEY_STORE_FULL,
    "excluded": CREDENTIAL_EXCLUDED,
    "no-algorithm": UNSUPPORTED_ALGORITHM,
    "no-credential": NO_CREDENTIALS,
}


class CtapRefusal(Exception):  # noqa: N818 - an answer, not a mistake
    """The device answers with a status other than success.

    Attributes:
        status: the byte.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
