"""Defects of what a client shows and asks for by itself."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.faults.fault import client_fault
from mfa_simulators.client.screens import QR_CODE, Screens
from mfa_simulators.client.sdk import MfaClient
from mfa_simulators.client.sync import SyncFlow

if TYPE_CHECKING:
    from mfa_simulators.client.sync import Pending
    from mfa_simulators.client.values import ScreenContent, Session


@client_fault(
    "C16",
    "disabled-screen-opens",
    "A screen opens although its method is switched off",
    requirement="client.screens-of-enabled-methods",
    sources=("D-95",),
)
class DisabledScreenOpens(MfaClient):
    """Nobody looks at the settings."""

    @cached_property
    def screens(self) -> Screens:
        """Screens without a guard."""
        return _Unguarded(self)


class _Unguarded(Screens):
    def _allowed(self, methods: tuple[str, ...]) -> bool:  # noqa: ARG002 - the defect
        return True


@client_fault(
    "C06",
    "prompt-not-rearmed",
    "After signing out and in again nobody is asked for what is missing",
    requirement="client.prompts-once",
    sources=("D-23",),
)
class PromptNotRearmed(MfaClient):
    """Once in the life of a page."""

    @cached_property
    def sync(self) -> SyncFlow:
        """A flow that fires once."""
        return _OnceForAll()


class _OnceForAll(SyncFlow):
    def rearm(self) -> None:
        pass


@client_fault(
    "C25",
    "prompt-repeated",
    "What is missing is asked for at every change of the user, not once a sign-in",
    requirement="client.prompts-once",
    sources=("D-23",),
)
class PromptRepeated(MfaClient):
    """Two codes for one sign-in."""

    @cached_property
    def sync(self) -> SyncFlow:
        """A flow that is always armed."""
        return _AlwaysArmed()


class _AlwaysArmed(SyncFlow):
    def notice(self, pending: Pending | None) -> None:
        self.rearm()
        super().notice(pending)


@client_fault(
    "C08",
    "acknowledgement-omitted",
    "Recovery codes are shown, and never acknowledged",
    requirement="client.enrolment-order",
    sources=("D-36",),
)
class AcknowledgementOmitted(MfaClient):
    """The button closes the screen, and that is all."""

    @cached_property
    def screens(self) -> Screens:
        """Screens whose last button does nothing."""
        return _Unacknowledged(self)


class _Unacknowledged(Screens):
    def acknowledge(self) -> Session:
        self.close()
        return self._client.refresh_auth()


@client_fault(
    "C26",
    "acknowledged-unseen",
    "Recovery codes are acknowledged before they are shown",
    requirement="client.enrolment-order",
    sources=("D-36",),
)
class AcknowledgedUnseen(MfaClient):
    """One call more, so that the user is through."""

    @cached_property
    def screens(self) -> Screens:
        """Screens that answer for her."""
        return _AnswersForHer(self)


class _AnswersForHer(Screens):
    def submit(self, code: str) -> Session:
        session = super().submit(code)
        if self._client.is_pending_recovery_codes_acknowledgment():
            self._client.acknowledge_recovery_codes()
        return session


@client_fault(
    "C09",
    "codes-before-verification",
    "Recovery codes are asked for when the QR code is shown, before the app is verified",
    requirement="client.enrolment-order",
    sources=("D-36",),
)
class CodesBeforeVerification(MfaClient):
    """Everything at once."""

    @cached_property
    def screens(self) -> Screens:
        """Screens that are in a hurry."""
        return _InAHurry(self)


class _InAHurry(Screens):
    def show(self, name: str) -> bool:
        if name == QR_CODE:
            with contextlib.suppress(ClientError):
                self._client.get_mfa_recovery_codes()
        return super().show(name)


@client_fault(
    "C15",
    "qr-from-elsewhere",
    "The picture of the QR code is fetched from a chart service, with the secret in its address",
    requirement="client.qr-drawn-locally",
    sources=("CWE-200", "ASVS 5.0 14.2.1"),
)
class QrFromElsewhere(MfaClient):
    """Somebody else can draw."""

    def read_screen(self) -> ScreenContent:
        """A picture by address."""
        content = super().read_screen()
        image = f"https://chart.example.org/qr?data={quote(content.uri)}" if content.uri else None
        return msgspec.structs.replace(content, image=image)


@client_fault(
    "C27",
    "pending-dismissed",
    "The screen of a challenge that is due can be put away",
    requirement="client.pending-stays",
    sources=("D-22",),
)
class PendingDismissed(MfaClient):
    """Escape is Escape."""

    @cached_property
    def screens(self) -> Screens:
        """Screens with a cross."""
        return _WithACross(self)


class _WithACross(Screens):
    def dismiss(self) -> bool:
        return self._current is not None and self.hide(self._current)


@client_fault(
    "C28",
    "screen-outlives-session",
    "After signing out the screen of the session before is still visible",
    requirement="client.pending-stays",
    sources=("D-22", "CWE-613"),
)
class ScreenOutlivesSession(MfaClient):
    """Nobody closes it."""

    @cached_property
    def screens(self) -> Screens:
        """Screens that stay."""
        return _Staying(self)


class _Staying(Screens):
    def close(self) -> None:
        if self._client.state.signed_in:
            super().close()


@client_fault(
    "C29",
    "codes-not-offered",
    "Recovery codes that wait to be acknowledged are not shown at sign-in",
    requirement="client.right-prompt",
    sources=("D-22",),
)
class CodesNotOffered(MfaClient):
    """Only a challenge counts as something to be done."""

    def _prompt(self, pending: Pending) -> None:
        if pending == "mfa":
            super()._prompt(pending)
