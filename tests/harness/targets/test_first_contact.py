"""A target that is not there, or is something else, is told with its likely cause and mend, in one line."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import NamedEnvironment, Profile, SignIn
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Loopback = Callable[..., str]

ID = "11111111-2222-4333-8444-555555555555"


def profile(**more: object) -> Profile:
    values: dict[str, object] = {
        "environments": (NamedEnvironment(id=ID),),
        "sign_in": SignIn(code="123456"),
        "timeout": 0.5,
        **more,
    }
    return Profile(**values)  # type: ignore[arg-type]  # keywords of a struct


def opened(url: str, **more: object) -> None:
    target = open_target(url, profile(**more))
    target.open()
    target.close()


def refusal(url: str, **more: object) -> str:
    with pytest.raises(TargetError) as raised:
        open_target(url, profile(**more)).open()
    text = str(raised.value)
    assert "\n" not in text
    assert text.startswith(f"GET {url}/")
    return text


def answer(status: str, body: bytes, kind: str = "application/json", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body


SETTINGS = b'{"chains":[],"kyc":[],"sdk":{},"security":{"mfa":{"enabled":false}}}'


def test_settings_as_they_should_be_are_accepted(loopback: Loopback) -> None:
    opened(loopback(answer("200 OK", SETTINGS)))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (answer("200 OK", b"<!DOCTYPE html><html>Shop</html>", "text/html"), "a web page answers"),
        (answer("404 Not Found", b"<html>nginx</html>", "text/html"), "a web page answers (404"),
        (answer("404 Not Found", b'{"error":"not found"}'), "does not know this environment"),
        (answer("404 Not Found", b"nothing", "text/plain"), "there is no such path (404)"),
        (answer("500 Internal Server Error", b"Traceback", "text/plain"), "the server failed (500"),
        (answer("502 Bad Gateway", b"<html>502</html>", "text/html"), "the server behind it does not (502)"),
        (answer("429 Too Many Requests", b""), "limits our requests already"),
        (answer("401 Unauthorized", b"{}"), "asks who we are (401"),
        (
            answer("301 Moved", b"", "text/html\r\nlocation: https://x.test/api/v0"),
            "sends on to https://x.test/api/v0",
        ),
        (
            answer("400 Bad Request", b"The plain HTTP request was sent to HTTPS port", "text/html"),
            "it speaks TLS there",
        ),
        (answer("418 Teapot", b"{}"), "refuses the request (418"),
        (answer("200 OK", b'{"security":{"mfa":'), "its JSON breaks off"),
        (answer("200 OK", b"OK", "text/plain"), "something that is no JSON (text/plain, beginning 'OK')"),
        (answer("200 OK", b'{"status":"up"}'), "holds no security.mfa"),
        (answer("200 OK", b"[]"), "holds no security.mfa"),
        (answer("200 OK", b""), "nothing else"),
        (answer("200 OK", SETTINGS, length=len(SETTINGS) + 9), "broke off in the middle"),
        (
            answer("200 OK", SETTINGS, "application/json\r\ncontent-encoding: gzip"),
            "not compressed as it says",
        ),
        (b"220 mail.example.org ESMTP\r\n\r\n", "does not speak HTTP"),
        (b"", "closed the connection without an answer"),
    ],
)
def test_an_answer_that_is_none_is_diagnosed(loopback: Loopback, sent: bytes, words: str) -> None:
    # Off this machine there is no looking for a control plane: the first request is the settings'.
    assert words in refusal(loopback(sent))


def test_a_server_that_never_answers_is_given_up(loopback: Loopback) -> None:
    assert "did not answer in time" in refusal(loopback(None), timeout=0.2)


def test_nothing_listens_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://localhost:{probe.getsockname()[1]}"
    assert "nothing listens there" in refusal(url)


def test_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "the host name 'no.such.host.test' is not known" in refusal("http://no.such.host.test")


def certificate(folder: Path, *, host: str = "localhost", days: int = 1) -> Path:
    """A self-signed certificate and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=10))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def server_side(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_self_signed_certificate_is_told_and_mended_by_ca(tmp_path: Path, loopback: Loopback) -> None:
    path = certificate(tmp_path)
    url = loopback(answer("200 OK", SETTINGS), server_side(path))
    assert 'ca = "ca.pem"' in refusal(url)
    opened(url, ca=str(path))


def test_a_certificate_of_another_host_or_out_of_date(tmp_path: Path, loopback: Loopback) -> None:
    path = certificate(tmp_path, host="elsewhere.test")
    url = loopback(answer("200 OK", SETTINGS), server_side(path))
    assert "for another host than 'localhost'" in refusal(url, ca=str(path))
    path = certificate(tmp_path, days=-1)
    url = loopback(answer("200 OK", SETTINGS), server_side(path))
    assert "out of date" in refusal(url, ca=str(path))


def test_https_to_a_server_of_plain_http(loopback: Loopback) -> None:
    url = loopback(answer("400 Bad Request", b"")).replace("http:", "https:")
    assert "does not speak TLS there" in refusal(url)


def test_a_ca_file_without_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(TargetError, match="holds no certificate"):
        open_target("https://localhost:1", profile(ca=str(tmp_path / "ca.pem"))).open()


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b"[{}]", b"\xff", b'[{"slug": "'])
def test_what_answers_like_no_control_plane_is_none(loopback: Loopback, body: bytes) -> None:
    with pytest.raises(TargetError, match="GET http") as raised:
        open_target(loopback(answer("200 OK", body)), profile()).open()
    assert "/settings" in str(raised.value)


def test_a_control_plane_that_answers_something_else_is_blocked_and_no_bug_of_ours(
    loopback: Loopback,
) -> None:
    target = open_target(loopback(answer("200 OK", b'[{"slug": "a"}]')))
    target.open()
    with pytest.raises(Blocked, match="the control plane's answer is unreadable"):
        target.arrange({}, scenario="a", locks_out=False)
    target.close()


def test_a_clock_that_differs_is_noted(loopback: Loopback) -> None:
    sent = answer("200 OK", SETTINGS, "application/json\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT")
    notes: list[str] = []
    target = open_target(loopback(sent), profile(), note=notes.append)
    target.open()
    target.close()
    assert len(notes) == 1
    assert "behind this machine's: codes may be refused for it" in notes[0]


@pytest.mark.parametrize(
    ("date", "noted"),
    [
        ("Thu, 01 Jan 2026 00:00:00 -0000", 1),
        ("Thu, 01 Jan 2026 00:00:00", 1),
        ("Thu, 01 Jan 0001 00:00:00 +2359", 1),
        ("Thu, 99999999999999999999 Jan 2026 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2026 00:00:00 GMT, Thu, 01 Jan 2026 00:00:00 GMT", 1),
        ("today", 0),
        ("", 0),
    ],
)
def test_a_date_header_of_an_odd_form_is_read_or_passed_over(
    loopback: Loopback, date: str, noted: int
) -> None:
    notes: list[str] = []
    target = open_target(
        loopback(answer("200 OK", SETTINGS, f"application/json\r\ndate: {date}")),
        profile(),
        note=notes.append,
    )
    target.open()
    target.close()
    assert len(notes) == noted
