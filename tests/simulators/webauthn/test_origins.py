from __future__ import annotations

import pytest

from mfa_simulators.webauthn.origins import expected


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://localhost:1",
        "http://localhost:65535",
        "https://app.example.org",
    ],
)
def test_expected(origin: str) -> None:
    assert expected(origin, ("http://localhost:*", "https://app.example.org"))


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://localhost:",
        "http://localhost:*",
        "http://localhost:0x50",
        "http://localhost:080",
        "http://localhost:65536",
        "http://localhost:" + "9" * 10_000,
        "http://localhost:-1",
        "http://localhost:８０",  # noqa: RUF001 (full-width digits)
        "http://localhost:80/",
        "http://localhost.evil.example",
        "http://localhost:80@evil.example",
        "https://localhost",
        "http://LOCALHOST",
        "https://app.example.org:443",
        "https://app.example.org.",
        "https://sub.app.example.org",
    ],
)
def test_not_expected(origin: str) -> None:
    assert not expected(origin, ("http://localhost:*", "https://app.example.org"))
