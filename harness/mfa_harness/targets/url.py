"""A server by its URL: ours with a control plane, or anybody's with a profile."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import httpx

from mfa_harness.targets.addresses import Addresses
from mfa_harness.targets.arranging import Arranger
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.control import ControlledEnvironment, ControlPlane
from mfa_harness.targets.diagnosis import ails, diagnose
from mfa_harness.targets.living import LivingEnvironment
from mfa_harness.targets.matching import find_environment, no_environment
from mfa_harness.targets.profile import Profile, ProfileError
from mfa_harness.targets.reach import HeaderTransport, api_base, demand_leave, is_loopback, open_transport
from mfa_harness.targets.reference import START
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import NotApplicable
from mfa_simulators.client.pool import ConnectionPool
from mfa_simulators.clock import SYSTEM_CLOCK, OffsetClock, VirtualClock
from mfa_simulators.http_date import http_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.targets.environment import WireEnvironment
    from mfa_harness.targets.profile import NamedEnvironment

_NO_CLIENT: Final = "no client SDK is tested here: --client names its driver"
_SKEW_WORTH_SAYING: Final = 5.0  # seconds; the Date header has whole seconds


class UrlTarget:
    """`http(s)://...`, and what `asgi:` and `exec:` come down to.

    Args:
        url: as typed.
        profile: what the user says of it; none is needed where there is a control plane.
        seed: of the run.
        note: told what a person should know.
        transport: what reaches it; by default a pool of sockets.
        name: TARGET as typed, when that is not the url.
        contact: pace and patience; by default by the profile.
        driven: whether a client's driver is between: time is real then, as an SDK's is, and the wire may be another.
    """

    def __init__(
        self,
        url: str,
        *,
        profile: Profile | None = None,
        seed: str = "0",
        note: Callable[[str], None],
        transport: httpx.BaseTransport | None = None,
        name: str = "",
        contact: Contact | None = None,
        driven: bool = False,
    ) -> None:
        self.name = name or url
        self.label = f"the server at {url}"
        self.base_url = api_base(url, any_path=driven)
        self.profile = profile or Profile.default()
        self._has_file = profile is not None
        self._seed = seed
        self._note = note
        self._transport = transport
        self._contact = contact
        self._control: ControlPlane | None = None
        self._given_to: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._arranger: Arranger | None = None
        self._scenarios: Counter[str] = Counter()
        self._driven = driven

    def open(self) -> None:
        """Look for a control plane; without one, see that the profile's environment answers.

        Raises:
            TargetError: not reachable, not such an API, or the profile lacks what is needed.
        """
        demand_leave(self.base_url, self.profile)
        self._inner = HeaderTransport(
            self._transport or open_transport(self.base_url, self.profile), self.profile.headers
        )
        self.http = ConnectionPool(transport=self._inner, trust_env=False, timeout=self.profile.timeout)
        try:
            self._make_contact()
        except BaseException:
            self.close()
            raise

    def _make_contact(self) -> None:
        self._control = ControlPlane.find(self.http, self.base_url)
        if self._contact is None:
            wall = self._control is None
            self._contact = Contact(rate=self.profile.rate, wall_clock=wall, note=self._note)
        if self._control is not None:
            self.profile = self.profile.amended(
                clock=True,
                settings_change=True,
                admin_reset=True,
                external_jwt=True,
                email_sign_in=True,
                sms_sign_in=True,
                notices=True,
                log="the log of another process cannot be read",
                client_sdk=_NO_CLIENT,
            )
            return
        self._demand_profile()
        self._addresses = Addresses(self.profile.sign_in.email)
        if self.profile.arrange is not None:
            self._arranger = Arranger(self.profile.arrange, self.profile)
        self.profile = _without_control(self.profile)
        if self.profile.environments:
            self.look_at(self.profile.environments[0].id)

    @property
    def has_control(self) -> bool:
        """Whether environments are made through a control plane."""
        return self._control is not None

    def look_at(self, environment_id: str) -> httpx.Response:
        """GET an environment's public settings.

        Raises:
            TargetError: what answers is no account-MFA API; names the likely cause.
        """
        url = f"{self.base_url}/sdk/{environment_id}/settings"
        try:
            response = self.http.get(url)
        except httpx.RequestError as error:
            raise diagnose(f"GET {url}", url, error=error) from error
        if ails(response):
            ailment = diagnose(f"GET {url}", url, response=response)
            if not self._driven:
                raise ailment
            self._note(
                f"GET {url}: {ailment.found}. That is right where the driver is an adapter to another wire; "
                f"else: {ailment.mend}"
            )
        skew = clock_skew(response.headers)
        if skew is not None and abs(skew) > _SKEW_WORTH_SAYING:
            self._note(
                f"the target's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} "
                "this machine's: codes may be refused for it"
            )
        return response

    def _demand_profile(self) -> None:
        if not self._has_file:
            raise TargetError(
                f"target {self.name!r}",
                "it has no control plane, and there is no profile to say which environments to use",
                f"Write one with `mfa-harness init {self.name} --environment ID`; give it as --profile",
            )
        profile = self.profile
        if not profile.environments and profile.arrange is None:
            raise ProfileError(
                f"{profile.file}: environments",
                "no environment to use",
                "Add [[environments]] with an id, or [arrange]",
            )
        fixed = any(environment.settings.get("email_code") for environment in profile.environments)
        if profile.sign_in.how == "unsaid" and not fixed:
            raise ProfileError(
                f"{profile.file}: sign_in",
                "it does not say how users sign in",
                "Add code (a fixed e-mail code), code_command or external_jwt_command to [sign_in]",
            )

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> WireEnvironment:
        """An environment with these settings: made, found in the profile, or arranged by its program.

        A scenario that is written `{check}/{word}` wants another environment than `{check}` has.

        Raises:
            NotApplicable: none has them, or the scenario may not be run here.
            Blocked: it could not be made.
            ScenarioError: a setting that does not exist.
        """
        if why := self.would_refuse(settings, locks_out=locks_out):
            raise NotApplicable(why)
        if self._control is not None:
            return self._make(self._control, settings, scenario=scenario, locks_out=locks_out)
        return self._find(settings, scenario=scenario, locks_out=locks_out)

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool, scenario: str = "") -> str:
        """Why `arrange` would say n/a to these settings, told without arranging; "" if it would not.

        Args:
            settings: as for `arrange`.
            locks_out: as for `arrange`.
            scenario: as for `arrange`; "" for the first environment of any.

        Raises:
            ScenarioError: a setting that does not exist.
        """
        if locks_out and not is_loopback(self.base_url) and not self.profile.allow.locks_out:
            return "it locks accounts, and the profile does not say [allow] locks_out = true"
        if self._control is not None or self.profile.arrange is not None:
            return ""
        check, _, other = scenario.partition("/")
        named = self._named(settings, self._given_to.get(check, ("", {})) if other else ("", {}))
        if named is None:
            return no_environment(settings)
        if scenario and not other:
            self._given_to[check] = (named.id, dict(settings))
        return ""

    def _make(
        self, control: ControlPlane, settings: Mapping[str, Any], *, scenario: str, locks_out: bool
    ) -> ControlledEnvironment:
        seed = f"{self._seed}//{scenario}"  # as the target in process has it, so that runs are alike
        self._scenarios[scenario] += 1
        if self._scenarios[scenario] > 1:
            seed += f"/{self._scenarios[scenario]}"
        declared = {**self.profile.server_settings(), **settings}
        made = control.make(declared, seed=seed, clock=None if self._driven else START)
        origin, rp_id = self.profile.site(declared)
        return ControlledEnvironment(
            control,
            OffsetClock() if self._driven else VirtualClock(START),
            made,
            origin=origin,
            rp_id=rp_id,
            settings=settings,
            inner=self._inner,
            contact=self.contact,
            profile=self.profile,
            seed=seed,
            locks_out=locks_out,
        )

    def _find(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> LivingEnvironment:
        base_url = self.base_url
        check, _, other = scenario.partition("/")
        before = self._given_to.get(check, ("", {})) if other else ("", {})
        named = self._named(settings, before)
        if named is not None:
            environment_id, known = named.id, named.settings
        elif self._arranger is not None:
            arranged = self._arranger.find(settings, other_than=before[0])
            environment_id, known = arranged.environment_id, dict(settings)
            base_url = arranged.base_url or base_url
        else:
            raise NotApplicable(no_environment(settings))
        if not other:
            self._given_to[check] = (environment_id, dict(settings))
        origin, rp_id = self.profile.site(known)
        return LivingEnvironment(
            base_url,
            environment_id,
            origin=origin,
            rp_id=rp_id,
            settings=settings,
            clock=SYSTEM_CLOCK,
            inner=self._inner,
            contact=self.contact,
            profile=self.profile,
            locks_out=locks_out,
            addresses=self._addresses,
            fixed_code=known.get("email_code"),
        )

    def _named(
        self, settings: Mapping[str, Any], before: tuple[str, Mapping[str, Any]]
    ) -> NamedEnvironment | None:
        """The profile's environment for these settings, and not the one the scenario has already."""
        taken, with_settings = before
        left = [each for each in self.profile.environments if each.id != taken]
        found = find_environment(left, settings)
        if found is None and taken and self._arranger is None and settings == with_settings:
            return next(iter(left), None)  # only to be another one is what it is wanted for
        return found

    @property
    def contact(self) -> Contact:
        """Pace and patience, once `open` was called."""
        assert self._contact is not None, "open() comes first"
        return self._contact

    def close(self) -> list[str]:
        """Close the connections."""
        if hasattr(self, "http"):
            self.http.close()
        return []


def clock_skew(headers: Mapping[str, str]) -> float | None:
    """How many seconds the server's clock is ahead of ours, by its Date header; None without one."""
    try:
        there = http_date(headers.get("date", ""))
    except ValueError:
        return None
    return there - SYSTEM_CLOCK.now()


def _without_control(profile: Profile) -> Profile:
    """The profile of a target whose insides we cannot reach."""
    lacking: dict[str, bool | str] = {
        "clock": "the target's time is real: no control plane moves its clock",
        "settings_change": "no control plane changes the target's settings",
        "admin_reset": "no control plane performs 'Reset MFA'",
        "sms_sign_in": "nothing reads the text messages that the target sends",
        "notices": "no control plane tells what users are told of their factors",
        "log": "the log of another process cannot be read",
        "client_sdk": _NO_CLIENT,
    }
    sign_in = profile.sign_in
    fixed = any(environment.settings.get("email_code") for environment in profile.environments)
    if sign_in.how != "email" and not fixed:
        lacking["email_sign_in"] = "the profile's [sign_in] does not say how to read an e-mail code"
    if sign_in.external_jwt_command is None:
        lacking["external_jwt"] = "the profile has no sign_in.external_jwt_command"
    elif profile.capabilities.get("external-jwt") is None:
        lacking["external_jwt"] = True
    if len(profile.environments) < 2 and profile.arrange is None:  # noqa: PLR2004
        lacking["two_environments"] = "the profile names one environment only"
    return profile.amended(**lacking)
