"""The control plane: test hooks over HTTP, for whoever drives a served reference server.

Off unless asked for, and answered to loopback names only (the gateway sees to both). Errors have the wire's
form.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from mfa_simulators.clock import OffsetClock, iso, parse_instant
from mfa_simulators.server.http.bodies import read_body
from mfa_simulators.server.http.exchange import SCOPE_KEY, query_value
from mfa_simulators.server.http.route import refused
from mfa_simulators.server.minting import MintedToken, TokenOrder
from mfa_simulators.server.rules.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mfa_simulators.server.environment import Environment
    from mfa_simulators.server.reference import ReferenceServer

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_CREATED: Final = 201
_EMPTY: Final = 204
_LATEST: Final = parse_instant("9000-01-01T00:00:00Z")  # leaves room for what ends years after it begins


class NewEnvironment(msgspec.Struct, forbid_unknown_fields=True):
    """What an environment is made of.

    `faults`: by default the server's own. `clock`: an instant at which it stands still until moved.
    """

    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    faults: list[str] | None = None
    seed: int | str | None = None
    clock: str | None = None


class ChangedSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Settings to change."""

    settings: dict[str, Any]


class ClockMove(msgspec.Struct, forbid_unknown_fields=True):
    """Seconds to advance by, or an instant to stand still at."""

    advance: float | None = None
    set: str | None = None


class ExternalPerson(msgspec.Struct, forbid_unknown_fields=True):
    """Whom an external token is about; `scope` for an assertion."""

    sub: str
    email: str | None = None
    scope: str | None = None


class Control:
    """The hooks of one server."""

    def __init__(self, server: ReferenceServer) -> None:
        self._server = server

    def list_faults(self, _request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
        """Faults that an environment may be given."""
        from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415  (loaded where it is asked for)

        return [
            {
                "id": each.id,
                "slug": each.slug,
                "sentence": each.sentence,
                "requirement": each.requirement,
                "sources": list(each.sources),
            }
            for each in FAULTS.values()
        ]

    def make_environment(self, request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
        """Makes an environment: its id, and the base URL that a client is given."""
        body: NewEnvironment = _body(request, NewEnvironment)
        clock = OffsetClock()
        if body.clock is not None:
            clock.set(_instant("clock", parse_instant(body.clock)))
        environment = self._server.environment(
            clock=clock, seed=body.seed, faults=body.faults, **_named(body.settings)
        )
        return Response(
            {"environmentId": environment.id, "baseUrl": environment.base_url}, status_code=_CREATED
        )

    def change_environment(self, request: Request[Any, Any, Any]) -> Response[None]:
        """Changes settings."""
        environment = self._environment(request)
        body: ChangedSettings = _body(request, ChangedSettings)
        environment.update(**_named(body.settings))
        return Response(None, status_code=_EMPTY)

    def read_mailbox(self, request: Request[Any, Any, Any]) -> list[dict[str, str]]:
        """Codes sent to an address, oldest first; `email`, a phone number does as well."""
        environment = self._environment(request)
        address = query_value(request.scope["query_string"], "email")
        if address is None:
            raise bad_request("email: expected a parameter of the query")
        return [{"code": mail.code, "sentAt": iso(mail.sent_at)} for mail in environment.mailbox(address)]

    def move_clock(self, request: Request[Any, Any, Any]) -> dict[str, str]:
        """Moves the clock and tells its new time."""
        environment = self._environment(request)
        body: ClockMove = _body(request, ClockMove)
        if (body.advance is None) == (body.set is None):
            raise bad_request('expected one of {"advance": seconds} and {"set": instant}')
        if body.set is not None:
            if not hasattr(environment.clock, "set"):
                raise bad_request(f"{type(environment.clock).__name__} cannot be set")
            return {"now": iso(environment.clock.set(_instant("set", parse_instant(body.set))))}
        _instant("advance", environment.clock.now() + (body.advance or 0))
        return {"now": iso(environment.advance(body.advance or 0))}

    def reset_mfa(self, request: Request[Any, Any, Any]) -> Response[None]:
        """What an administrator's "Reset MFA" does."""
        environment, user_id = self._user(request)
        environment.reset_mfa(user_id)
        return Response(None, status_code=_EMPTY)

    def read_notices(self, request: Request[Any, Any, Any]) -> list[dict[str, str]]:
        """What a user was told of changes to her factors, oldest first."""
        environment, user_id = self._user(request)
        return [{"kind": each.kind, "sentAt": iso(each.at)} for each in environment.notices(user_id)]

    def read_transcript(self, request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
        """Requests and answers, oldest first; `unmasked=true` shows secrets too."""
        unmasked = query_value(request.scope["query_string"], "unmasked") == "true"
        return self._environment(request).transcript(unmasked=unmasked)

    def make_external_jwt(self, request: Request[Any, Any, Any]) -> dict[str, str]:
        """A token of the environment's external issuer."""
        environment = self._environment(request)
        body: ExternalPerson = _body(request, ExternalPerson)
        return {"jwt": environment.external_jwt(sub=body.sub, email=body.email, scope=body.scope)}

    def list_environments(self, _request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
        """The environments there are, the first one made first, and what a backend has to know of each."""
        return [
            {
                "environmentId": each.id,
                "baseUrl": each.base_url,
                "jwks": each.keys_url,
                "issuer": each.issuer,
                "audience": each.origin,
                "keysRead": each.keys_read,
            }
            for each in list(self._server.registry.values())
        ]

    def make_session_token(self, request: Request[Any, Any, Any]) -> MintedToken:
        """A token to order: a completed session's, unless the body says otherwise."""
        return self._environment(request).session_token(_body(request, TokenOrder))

    def rotate_keys(self, request: Request[Any, Any, Any]) -> dict[str, str]:
        """A new key signs; those before it stay published."""
        return {"kid": self._environment(request).rotate_keys()}

    def retire_keys(self, request: Request[Any, Any, Any]) -> Response[None]:
        """Keys that sign nothing any more are no longer published."""
        self._environment(request).retire_keys()
        return Response(None, status_code=_EMPTY)

    def _user(self, request: Request[Any, Any, Any]) -> tuple[Environment, str]:
        environment = self._environment(request)
        user_id = str(request.scope["path_params"]["user_id"])
        if not _ID.fullmatch(user_id) or environment.operations.store.user(user_id) is None:
            raise Refusal(404, "not_found", "There is no such user")
        return environment, user_id

    def _environment(self, request: Request[Any, Any, Any]) -> Environment:
        environment = self._server.registry.get(str(request.scope["path_params"]["environment_id"]))
        if environment is None:
            raise Refusal(404, "not_found", "There is no such environment")
        return environment


def control_routes(server: ReferenceServer, *, threads: bool) -> Sequence[HTTPRouteHandler]:
    """The routes below `/control`."""
    hooks = Control(server)
    one = "/control/environments/{environment_id:str}"
    table: tuple[tuple[str, str, Callable[[Request[Any, Any, Any]], Any]], ...] = (
        ("GET", "/control/faults", hooks.list_faults),
        ("GET", "/control/environments", hooks.list_environments),
        ("POST", "/control/environments", hooks.make_environment),
        ("PATCH", one, hooks.change_environment),
        ("GET", f"{one}/mailbox", hooks.read_mailbox),
        ("POST", f"{one}/clock", hooks.move_clock),
        ("POST", f"{one}/users/{{user_id:str}}/reset-mfa", hooks.reset_mfa),
        ("GET", f"{one}/users/{{user_id:str}}/notices", hooks.read_notices),
        ("GET", f"{one}/transcript", hooks.read_transcript),
        ("POST", f"{one}/external-jwt", hooks.make_external_jwt),
        ("POST", f"{one}/session-token", hooks.make_session_token),
        ("POST", f"{one}/keys/rotate", hooks.rotate_keys),
        ("POST", f"{one}/keys/retire", hooks.retire_keys),
    )
    return [_handler(method, path, hook, threads=threads) for method, path, hook in table]


def _handler(
    method: str, path: str, hook: Callable[[Request[Any, Any, Any]], Any], *, threads: bool
) -> HTTPRouteHandler:
    def handle(request: Request[Any, Any, Any]) -> Response[Any]:
        try:
            answer = hook(request)
        except Refusal as refusal:
            return refused(refusal)
        except (
            ValueError,
            TypeError,
            OverflowError,
        ) as error:  # settings, faults, instants: written for people
            return refused(bad_request(str(error)))
        return answer if isinstance(answer, Response) else Response(answer, status_code=200)

    handle.__name__ = hook.__name__
    handle.__doc__ = inspect.getdoc(hook)
    return HTTPRouteHandler(
        path,
        http_method=method,  # type: ignore[arg-type]  # a constant of ours
        status_code=200,
        sync_to_thread=threads,
        include_in_schema=False,
    )(handle)


def _instant(name: str, seconds: float) -> float:
    """An instant at which the clock may stand: codes count from 1970."""
    if not 0 <= seconds <= _LATEST:
        raise bad_request(f"{name}: expected an instant from 1970 to {iso(_LATEST)}, found another")
    return seconds


def _body(request: Request[Any, Any, Any], kind: Any) -> Any:
    return read_body(request.scope[SCOPE_KEY], kind, optional=False)  # type: ignore[literal-required]


def _named(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings that may be keywords: none of them is a parameter of `environment` itself."""
    taken = {"clock", "seed", "faults"} & settings.keys()
    if taken:
        raise bad_request(f"settings: {', '.join(sorted(taken))} go beside the settings, not among them")
    return settings
