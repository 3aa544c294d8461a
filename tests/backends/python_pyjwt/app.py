"""A backend in Python: Litestar and PyJWT. `/right/me` needs a full session; each fault has one below its own name.

JWKS_URL=... ISSUER=... AUDIENCE=... python -m tests.backends.python_pyjwt.app PORT
"""

from __future__ import annotations

import os
import sys
from asyncio import to_thread
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from litestar import Litestar, Request, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from tests.backends.python_pyjwt.session_token import NotSignedInError, SessionTokens
from tests.backends.python_pyjwt.wrong import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable


def application(
    jwks_url: str, issuer: str, audience: str, keys_seconds: float = 300, users_url: str = ""
) -> Litestar:
    """The right backend and the wrong ones, by the first word of the path.

    Args:
        jwks_url, issuer, audience, keys_seconds: see `SessionTokens`.
        users_url: of the MFA server's `users`, to be asked whether a session still lives; "" for not asking.
    """
    is_alive = _asking(users_url) if users_url else None
    kinds: dict[str, type[SessionTokens]] = {
        "right": SessionTokens,
        **{slug: fault.tokens for slug, fault in FAULTS.items()},
    }
    backends = {
        name: tokens(jwks_url, issuer, audience, keys_seconds=keys_seconds, is_alive=is_alive)
        for name, tokens in kinds.items()
    }

    def caller(request: Request[Any, Any, Any]) -> dict[str, Any]:
        name = request.path_params["name"]
        if name not in backends:
            raise NotFoundException
        cookie = request.cookies.get("session")
        shown = f"Bearer {cookie}" if cookie else request.headers.get("authorization")
        try:
            return backends[name].claims(shown)
        except NotSignedInError as error:
            raise NotAuthorizedException from error

    @get("/{name:str}/me", sync_to_thread=True)
    def me(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return {"user": caller(request)["sub"]}

    @post("/{name:str}/orders", status_code=200)
    async def order(request: Request[Any, Any, Any]) -> dict[str, Any]:
        claims = await to_thread(caller, request)
        return {"user": claims["sub"], "ordered": (await request.json())["n"]}

    return Litestar([me, order], logging_config=None)


def _asking(url: str) -> Callable[[str], bool]:
    """Asks the MFA server itself, which knows who has signed out."""

    def is_alive(token: str) -> bool:
        shown = {"authorization": f"Bearer {token}"}
        return httpx.get(url, headers=shown, timeout=5, trust_env=False).is_success

    return is_alive


if __name__ == "__main__":
    served = application(
        os.environ["JWKS_URL"],
        os.environ["ISSUER"],
        os.environ["AUDIENCE"],
        keys_seconds=float(os.environ.get("KEYS_SECONDS", "300")),
        users_url=os.environ.get("USERS_URL", ""),
    )
    # For tests: long tokens are to reach the code above, and not to end in the HTTP parser.
    uvicorn.run(
        served,
        port=int(sys.argv[1]),
        log_config=None,
        lifespan="off",
        ws="none",
        h11_max_incomplete_event_size=1 << 20,
    )
