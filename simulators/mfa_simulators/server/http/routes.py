"""The routes of the wire: project, sign-in, user and session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.server.http.route import Routes
from mfa_simulators.server.wire import answers as out, requests as into

if TYPE_CHECKING:
    from mfa_simulators.server.http.exchange import Exchange

ROUTES: Final = Routes()


# Project.


@ROUTES.add("GET", "/settings", answers=dict[str, Any])
def read_settings(exchange: Exchange) -> dict[str, Any]:
    """Settings of the environment that are public."""
    return exchange.operations.project_settings()


@ROUTES.add("GET", "/nonces", answers=out.Nonces)
def read_nonces(exchange: Exchange) -> out.Nonces:
    """Nonces for device signatures, as many as `count` says, at most five."""
    return exchange.operations.new_nonces(exchange.call, exchange.query_number("count", 1))


@ROUTES.add("GET", "/nonce", answers=out.Nonce)
def read_nonce(exchange: Exchange) -> out.Nonce:
    """One nonce."""
    return exchange.operations.new_nonce(exchange.call)


@ROUTES.add("GET", "/.well-known/jwks", answers=dict[str, Any])
def read_keys(exchange: Exchange) -> dict[str, Any]:
    """Public keys of the session tokens."""
    return exchange.operations.published_keys()


@ROUTES.add("GET", "/.well-known/jwks.json", answers=dict[str, Any])
def read_keys_json(exchange: Exchange) -> dict[str, Any]:
    """Public keys of the session tokens."""
    return exchange.operations.published_keys()


@ROUTES.add("POST", "/sdkSettings")
def take_sdk_settings(exchange: Exchange) -> None:
    """Takes a client's report of its own settings, and forgets it."""


# Sign-in.


@ROUTES.add("POST", "/emailVerifications/create", body=into.EmailAddress, answers=out.CodeSent)
def send_email_code(exchange: Exchange, body: into.EmailAddress) -> out.CodeSent:
    """Sends a code by e-mail."""
    return exchange.operations.send_email_code(exchange.call, body)


@ROUTES.add("POST", "/emailVerifications/retry", body=into.CodeRetry, answers=out.CodeSent)
def send_email_code_again(exchange: Exchange, body: into.CodeRetry) -> out.CodeSent:
    """Sends another code by e-mail in place of the last."""
    return exchange.operations.send_again(exchange.call, body)


@ROUTES.add("POST", "/emailVerifications/signin", body=into.SentCode, answers=out.VerifyResponse)
def sign_in_with_email(exchange: Exchange, body: into.SentCode) -> out.VerifyResponse:
    """Signs in with a code by e-mail."""
    return exchange.operations.sign_in_with_code(exchange.call, body, "email")


@ROUTES.add(
    "POST", "/emailVerifications/verify", body=into.ReauthenticationCode, answers=out.UpdateSelfResponse
)
def reauthenticate_by_email(exchange: Exchange, body: into.ReauthenticationCode) -> out.UpdateSelfResponse:
    """Proves an e-mail address within a session."""
    return exchange.operations.reauthenticate(exchange.call, body, "email")


@ROUTES.add("POST", "/smsVerifications/create", body=into.PhoneNumber, answers=out.SmsSent)
def send_sms_code(exchange: Exchange, body: into.PhoneNumber) -> out.SmsSent:
    """Sends a code by SMS."""
    return exchange.operations.send_sms_code(exchange.call, body)


@ROUTES.add("POST", "/smsVerifications/signin", body=into.SentCode, answers=out.VerifyResponse)
def sign_in_with_sms(exchange: Exchange, body: into.SentCode) -> out.VerifyResponse:
    """Signs in with a code by SMS."""
    return exchange.operations.sign_in_with_code(exchange.call, body, "sms")


@ROUTES.add(
    "POST", "/smsVerifications/verify", body=into.ReauthenticationCode, answers=out.UpdateSelfResponse
)
def reauthenticate_by_sms(exchange: Exchange, body: into.ReauthenticationCode) -> out.UpdateSelfResponse:
    """Proves a phone number within a session."""
    return exchange.operations.reauthenticate(exchange.call, body, "sms")


@ROUTES.add(
    "POST", "/externalAuth/signin", body=into.ExternalToken, optional=True, answers=out.VerifyResponse
)
def sign_in_externally(exchange: Exchange, body: into.ExternalToken | None) -> out.VerifyResponse:
    """Signs in with a token of the external issuer."""
    return exchange.operations.sign_in_with_external_token(exchange.call, body or into.ExternalToken())


@ROUTES.add("POST", "/externalAuth/verify", body=into.ExternalAssertion, answers=out.Elevated)
def verify_external_assertion(exchange: Exchange, body: into.ExternalAssertion) -> out.Elevated:
    """Turns an assertion of the external issuer into an elevated token."""
    return exchange.operations.verify_external_assertion(exchange.call, body)


# User and session.


@ROUTES.add("GET", "/users", answers=out.SdkUser)
def read_user(exchange: Exchange) -> out.SdkUser:
    """The user."""
    return exchange.operations.read_user(exchange.call)


@ROUTES.add("PUT", "/users", body=dict[str, Any], answers=out.UpdateSelfResponse)
def update_user(exchange: Exchange, body: dict[str, Any]) -> out.UpdateSelfResponse:
    """Changes the user's profile, or acknowledges recovery codes."""
    return exchange.operations.update_user(exchange.call, body)


@ROUTES.add("DELETE", "/users", ends_session=True)
def delete_user(exchange: Exchange) -> None:
    """Deletes the user."""
    exchange.operations.delete_user(exchange.call)


@ROUTES.add("POST", "/refresh", answers=out.VerifyResponse)
def refresh(exchange: Exchange) -> out.VerifyResponse:
    """A new token for the session."""
    return exchange.operations.refresh(exchange.call)


@ROUTES.add("POST", "/revoke", ends_session=True)
def revoke(exchange: Exchange) -> None:
    """Ends the session."""
    exchange.operations.revoke(exchange.call)


# Step-up.


@ROUTES.add("POST", "/stepUp/check", body=into.ScopeQuestion, answers=out.StepUpAnswer)
def check_step_up(exchange: Exchange, body: into.ScopeQuestion) -> out.StepUpAnswer:
    """Whether a scope takes step-up."""
    return exchange.operations.check_step_up(exchange.call, body)


@ROUTES.add("POST", "/wallets/actions/{action:str}", answers=out.ActionDone)
def wallet_action(exchange: Exchange, action: str) -> out.ActionDone:
    """Stand-in for a protected wallet action: sign, export, refresh or reshare. Ours, not the vendor's."""
    return exchange.operations.wallet_action(exchange.call, action)
