"""Odd requests from the OpenAPI document of the wire, by schemathesis."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, Phase, Verbosity, given, seed as seeded, settings

from mfa_harness.fuzz.wire.probe import Probe
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREFIX: Final = "/api/v0/sdk/{environment_id}/"
_SENT_BY_US: Final = ("authorization", "host", "content-length", "origin", "cookie")


@cache
def read_document() -> dict[str, Any]:
    """The document of the wire that targets speak: our reference server's."""
    from mfa_simulators.server.http.app import create_app  # noqa: PLC0415 - loads the whole server
    from mfa_simulators.server.http.openapi import document  # noqa: PLC0415

    return document(create_app(threads=False))


def each_request(
    look: Callable[[Probe], None], *, document: dict[str, Any], of_each: int, seed: int
) -> Iterator[str]:
    """Show `look` so many requests of every operation, half of them against the document.

    Returns:
        The operations, each when it is done.

    Raises:
        UsageError: schemathesis is not installed.
    """
    try:
        import schemathesis  # noqa: PLC0415 - heavy, and an extra
        from schemathesis import GenerationMode  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "requests from the OpenAPI document are made by schemathesis, which is not installed",
            "Install the extra `wire`: pip install '.[wire]' in a checkout of mfa-harness.",
        ) from error
    schema = schemathesis.openapi.from_dict(document)
    quick = settings(
        max_examples=max(1, of_each // 2),
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # our own document has no schema that is wrong
        if not operation.path.startswith(PREFIX):
            continue
        place = f"{operation.method.upper()} {operation.path.removeprefix(PREFIX)}"
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except Exception:  # noqa: BLE001, S112 - an operation that nothing can be wrong with has no negative
                continue

            _run(seeded(seed)(quick(given(strategy)(_looking(look, place)))))
        yield place


def _looking(look: Callable[[Probe], None], place: str) -> Callable[[Any], None]:
    def one(case: Any) -> None:
        look(_probe(case, place))

    return one


def _run(test: Any) -> None:
    from hypothesis.errors import Unsatisfiable  # noqa: PLC0415

    try:
        test()
    except Unsatisfiable:
        return
    except Exception as error:
        if "NegativeDataRejected" in type(error).__name__ or "Skip" in type(error).__name__:
            return
        raise


def _probe(case: Any, place: str) -> Probe:
    path = place.partition(" ")[2]
    for name, value in (case.path_parameters or {}).items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    if case.query:
        path += "?" + urlencode(dict(case.query), doseq=True, errors="surrogatepass")
    headers = {
        str(name): str(value)
        for name, value in (case.headers or {}).items()
        if str(name).lower() not in _SENT_BY_US and str(value).isprintable()
    }
    return Probe(
        "a request from the OpenAPI document", case.method.upper(), path, _body(case), headers, place
    )


def _body(case: Any) -> bytes | None:
    body = case.body
    if type(body).__name__ == "NotSet":
        return None
    if isinstance(body, bytes):
        return body
    return json.dumps(body, default=str).encode()
