"""What TARGET may be, and what is said to anything else."""

from __future__ import annotations

import pytest

from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import Allow, NamedEnvironment, Profile, SignIn
from mfa_harness.targets.reach import api_base, demand_leave_to_fuzz, is_loopback
from mfa_harness.targets.target import TargetError

ID = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("refrence", "did you mean 'reference'"),
        ("localhost:8000", "did you mean 'http://localhost:8000'"),
        ("api.example.org", "did you mean 'http://api.example.org'"),
        ("htps://x.org", "did you mean 'https'"),
        ("asgi:", "not understood"),
        ("exec: ", "not understood"),
        ("reference:", "names no fault"),
        ("http://", "Write it with scheme and host"),
        ("http://x:port", "Write it with scheme and host"),
        ("http://x.org/login", "Did you mean http://x.org/login/api/v0?"),
        ("http://x.org/api/v0?a=b", "a base URL has no ? or #"),
        ("http://ada:pa55@x.org/api/v0", "it holds a user name or password"),
        ("http://ada:pa55@x y.org/api/v0", "it holds ' '"),
        ("http://x y.org", "it holds ' '"),
        ("http://dyn\u0430mic.xyz", "has a form in ASCII"),
        ("http://[::1", "Write it with scheme and host"),
        ("http://localhost:", "its port is none"),
        ("http://2130706433", "neither a host's name nor an address"),
        pytest.param(f"http://{'a' * 3000}", "3007 characters", id="a long one"),
    ],
)
def test_a_target_that_is_none_is_refused_with_what_would_be_one(spec: str, words: str) -> None:
    with pytest.raises(TargetError) as refusal:
        open_target(spec)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "pa55" not in str(refusal.value)


def test_a_fault_that_is_named_twice_is_refused() -> None:
    with pytest.raises(TargetError, match=r"it names recovery-code-reusable twice\. Name each fault once"):
        open_target("reference:recovery-code-reusable,recovery-code-reusable").open()


def test_fuzzing_needs_leave_off_this_machine() -> None:
    demand_leave_to_fuzz("http://localhost:1/api/v0", Profile())
    demand_leave_to_fuzz("http://x.org/api/v0", Profile(allow=Allow(fuzz=True)))
    with pytest.raises(TargetError, match=r"\[allow\] fuzz = true"):
        demand_leave_to_fuzz("http://x.org/api/v0", Profile(allow=Allow(locks_out=True)))
    with pytest.raises(TargetError, match=r"\[allow\] sandbox = true"):
        demand_leave_to_fuzz("https://app.dynamicauth.com/api/v0", Profile(allow=Allow(fuzz=True)))


def test_without_a_target_the_profiles_url_is_meant_or_else_our_own_server() -> None:
    assert open_target(None, Profile(url="http://localhost:1")).name == "http://localhost:1"
    assert open_target(None).label == "our reference server, not yours"
    assert "with the fault recovery-code-reusable" in open_target("reference:recovery-code-reusable").label


def test_the_base_url_is_completed() -> None:
    assert api_base("http://localhost:8000") == "http://localhost:8000/api/v0"
    assert api_base("https://x.org/api/v0/") == "https://x.org/api/v0"
    assert api_base("https://x.org/auth/api/v0") == "https://x.org/auth/api/v0"


def test_loopback_is_told_by_the_address() -> None:
    assert all(
        map(is_loopback, ("http://localhost:1", "http://127.0.0.2", "http://[::1]:80", "http://a.localhost"))
    )
    assert not any(map(is_loopback, ("http://10.0.0.1", "http://localhost.example.org", "http://x.org")))


@pytest.mark.parametrize(
    "url", ["https://app.dynamicauth.com/api/v0", "https://dynamic.xyz", "https://APP.dynamicauth.com."]
)
def test_the_vendors_hosts_are_left_alone_unless_they_are_sandboxes(url: str) -> None:
    profile = Profile(
        environments=(NamedEnvironment(id=ID),), sign_in=SignIn(code="1"), allow=Allow(locks_out=True)
    )
    with pytest.raises(TargetError, match=r"\[allow\] sandbox = true"):
        open_target(url, profile).open()


def test_a_server_without_control_plane_or_profile_is_told_how_to_get_one() -> None:
    with pytest.raises(TargetError, match=r"`mfa-harness init http://192\.0\.2\.1 --environment ID`"):
        open_target("http://192.0.2.1").open()


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(file="p.toml"), "p.toml: environments: no environment to use"),
        (Profile(file="p.toml", environments=(NamedEnvironment(id=ID),)), "does not say how users sign in"),
    ],
)
def test_a_profile_that_says_too_little_is_told_what_to_add(profile: Profile, words: str) -> None:
    with pytest.raises(TargetError) as refusal:
        open_target("http://192.0.2.1", profile).open()
    assert words in str(refusal.value)
