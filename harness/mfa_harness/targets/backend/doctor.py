"""Doctor for backends: does it trust our issuer, and what has to be changed so that it does?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.targets.backend.answers import read
from mfa_harness.targets.backend.target import BackendTarget
from mfa_harness.targets.findings import Diagnosis, Finding, State
from mfa_harness.targets.reach import is_loopback
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import clock_skew
from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mfa_harness.targets.backend.answers import Presented

_SKEW_WORTH_SAYING: Final = 5.0  # seconds; the Date header has whole seconds
_REVOKED: Final = "the profile does not claim that the backend notices a session signed out"


def examine(
    url: str, requests: Sequence[str] = (), *, spec: str = "", file: Path | None = None, checks: int = 0
) -> Diagnosis:
    """Look at a backend without judging it.

    Args:
        url: of the backend.
        requests: as typed.
        spec: TARGET, the issuer.
        file: the profile.
        checks: how many there are for backends.
    """
    try:
        target = BackendTarget.of(url, requests, spec=spec, file=file)
    except TargetError as error:
        return Diagnosis(url, "", (_ill("words", error),))
    try:
        target.open(settle=False)
    except TargetError as error:
        return Diagnosis(url, target.label, (_ill("reach", error),))
    try:
        findings = tuple(_findings(target))
    except Blocked as error:
        findings = (Finding("reach", "ill", str(error), "See that the backend runs"),)
    finally:
        target.close()
    kept_out = {} if target.declared.checks_revocation else {_REVOKED: 1}
    return Diagnosis(
        url,
        target.label,
        findings,
        runnable=checks - sum(kept_out.values()) if checks else 0,
        kept_out=kept_out if checks else {},
        seconds=2 * target.declared.keys_seconds or None,
    )


def _ill(topic: str, error: TargetError) -> Finding:
    return Finding(topic, "ill", f"{error.tried}: {error.found}", error.mend)


def _findings(target: BackendTarget) -> Iterator[Finding]:
    environment = target.arrange({}, scenario="doctor", locks_out=False)
    known = target.issuer.known
    where = "served by this command while it runs" if target.issuer.server else "served elsewhere"
    yield Finding("issuer", "well", f"{known.issuer}, {where}")
    response = environment.reach()
    verdict, found = read(response, target.declared)
    asked = target.asked[0]
    if verdict == "refused":
        yield Finding("reach", "well", f"{asked} without a token is refused: {found}")
    elif verdict == "let in":
        mend = "Name a request that needs a full session: --request 'GET /me'"
        yield Finding("reach", "ill", f"{asked} without a token is let in: {found}", mend)
    else:
        mend = "If that is a refusal, say so: [backend] refused_statuses or refused_text; else mend the path"
        state: State = "mind" if _may_refuse(response.status_code) else "ill"
        yield Finding("reach", state, f"{asked} without a token: {found}", mend)
    skew = clock_skew(response.headers)
    if skew is not None and abs(skew) > _SKEW_WORTH_SAYING:
        late = "ahead of" if skew > 0 else "behind"
        yield Finding(
            "clock",
            "mind",
            f"it is {abs(skew):.0f} s {late} this machine's",
            "Tokens may be refused for it: set it",
        )
    if verdict != "neither" or _may_refuse(response.status_code):  # else it trusts nobody yet
        presented = environment.present(environment.token())
        yield from (_trust(target, each) for each in presented)
    environment.close()


def _may_refuse(status: int) -> bool:
    """Whether an answer that is not declared a refusal may be one: not a crash, nor that there is no such path."""
    return 300 <= status < 500 and status not in (404, 405)  # noqa: PLR2004


def _trust(target: BackendTarget, presented: Presented) -> Finding:
    if presented.verdict == "let in":
        return Finding("trust", "well", f"a full session is let in: {presented}")
    known = target.issuer.known
    if not target.issuer.keys_read():
        mend = f"Set the address of its keys (JWKS) to {known.jwks}"
        if target.issuer.server:
            mend += "; if it is that, it holds the keys of a run before: ask again in half a minute"
        if not is_loopback(target.url):
            mend += ", and let it run on this machine, where that address can be reached"
        return Finding("trust", "ill", f"a full session: {presented}; it has not read our keys", mend)
    if presented.verdict == "refused":
        audience = target.declared.audience or known.audience
        mend = (
            f"Set its issuer to {known.issuer} and its audience to {audience} "
            "(or tell us its own: [backend] audience); if it asks for more claims, say so: [backend] claims"
        )
        reason = f", and says {presented.said!r}" if presented.said else ""
        text = f"it has read our keys, and refuses a full session: {presented}{reason}"
        return Finding("trust", "ill", text, mend)
    mend = "Its log knows why; if it lets in with another status, say so: [backend] let_in_statuses"
    return Finding("trust", "ill", f"it has read our keys; a full session: {presented}", mend)
