"""The profile's `arrange` program: environments made, or found, as scenarios ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_harness.targets.programs import run_program
from mfa_harness.targets.reach import demand_leave
from mfa_harness.verdicts import Blocked, NotApplicable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_harness.targets.profile import Arrange, Profile

_QUOTED = 100


class Arranged(msgspec.Struct, frozen=True, rename="camel"):
    """What the program prints: an environment, or why it cannot make one."""

    environment_id: str = ""
    base_url: str = ""
    not_applicable: str = ""


class Arranger:
    """Runs the program once for each combination of settings: it may be slow, and users are fresh anyway."""

    def __init__(self, program: Arrange, profile: Profile) -> None:
        self._program = program
        self._profile = profile
        self._made: dict[bytes, Arranged] = {}

    def find(self, settings: Mapping[str, Any], *, other_than: str = "") -> Arranged:
        """An environment with these settings.

        Args:
            settings: as the scenario asks for them.
            other_than: the id of one that has them already, when another is wanted.

        Raises:
            NotApplicable: the program says that there is none.
            Blocked: it fails, or what it prints cannot be understood.
            TargetError: it leads to hosts of the vendor's.
        """
        given = msgspec.json.encode(dict(settings), order="sorted")
        if other_than:
            arranged = self._run(given)  # the same question again; its answer is not kept
            if arranged.environment_id == other_than:
                raise NotApplicable(
                    "the profile's arrange program has one environment only for these settings"
                )
        else:
            if given not in self._made:
                self._made[given] = self._run(given)
            arranged = self._made[given]
        if arranged.not_applicable:
            raise NotApplicable(f"the profile's arrange program: {arranged.not_applicable}")
        if arranged.base_url:
            demand_leave(arranged.base_url, self._profile)
        return arranged

    def _run(self, given: bytes) -> Arranged:
        program = self._program
        wanted = f"arrange an environment with {given.decode()}"
        printed = run_program(
            program.command, wanted, folder=self._profile.folder, seconds=program.seconds, given=given
        )
        try:
            arranged = msgspec.json.decode(printed.splitlines()[-1], type=Arranged)
        except (ValueError, RecursionError) as error:
            found = f"{program.command!r} printed {printed[:_QUOTED]!r}, no JSON object: {error}"
            raise Blocked(wanted, found) from None
        if not arranged.environment_id and not arranged.not_applicable:
            raise Blocked(wanted, f"{program.command!r} printed neither environmentId nor notApplicable")
        return arranged
