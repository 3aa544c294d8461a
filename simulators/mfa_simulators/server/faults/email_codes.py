"""Faults of codes sent by e-mail: how often, how long and for what they are good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mfa_simulators.server.store.records import Verification


@fault(
    *("F01", "email-code-reusable", "A code by e-mail signs in again and again"),
    requirement="email-code.single-use",
    sources=("ASVS 5.0 6.5.1", "SP 800-63B-4 3.1.3.2", "CWE-294"),
)
class _Reusable(Store):
    def spend_verification(self, verification_id: str, digest: bytes, now: float) -> bool:
        spent = super().spend_verification(verification_id, digest, now)
        known = self.verification(verification_id)
        return spent or (known is not None and known.digest == digest and known.expires_at > now)


@fault(
    *("F02", "email-code-never-expires", "A code by e-mail never expires"),
    requirement="email-code.expiry",
    sources=("ASVS 5.0 6.5.5", "SP 800-63B-4 3.1.3.2", "CWE-613"),
)
class _NeverExpires(Store):
    def spend_verification(self, verification_id: str, digest: bytes, now: float) -> bool:  # noqa: ARG002
        return super().spend_verification(verification_id, digest, 0.0)


_of_other_mail = fault(
    *(
        "F03",
        "email-code-of-other-mail",
        "A code by e-mail passes for any address, not only that it was sent to",
    ),
    requirement="email-code.bound",
    sources=("ASVS 5.0 6.6.2", "CWE-287"),
)
_of_earlier_mail = fault(
    *(
        "F04",
        "email-code-of-earlier-mail",
        "The code of an earlier e-mail to an address passes for a later one",
    ),
    requirement="email-code.bound",
    sources=("ASVS 5.0 6.6.2",),
)


@_of_other_mail
@_of_earlier_mail
class _OneForAll(Operations):
    def sent_code_digest(self, verification_id: str, code: str) -> bytes:  # noqa: ARG002
        return super().sent_code_digest("", code)


@_of_other_mail
class _AnyMail(Store):
    def add_verification(self, verification: Verification) -> None:
        notes(self, "F03")[verification.id] = True
        super().add_verification(verification)

    def spend_verification(self, verification_id: str, digest: bytes, now: float) -> bool:
        return _spent_by_any(super().spend_verification, (verification_id, *notes(self, "F03")), digest, now)


@_of_earlier_mail
class _EarlierMail(Store):
    def add_verification(self, verification: Verification) -> None:
        notes(self, "F04")[verification.id] = verification.address
        super().add_verification(verification)

    def spend_verification(self, verification_id: str, digest: bytes, now: float) -> bool:
        sent = notes(self, "F04")
        alike = [id_ for id_, address in sent.items() if address == sent.get(verification_id)]
        return _spent_by_any(super().spend_verification, (verification_id, *alike), digest, now)


def _spent_by_any(
    spend: Callable[[str, bytes, float], bool], verifications: Iterable[str], digest: bytes, now: float
) -> bool:
    """Uses up the first of these e-mails that the code is of."""
    return any(spend(verification, digest, now) for verification in verifications)
