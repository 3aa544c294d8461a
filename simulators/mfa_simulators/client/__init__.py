"""The reference client SDK, and the vocabulary that every client speaks."""

from __future__ import annotations

from mfa_simulators.client.device_key import DeviceKey
from mfa_simulators.client.errors import ClientError, ErrorKind, MalformedAnswerError, NetworkError
from mfa_simulators.client.project import ProjectSettings
from mfa_simulators.client.protocol import HELD, Client, MfaTokenChoice, PasskeyAuthenticator, ScreenWords
from mfa_simulators.client.sdk import MfaClient
from mfa_simulators.client.values import (
    ClientState,
    ElevatedToken,
    MfaDevice,
    MfaMethods,
    OtpVerification,
    ScreenContent,
    Session,
    StepUp,
    StepUpCredential,
    TotpRegistration,
    User,
    UserPasskey,
    VerifiedCredential,
)
from mfa_simulators.client.wire import Answer

__all__ = [
    "HELD",
    "Answer",
    "Client",
    "ClientError",
    "ClientState",
    "DeviceKey",
    "ElevatedToken",
    "ErrorKind",
    "MalformedAnswerError",
    "MfaClient",
    "MfaDevice",
    "MfaMethods",
    "MfaTokenChoice",
    "NetworkError",
    "OtpVerification",
    "PasskeyAuthenticator",
    "ProjectSettings",
    "ScreenContent",
    "ScreenWords",
    "Session",
    "StepUp",
    "StepUpCredential",
    "TotpRegistration",
    "User",
    "UserPasskey",
    "VerifiedCredential",
]
