"""What the server's rules cost: a passkey login beside the same two routes with cryptography and SQL alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from litestar import Litestar, Request, get, post
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, create_engine
from sqlalchemy.pool import StaticPool

from mfa_simulators import MfaClient, Person, ReferenceServer, VirtualClock, VirtualPasskey
from mfa_simulators.server.handdriven import HandDriven
from mfa_simulators.webauthn import creation_options, request_options, verify_registration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.conftest import Ratio

ORIGIN, RP_ID = "http://localhost", "localhost"
CURVE = ec.SECP256R1()
ES256 = ec.ECDSA(SHA256())


def test_login_with_a_passkey(ratio: Ratio) -> None:
    ratio(
        "login with a passkey, raw ASGI, to crypto and SQL alone",
        _login_at_our_server(),
        _login_without_rules(),
        at_most=1.5,
    )


def _login_at_our_server() -> Callable[[], object]:
    import httpx  # noqa: PLC0415

    clock = VirtualClock()
    server = ReferenceServer()
    environment = server.environment(clock=clock, token_algorithm="ES256")
    client = MfaClient(
        environment.base_url,
        environment.id,
        origin=ORIGIN,
        http=httpx.Client(transport=server.transport, trust_env=False),
        clock=clock,
    )
    ada = Person("ada@example.org", clock=clock, mailbox=environment.mailbox)
    ada.sign_up(client)
    ada.enrol_passkey(client)
    path = f"/api/v0/sdk/{environment.id}/users/passkeys/signin"
    return _login(server.transport, path, ada.key, {"clientDataJSON": "clientDataJSON"})


def _login_without_rules() -> Callable[[], object]:
    key = VirtualPasskey()
    options = creation_options(challenge=b"0" * 32, rp_id=RP_ID, rp_name="x", user_id=b"ada", user_name="ada")
    made = verify_registration(
        key.create(options, origin=ORIGIN), challenge=b"0" * 32, origins=(ORIGIN,), rp_id=RP_ID
    )
    return _login(HandDriven(_floor(made.id, made.public_key)), "/signin", key, {})


def _login(
    transport: HandDriven, path: str, key: VirtualPasskey, _names: dict[str, str]
) -> Callable[[], object]:
    import httpx  # noqa: PLC0415

    url = f"http://localhost{path}"
    headers = {"origin": ORIGIN, "content-type": "application/json"}

    def send(method: str, content: bytes | None = None) -> Any:
        answer = transport.handle_request(httpx.Request(method, url, headers=headers, content=content))
        assert answer.status_code < 300, answer.read()
        return json.loads(answer.read())

    def login() -> object:
        assertion = key.get(send("GET"), origin=ORIGIN)
        return send("POST", json.dumps(assertion).encode())

    return login


def _floor(credential_id: bytes, cose_key: bytes) -> Any:
    """Two routes that do the cryptography and the SQL of a login, and check nothing."""
    from fido2 import cbor  # noqa: PLC0415

    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    data = MetaData()
    challenges = Table(
        "challenges", data, Column("challenge", LargeBinary, primary_key=True), Column("spent", Integer)
    )
    passkeys = Table("passkeys", data, Column("id", LargeBinary, primary_key=True), Column("count", Integer))
    sessions = Table("sessions", data, Column("id", String, primary_key=True), Column("user", String))
    data.create_all(engine)
    with engine.begin() as connection:
        connection.execute(passkeys.insert(), {"id": credential_id, "count": 0})
    keep = challenges.insert()
    spend = (
        challenges.update()
        .where(challenges.c.challenge == bindparam("c"), challenges.c.spent == 0)
        .values(spent=1)
    )
    find = passkeys.select().where(passkeys.c.id == bindparam("i"))
    count = passkeys.update().where(passkeys.c.id == bindparam("i")).values(count=passkeys.c.count + 1)
    begin = sessions.insert()
    members: Any = cbor.decode(cose_key)
    point = ec.EllipticCurvePublicNumbers(
        int.from_bytes(members[-2]), int.from_bytes(members[-3]), CURVE
    ).public_key()
    signing = ec.generate_private_key(CURVE)

    @get("/signin", sync_to_thread=False)
    def options() -> dict[str, Any]:
        challenge = os.urandom(32)
        with engine.begin() as connection:
            connection.execute(keep, {"challenge": challenge, "spent": 0})
        return request_options(challenge=challenge, rp_id=RP_ID, allow_credentials=[])

    @post("/signin")
    async def sign_in(request: Request[Any, Any, Any]) -> dict[str, str]:
        body = json.loads(await request.body())
        response = {name: _bytes(value) for name, value in body["response"].items() if value}
        signed = response["authenticatorData"] + hashlib.sha256(response["clientDataJSON"]).digest()
        challenge = _bytes(json.loads(response["clientDataJSON"])["challenge"])
        identifier, session = _bytes(body["rawId"]), os.urandom(16).hex()
        with engine.begin() as connection:
            connection.execute(spend, {"c": challenge})
            connection.execute(find, {"i": identifier}).one()
        point.verify(response["signature"], signed, ES256)
        with engine.begin() as connection:
            connection.execute(count, {"i": identifier})
            connection.execute(begin, {"id": session, "user": "ada"})
        return {"jwt": jwt.encode({"sub": "ada", "sid": session, "exp": 4102444800}, signing, "ES256")}

    return Litestar([options, sign_in], openapi_config=None, logging_config=None)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
