"""A backend in Python: Litestar and PyJWT. `/me` needs a full session; each fault has a backend below its own name.

python -m tests.backends.python_pyjwt.app PORT
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from litestar import Litestar, Request, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from tests.backends.python_pyjwt.session_token import NotSignedInError, SessionTokens
from tests.backends.python_pyjwt.wrong import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable


def backends() -> dict[str, SessionTokens]:
    """The right one, and the wrong ones, by the first word of the path."""
    asks = os.environ.get("USERS_URL")
    settings: dict[str, Any] = {
        "jwks_url": os.environ["JWKS_URL"],
        "issuer": os.environ["ISSUER"],
        "audience": os.environ["AUDIENCE"],
        "keys_seconds": float(os.environ.get("KEYS_SECONDS", "300")),
        "is_alive": _asking(asks) if asks else None,
    }
    kinds: dict[str, type[SessionTokens]] = {
        "right": SessionTokens,
        **{slug: fault.tokens for slug, fault in FAULTS.items()},
    }
    return {name: tokens(**settings) for name, tokens in kinds.items()}


def _asking(url: str) -> Callable[[str], bool]:
    """Asks the MFA server itself, which knows who has signed out."""
    http = httpx.Client(timeout=5, trust_env=False)
    return lambda token: http.get(url, headers={"authorization": f"Bearer {token}"}).is_success


BACKENDS = backends()


def caller(request: Request[Any, Any, Any], backend: str) -> dict[str, Any]:
    if backend not in BACKENDS:
        raise NotFoundException
    try:
        return BACKENDS[backend].claims(request.headers.get("authorization"))
    except NotSignedInError as error:
        raise NotAuthorizedException from error


@get("/{backend:str}/me", sync_to_thread=True)
def me(request: Request[Any, Any, Any], backend: str) -> dict[str, Any]:
    claims = caller(request, backend)
    return {"user": claims["sub"]}


@post("/{backend:str}/orders", sync_to_thread=True, status_code=200)
def order(request: Request[Any, Any, Any], backend: str, data: dict[str, int]) -> dict[str, Any]:
    claims = caller(request, backend)
    return {"user": claims["sub"], "ordered": data["n"]}


if __name__ == "__main__":
    uvicorn.run(
        Litestar([me, order], logging_config=None),
        port=int(sys.argv[1]),
        log_level="error",
        h11_max_incomplete_event_size=1 << 20,  # for tests: so that long tokens reach the code above
    )
