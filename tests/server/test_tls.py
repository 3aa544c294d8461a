"""Served by https: by a certificate of an authority that the folder keeps."""

from __future__ import annotations

import ssl
import stat
from typing import TYPE_CHECKING

import httpx
import pytest

from mfa_simulators import MfaClient, ReferenceServer
from mfa_simulators.server.certificate import certificates

if TYPE_CHECKING:
    from pathlib import Path


def test_a_client_that_trusts_the_authority_signs_in(tmp_path: Path) -> None:
    with ReferenceServer(tls=tmp_path) as server:
        assert server.url.startswith("https://localhost:")
        environment = server.environment(email_code="123456")
        trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        with httpx.Client(verify=trusting, trust_env=False) as http:
            client = MfaClient(environment.base_url, environment.id, http=http)
            session = client.verify_otp(client.send_email_otp("ada@example.org"), "123456")
    assert session.user.email == "ada@example.org"


def test_a_client_that_does_not_trust_it_is_not_served(tmp_path: Path) -> None:
    with ReferenceServer(tls=tmp_path) as server, pytest.raises(httpx.ConnectError):
        httpx.get(server.url, trust_env=False)


def test_the_authority_stays_and_its_certificates_are_new(tmp_path: Path) -> None:
    first = certificates(tmp_path)
    ca, shown = first.ca.read_bytes(), first.server.read_bytes()
    again = certificates(tmp_path)
    assert again.ca.read_bytes() == ca
    assert again.server.read_bytes() != shown
    assert stat.S_IMODE((tmp_path / "ca-key.pem").stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "10.0.2.2"])
def test_the_certificate_is_for_every_name_of_this_machine(tmp_path: Path, address: str) -> None:
    context = ssl.create_default_context(cafile=certificates(tmp_path).ca)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.pem")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = context.wrap_bio(to_client, to_server, server_hostname=address)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert here.version() == "TLSv1.3"
