"""From the word TARGET to where relying parties come from."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mfa_harness.passkey_audit.party import Factory
from mfa_harness.usage import UsageError, unknown

if TYPE_CHECKING:
    from mfa_harness.passkey_audit.party import Source

ADAPTERS: Final = {
    "strict": ("strict", "StrictParty", ""),
    "fido2": ("fido2_server", "Fido2Party", ""),
    "py_webauthn": ("py_webauthn", "PyWebAuthnParty", "pip install webauthn"),
    "simplewebauthn": ("simplewebauthn", "parties", ""),
}
_METHODS: Final = ("creation_options", "register", "request_options", "authenticate")


def open_source(target: str, profile: Path | None = None, client: str = "") -> Source:
    """What TARGET stands for: `python:module:object`, `adapter:NAME`, or a target that `check` takes.

    Args:
        target: TARGET; empty for the profile's url.
        profile: a server's profile.
        client: the driver to reach a server by, as `check` takes it.

    Raises:
        UsageError: it is not understood, or not to be had.
        TargetError: the server cannot be reached, or its profile cannot be used.
    """
    kind, _, rest = target.partition(":")
    if client and kind in ("adapter", "python"):
        raise UsageError(
            f"--client reaches a server, and {target} is none", "leave it out, or name the server's URL"
        )
    if kind == "adapter":
        return _adapter(rest)
    if kind == "python":
        return _python(rest)
    from mfa_harness.passkey_audit.wire import WireSource  # noqa: PLC0415 - loads the client

    return WireSource(target, profile, client)


def _adapter(name: str) -> Source:
    if name not in ADAPTERS:
        raise unknown("adapter", name, ADAPTERS)
    module, attribute, install = ADAPTERS[name]
    try:
        loaded = import_module(f"mfa_harness.passkey_audit.adapters.{module}")
    except ImportError as error:
        raise UsageError(f"the library behind adapter {name!r} is not installed: {error}", install) from error
    return Factory(name, getattr(loaded, attribute))


def _python(path: str) -> Source:
    module, _, attribute = path.partition(":")
    if not module or not attribute:
        raise UsageError(
            f"expected python:module:object, found 'python:{path}'", "for example python:my_site.audit:Party"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does: the user's own modules
    try:
        loaded = import_module(module)
    except ImportError as error:
        raise UsageError(
            f"module {module!r} cannot be imported: {error}", "run it from the folder that holds it"
        ) from error
    make = getattr(loaded, attribute, None)
    if not callable(make):
        raise UsageError(
            f"module {module!r} has nothing called {attribute!r} that can be called",
            "name a class or a function that makes one relying party, without arguments",
        )
    if isinstance(make, type):
        for method in _METHODS:
            if not hasattr(make, method):
                raise UsageError(
                    f"{path} has no method {method!r}", f"a relying party has {', '.join(_METHODS)}"
                )
    return Factory(path, make)
