"""From the word TARGET to a Target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.targets.capabilities import nearest
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_harness.targets.target import Target

UNDERSTOOD: Final = (
    "reference",
    "reference:FAULT[,FAULT]",
    "http(s)://HOST[:PORT]/api/v0",
    "asgi:package.module:app",
    "exec:COMMAND",
)
"""What TARGET may be, for help and for errors."""


def open_target(
    spec: str | None = None,
    profile: Profile | Path | None = None,
    seed: str = "0",
    *,
    note: Callable[[str], None] = lambda _text: None,
    client: str = "",
    driver_log: Path | None = None,
) -> Target:
    """The target that a user's TARGET and profile stand for, not yet contacted: call its `open()`.

    Args:
        spec: TARGET; None for the profile's url, else `reference`.
        profile: a profile or its file; None for that of the kind of target.
        seed: of the run.
        note: told what a person should know while the run goes on ("waiting 17 s for a fresh code").
        client: a client SDK's driver to reach it by: a command, or `listen:PORT`.
        driver_log: where what is said to the driver and by it is kept.

    Raises:
        TargetError: TARGET is not understood, or the profile cannot be used.
    """
    if profile is not None and not isinstance(profile, Profile):
        profile = Profile.load(profile)
    if client:
        return _behind(spec, profile, seed, note=note, client=client, driver_log=driver_log)
    return _target(spec, profile, seed, note=note, driven=False)


def _target(
    spec: str | None, profile: Profile | None, seed: str, *, note: Callable[[str], None], driven: bool
) -> Target:
    """The target itself; `driven` when only a client's driver speaks to it."""
    spec = (spec or (profile.url if profile else None) or "reference").strip()
    kind, colon, rest = spec.partition(":")
    kind = kind.lower()
    if kind == "reference":
        from mfa_harness.targets.reference import ReferenceTarget  # noqa: PLC0415 - loaded when used

        faults = [slug.strip() for slug in rest.split(",") if slug.strip()]
        if colon and not faults:
            raise TargetError(
                f"target {spec!r}", "names no fault", "`mfa-harness list faults` prints them all"
            )
        return ReferenceTarget(faults, seed=seed, profile=profile, note=note)
    if kind in ("http", "https"):
        from mfa_harness.targets.url import UrlTarget  # noqa: PLC0415

        return UrlTarget(spec, profile=profile, seed=seed, note=note, driven=driven)
    if kind == "asgi" and rest:
        from mfa_harness.targets.asgi import AsgiTarget  # noqa: PLC0415

        return AsgiTarget(rest, profile=profile, seed=seed, note=note)
    if kind == "exec" and rest.strip():
        from mfa_harness.targets.command import CommandTarget  # noqa: PLC0415

        return CommandTarget(rest.strip(), profile=profile, seed=seed, note=note, driven=driven)
    raise TargetError(
        f"target {spec!r}", f"not understood{_hint(spec)}", f"A target is one of: {', '.join(UNDERSTOOD)}"
    )


def _behind(
    spec: str | None,
    profile: Profile | None,
    seed: str,
    *,
    note: Callable[[str], None],
    client: str,
    driver_log: Path | None,
) -> Target:
    """A target behind a client SDK, in real time."""
    from mfa_harness.targets.command import CommandTarget  # noqa: PLC0415
    from mfa_harness.targets.driving.driver import Driver  # noqa: PLC0415
    from mfa_harness.targets.driving.target import ClientTarget, ServedReferenceTarget  # noqa: PLC0415
    from mfa_harness.targets.reference import ReferenceTarget  # noqa: PLC0415
    from mfa_harness.targets.url import UrlTarget  # noqa: PLC0415

    inner = _target(spec, profile, seed, note=note, driven=True)
    if isinstance(inner, ReferenceTarget):
        inner = ServedReferenceTarget(inner.faults, seed=seed, profile=profile, note=note)
    elif not isinstance(inner, (UrlTarget, CommandTarget)):
        raise TargetError(
            f"target {spec!r} with --client",
            "an application in this process has no address that a client SDK could be given",
            "Serve it, and name its url; or let it be started: exec:COMMAND",
        )
    return ClientTarget(inner, Driver(client, note=note, log=driver_log))


def _hint(spec: str) -> str:
    """What was probably meant."""
    word = spec.partition(":")[0]
    if spec.startswith(("localhost", "127.", "[::1]")) or "." in word:
        return f" (did you mean 'http://{spec}'?)"
    return nearest(word, ("reference", "asgi", "exec", "http", "https"))
