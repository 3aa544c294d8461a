"""A profile is read whole or refused in one line that names the file, the key and what to write."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mfa_harness.targets.capabilities import CAPABILITIES
from mfa_harness.targets.profile import Profile, ProfileError
from mfa_harness.targets.tolerances import Tolerances
from mfa_simulators.server.settings import Settings, make_settings

ID = "11111111-2222-4333-8444-555555555555"


def write(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('ulr = "http://x.org"', "ulr", "unknown key (did you mean 'url'?)"),
        ('[sign_in]\nemial = "a"', "sign_in.emial", "did you mean 'email'"),
        ("[allow]\nlocksout = true", "allow.locksout", "did you mean 'locks_out'"),
        (
            f'[[environments]]\nid = "{ID}"\nsettigns = {{}}',
            "environments[0].settigns",
            "did you mean 'settings'",
        ),
        ("[capabilities]\ntotps = true", "capabilities.totps", "did you mean 'totp'"),
        ("url = 3", "url", "found a whole number. Write text in quotes"),
        ("rate = -1", "rate", "Write a number of at least 0.001"),
        ("[tolerances]\ndrift_steps = -1", "tolerances.drift_steps", "of at least 0"),
        ('[tolerances]\ncounter = "flagg"', "tolerances.counter", "Write one of refuse, flag, ignore"),
        (
            "[tolerances]\nsecond_device_statuses = [400]",
            "tolerances.second_device_statuses[0]",
            "401, 403, 409, 422",
        ),
        ("[capabilities]\ntotp = 3", "capabilities", "the reason why not in quotes"),
        ("arrange = 3", "arrange", "Write a table"),
        ("[arrange]", "arrange.command", "missing"),
        ("environments = 3", "environments", "Write a list"),
        ("x =", "not TOML", "docs/profile.md"),
        ('url = "ftp://x"', "url", "no http(s) URL"),
        (
            'origin = "https://app.example.org/login"',
            "origin",
            "Write it as browsers do: https://app.example.org",
        ),
        ('rp_id = "example.org"', "rp_id", "Write rp_id = 'localhost'"),
        ('ca = "nowhere.pem"', "ca", "there is no file"),
        ('[sign_in]\nemail = "a@b.org"', "sign_in.email", "{unique} or {n}"),
        ('[sign_in]\nemail = "{uniq}@b.org"', "sign_in.email", "did you mean 'unique'"),
        ('[sign_in]\ncode = "1"\ncode_command = "x {email}"', "sign_in", "Keep one of them"),
        ('[sign_in]\ncode_command = "x"', "sign_in.code_command", "{email}"),
        ('[[environments]]\nid = "prod"', "environments[0].id", "a UUID in lower case"),
        ("[[environments]]\n", "environments[0].id", "missing"),
        (
            f'[[environments]]\nid = "{ID}"\n[[environments]]\nid = "{ID}"',
            "environments[1].id",
            "another entry",
        ),
        (
            f'[[environments]]\nid = "{ID}"\nsettings = {{sesion_based = true}}',
            "environments[0]",
            "session_based",
        ),
        ('[headers]\nauthorization = "${MFA_NOT_SET}"', "headers.authorization", "export MFA_NOT_SET="),
        ('[headers]\nauthorization = "${a b}"', "headers.authorization", "names no environment variable"),
        ("timeout = inf", "timeout", "Write a number of at most 86400"),
        ("timeout = 1e300", "timeout", "Write a number of at most 86400"),
        ("timeout = nan", "timeout", "Write a number above 0"),
        ("timeout = -1", "timeout", "Write a number above 0"),
        ("timeout = 2026-01-01", "timeout", "found a date. Write a number"),
        ("longest_wait = inf", "longest_wait", "at most 86400"),
        ("rate = inf", "rate", "at most 1000000"),
        ("rate = 1e-300", "rate", "of at least 0.001"),
        ("[sign_in]\ncommand_seconds = inf", "sign_in.command_seconds", "at most 86400"),
        ('[arrange]\ncommand = "x"\nseconds = inf', "arrange.seconds", "at most 86400"),
        ("[backend]\nleeway_seconds = inf", "backend.leeway_seconds", "at most 86400"),
        ("[tolerances]\nattempts = 99999999999", "tolerances.attempts", "at most 1000000"),
        (
            f"[tolerances]\ndrift_steps = {'9' * 30}",
            "the number at 'tolerances.drift_steps' has more than 64 bits",
            "",
        ),
        pytest.param(
            f"timeout = {'9' * 5000}", "it holds a number of thousands of digits", "", id="5000 digits"
        ),
        pytest.param(f"x = {'[' * 5000}{']' * 5000}", "nested more than 32 levels", "", id="5000 lists"),
        pytest.param(f"{'.'.join('a' * 500)} = 1", "nested more than 32 levels", "", id="500 tables"),
        pytest.param(f"# {'x' * 2**20}", "larger than 1 MiB", "Name the right file", id="a large file"),
        (
            f'[[environments]]\nid = "{ID}"\nsettings = {{actions = 5}}',
            "environments[0].settings",
            "actions: expected a list, found a whole number",
        ),
        (
            f'[[environments]]\nid = "{ID}"\nsettings = {{totp_period = 9223372036854775807}}',
            "environments[0].settings",
            "totp_period: expected 1 to 315360000",
        ),
        ('[headers]\nx-key = "caf\u00e9"', "headers.x-key", "not ASCII"),
        ('[headers]\nx-key = "a\\nb: c"', "headers.x-key", "a line break"),
        ('[headers]\n"x key" = "a"', "headers.'x key'", "no name of a header"),
        ('[headers]\nhost = "a"', "headers.host", "follows from the request itself"),
        ("[headers]\nx-key = 5", "headers.x-key", "Write text in quotes"),
        ('"a\\nb" = 1', r"'a\nb'", "unknown key"),
        ('url = ""', "url", "Write it with scheme and host"),
        ('url = "http://a b/"', "url", "it holds ' '"),
        ('url = "http://x\\ny/"', "url", r"it holds '\n'"),
        (
            'url = "http://b\u00fccher.example"',
            "url",
            "it holds '\u00fc' (a host in such letters has a form in ASCII",
        ),
        ('url = "http://\uff44ynamic.xyz"', "url", "has a form in ASCII"),
        ('url = "http://%64ynamic.xyz"', "url", "neither a host's name nor an address"),
        ('url = "http://127.1"', "url", "neither a host's name nor an address"),
        ('url = "http://a..b"', "url", "neither a host's name nor an address"),
        ('url = "http://[::1"', "url", "Write it with scheme and host"),
        ('url = "http://x:99999"', "url", "port out of range"),
        ('url = "http://x:"', "url", "its port is none"),
        ("url = 'http://a\\@localhost'", "url", "no http(s) URL"),
        ('origin = ""', "origin", "Write scheme and host"),
        (
            'origin = "https://App.example.org:443"',
            "origin",
            "Write it as browsers do: https://app.example.org",
        ),
        ('proxy = "http://ada:pa55@a b"', "proxy", "it holds ' '"),
        ('[sign_in]\nemail = "{unique} a@b.org"', "sign_in.email", "no e-mail address"),
        ('[sign_in]\ncode = ""', "sign_in.code", "an empty code"),
        ("""[sign_in]\ncode_command = "'{email}" """, "sign_in.code_command", "Close the quotation"),
        ('[arrange]\ncommand = " "', "arrange.command", "an empty command"),
        ('[capabilities]\ntotp = ""', "capabilities.totp", "a reason that says nothing"),
        ('[backend]\nsend = "token"', "backend.send", "Write 'authorization: Bearer {token}'"),
        ('[backend]\nsend = "caf\u00e9: {token}"', "backend.send", "no header"),
        ("[backend]\nclaims = {a = nan}", "backend.claims.a", "a token has no such value"),
        ("[backend]\nclaims = {a = 2026-01-01}", "backend.claims.a", "a token has no such value"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, text: str, key: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ProfileError) as refusal:
        Profile.load(path)
    line = str(refusal.value)
    assert line.startswith(f"{path}: {key}")
    assert words in line
    assert "\n" not in line
    assert "pa55" not in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"nowhere\.toml: cannot be read: no such file"):
        Profile.load(tmp_path / "nowhere.toml")


def test_a_file_without_end_is_not_read_to_it() -> None:
    with pytest.raises(ProfileError, match="/dev/zero: larger than 1 MiB"):
        Profile.load(Path("/dev/zero"))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert Profile.load(write(tmp_path, "\ufefftimeout = 3")).timeout == 3


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(b"timeout = 3\n# caf\xe9\n")
    with pytest.raises(ProfileError, match=r"not UTF-8 text \(byte 17, line 2\)\. Save the file as UTF-8"):
        Profile.load(path)


def test_secrets_come_from_the_environment_and_are_remembered_but_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MFA_TEST_KEY", "s3cret-value")
    profile = Profile.load(write(tmp_path, '[headers]\nx-key = "Key ${MFA_TEST_KEY} and $${not this}"'))
    assert profile.headers == {"x-key": "Key s3cret-value and ${not this}"}
    assert profile.secrets == ("s3cret-value",)
    assert "s3cret-value" not in repr(profile)


def test_an_empty_profile_is_one(tmp_path: Path) -> None:
    profile = Profile.load(write(tmp_path, ""))
    assert profile.tolerances == Tolerances()
    assert profile.sign_in.how == "unsaid"


def test_the_rp_id_is_the_origins_host_unless_said(tmp_path: Path) -> None:
    assert Profile.load(write(tmp_path, 'origin = "https://app.example.org"')).rp_id == "app.example.org"
    both = 'origin = "https://app.example.org"\nrp_id = "example.org"'
    assert Profile.load(write(tmp_path, both)).rp_id == "example.org"


def test_how_people_sign_in_follows_from_what_is_given(tmp_path: Path) -> None:
    assert Profile.load(write(tmp_path, '[sign_in]\ncode = "123456"')).sign_in.how == "email"
    assert Profile.load(write(tmp_path, '[sign_in]\ncode_command = "mail {email}"')).sign_in.how == "email"
    by_jwt = '[sign_in]\nexternal_jwt_command = "mint {email}"'
    assert Profile.load(write(tmp_path, by_jwt)).sign_in.how == "external-jwt"


def test_a_capability_is_lacking_with_a_reason(tmp_path: Path) -> None:
    text = '[capabilities]\npasskeys = false\nstep-up = "our server has none"\ncookie-mode = true'
    profile = Profile.load(write(tmp_path, text))
    assert profile.has("totp")
    assert profile.why_not("passkeys") == "the profile says passkeys = false"
    assert profile.why_not("step-up") == "our server has none"
    assert profile.has("cookie-mode")
    assert "does not claim 'email-mfa'" in profile.why_not("email-mfa")


def test_what_the_kind_of_target_cannot_do_outweighs_the_file(tmp_path: Path) -> None:
    profile = Profile.load(write(tmp_path, "[capabilities]\nclock = true")).amended(clock="its time is real")
    assert profile.why_not("clock") == "its time is real"
    unsaid = Profile()
    assert unsaid.amended(clock=True).has("clock")
    assert not msgspec.structs.replace(unsaid, capabilities={"clock": False}).amended(clock=True).has("clock")


def test_a_capability_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Profile.default().has("totps")


def test_the_default_profile_claims_everything() -> None:
    assert all(Profile.default().has(name) for name in CAPABILITIES)


def test_every_capability_is_explained_in_a_sentence() -> None:
    assert all(capability.sentence.endswith(".") for capability in CAPABILITIES.values())


def test_the_reference_servers_own_settings_are_what_its_profile_declares() -> None:
    assert make_settings(Profile.default().server_settings()) == Settings()


def test_our_server_can_be_made_into_what_a_profile_declares() -> None:
    declared = Tolerances(
        drift_steps=0,
        second_device_statuses=(409,),
        enrolment_route="register",
        counter="ignore",
        deletion_authority="mfa-token",
        recovery_codes_after_acknowledgement="hidden",
        recovery_code_case="sensitive",
    )
    settings = make_settings(declared.as_settings())
    assert settings.totp_drift_steps == 0
    assert settings.second_device_status == 409
    assert settings.enrolment_route == "register"
    assert settings.passkey_counter == "ignore"
    assert settings.deletion_proof == "mfa_token"
    assert not settings.recovery_codes_after_acknowledgement
    assert not settings.recovery_codes_ignore_case
