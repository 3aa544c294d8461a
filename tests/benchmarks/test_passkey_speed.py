"""A passkey's own work must stay small beside the cryptography that it cannot do without."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity
from tests.judges.packages import FOLDER, node_with

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.conftest import Ratio

    from mfa_simulators.webauthn import Credential

ORIGIN = "https://app.example.org"
CHALLENGE = os.urandom(32)
MESSAGE = os.urandom(69)  # as long as authenticator data and a hash
CURVE = ec.SECP256R1()
ES256 = ec.ECDSA(SHA256())
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
SLACK = 0.9  # a shared machine wavers; the report shows the ratio itself


def creation(attestation: Any) -> dict[str, Any]:
    return creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        attestation=attestation,
    )


@pytest.fixture
def key() -> VirtualPasskey:
    return VirtualPasskey()


@pytest.fixture
def raw() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(CURVE)


def test_get(ratio: Ratio, key: VirtualPasskey, raw: ec.EllipticCurvePrivateKey) -> None:
    created = verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[created])
    measured = ratio(
        "passkey get, dict in and out, to raw signing",
        lambda: key.get(options, origin=ORIGIN),
        lambda: raw.sign(MESSAGE, ES256),
        at_least=0.70,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_create_without_attestation(ratio: Ratio, key: VirtualPasskey) -> None:
    options = creation("none")
    measured = ratio(
        "passkey create, none, to key generation",
        lambda: key.create(options, origin=ORIGIN),
        lambda: ec.generate_private_key(CURVE),
        at_least=0.40,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_create_with_self_attestation(ratio: Ratio, key: VirtualPasskey) -> None:
    options = creation("direct")
    measured = ratio(
        "passkey create, packed self, to key generation and signing",
        lambda: key.create(options, origin=ORIGIN),
        lambda: ec.generate_private_key(CURVE).sign(MESSAGE, ES256),
        at_least=0.55,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_ctap(ratio: Ratio, key: VirtualPasskey, raw: ec.EllipticCurvePrivateKey) -> None:
    device = key.ctap()
    verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    listed = [{"id": key.credentials[0].id, "type": "public-key"}]
    hashes = cycle(os.urandom(32) for _ in range(64))

    def request() -> bytes:
        return b"\x02" + cbor.encode({1: "example.org", 2: next(hashes), 3: listed})

    requests = cycle([request() for _ in range(64)])
    measured = ratio(
        "CTAP2 get, bytes to bytes, to raw signing",
        lambda: device.handle(next(requests)),
        lambda: raw.sign(MESSAGE, ES256),
        at_least=0.55,
    )
    assert measured.ratio >= SLACK * measured.goal


@pytest.mark.parametrize(
    "name",
    ["Fido2Server verifies", "py_webauthn verifies", "soft_fido2 signs", "nid-webauthn-emulator signs"],
)
def test_others_beside_ours(ratio: Ratio, key: VirtualPasskey, name: str) -> None:
    """No goals: how others do the same, on the same machine and in the same run."""
    credential = verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    subject = OTHERS[name](credential, options, response)

    def ours() -> object:
        if name.endswith("signs"):
            return key.get(options, origin=ORIGIN)
        return verify_authentication(response, credential=credential, **EXPECTED)

    ratio(f"{name}, to ours", subject, ours, at_least=0.0, rounds=5)


def fido2_server(
    credential: Credential, options: dict[str, Any], response: dict[str, Any]
) -> Callable[[], object]:
    server = Fido2Server(PublicKeyCredentialRpEntity(id="example.org", name="Example"))
    members: Any = cbor.decode(credential.public_key)
    known = AttestedCredentialData.create(credential.aaguid, credential.id, CoseKey.parse(members))
    state = {"challenge": options["challenge"], "user_verification": None}
    return lambda: server.authenticate_complete(state, [known], response)


def py_webauthn(
    credential: Credential, options: dict[str, Any], response: dict[str, Any]
) -> Callable[[], object]:
    webauthn = pytest.importorskip("webauthn")
    return lambda: webauthn.verify_authentication_response(
        credential=response,
        expected_challenge=CHALLENGE,
        expected_rp_id="example.org",
        expected_origin=ORIGIN,
        credential_public_key=credential.public_key,
        credential_current_sign_count=0,
    )


def soft_fido2(
    credential: Credential, options: dict[str, Any], response: dict[str, Any]
) -> Callable[[], object]:
    device = pytest.importorskip("soft_fido2").Fido2Authenticator()
    device.credential_create(creation("none"))
    return lambda: device.credential_request(dict(options))


def nid_emulator(
    credential: Credential, options: dict[str, Any], response: dict[str, Any]
) -> Callable[[], object]:
    """Timed in node; here only waited for, as the way there and back would take longer."""
    node = node_with("nid-webauthn-emulator")
    program = (
        "const {createRequire} = require('node:module');"
        "const m = createRequire(process.argv[1])('nid-webauthn-emulator'); const E = m.default ?? m;"
        "const e = new E(); const [c, o] = JSON.parse(process.argv[2]);"
        f"e.createJSON('{ORIGIN}', c); o.allowCredentials = []; const n = 300;"
        f"for (let i = 0; i < 50; i++) e.getJSON('{ORIGIN}', o);"
        "const s = process.hrtime.bigint();"
        f"for (let i = 0; i < n; i++) e.getJSON('{ORIGIN}', o);"
        "console.log(Number(process.hrtime.bigint() - s) / n / 1e9)"
    )
    resident = creation("none")
    resident["authenticatorSelection"] |= {"residentKey": "required", "requireResidentKey": True}
    arguments = [node, "-e", program, str(FOLDER / "x.js"), json.dumps([resident, options])]
    seconds = float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)

    def wait() -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass

    return wait


OTHERS = {
    "Fido2Server verifies": fido2_server,
    "py_webauthn verifies": py_webauthn,
    "soft_fido2 signs": soft_fido2,
    "nid-webauthn-emulator signs": nid_emulator,
}


def test_strict_verification(ratio: Ratio, key: VirtualPasskey, raw: ec.EllipticCurvePrivateKey) -> None:
    credential = verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    public, signature = raw.public_key(), raw.sign(MESSAGE, ES256)
    measured = ratio(
        "strict verification of an assertion, to raw verification",
        lambda: verify_authentication(response, credential=credential, **EXPECTED),
        lambda: public.verify(signature, MESSAGE, ES256),
        at_least=0.65,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_import(ratio: Ratio) -> None:
    """Usable alone: what a test that wants a passkey pays before its first line runs."""

    def python(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    def seconds(run: Callable[[], object]) -> float:
        """Of the processor: how long the clock says depends on who else is at work here."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    imports, starts = python("from mfa_simulators import VirtualPasskey"), python("pass")
    ratio("import VirtualPasskey, to starting Python", imports, starts, at_most=12, rounds=5)
    assert min(seconds(imports) for _ in range(5)) - min(seconds(starts) for _ in range(5)) < 0.150
