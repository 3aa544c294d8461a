"""What `list` and `explain` know: requirements, checks, sentences, faults, capabilities, the vendor's facts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_harness.facts import Fact
    from mfa_harness.faults import Fault
    from mfa_harness.requirements import Requirement
    from mfa_harness.steps.sentence import Sentence
    from mfa_harness.suite import Check
    from mfa_harness.targets.capabilities import Capability


class Catalogue:
    """Everything that has a name. Each part is loaded at its first use: the faults bring the whole server."""

    @cached_property
    def requirements(self) -> Mapping[str, Requirement]:
        """Requirements by id, in the order of the catalogue."""
        from mfa_harness import requirements  # noqa: PLC0415

        return requirements.load()

    @cached_property
    def checks(self) -> list[Check]:
        """The checks of our suite, of MFA servers and of backends, in the order they run."""
        from mfa_harness import suite  # noqa: PLC0415

        return suite.checks(backend=None)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences that a scenario may use."""
        from mfa_harness import steps  # noqa: PLC0415

        return steps.catalogue()

    @cached_property
    def _lines_used(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.text for check in self.checks for step in check.steps))

    def lines_of(self, sentence: Sentence) -> list[str]:
        """Lines of a sentence that can be pasted into a scenario, keyword included."""
        from mfa_harness.steps.sentence import lines_of  # noqa: PLC0415

        return lines_of(sentence, self._lines_used)

    @cached_property
    def faults(self) -> Mapping[str, Fault]:
        """The faults of the reference server and of the reference client, by slug."""
        from mfa_harness.faults import ALL_FAULTS  # noqa: PLC0415

        return ALL_FAULTS

    @cached_property
    def capabilities(self) -> Mapping[str, Capability]:
        """What a target may have or lack, by name."""
        from mfa_harness.targets.capabilities import CAPABILITIES  # noqa: PLC0415

        return CAPABILITIES

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What the vendor documents, by the id that sources cite it with."""
        from mfa_harness import facts  # noqa: PLC0415

        return facts.load()

    def requirements_resting_on(self, fact: str) -> list[Requirement]:
        """The requirements that name a fact among their sources."""
        from mfa_harness import facts  # noqa: PLC0415

        return [each for each in self.requirements.values() if fact in facts.cited(each.sources)]

    def checks_of(self, requirement: str | None) -> list[Check]:
        """The checks that stand for a requirement."""
        return [check for check in self.checks if requirement and check.requirement == requirement]

    def faults_of(self, requirement: str | None) -> list[Fault]:
        """The faults that break a requirement."""
        return [fault for fault in self.faults.values() if requirement and fault.requirement == requirement]

    @cached_property
    def _bound(self) -> Mapping[str, tuple[str, ...]]:
        from mfa_harness import bindings  # noqa: PLC0415

        return bindings.load(self.checks, self.faults)

    def checks_that_catch(self, fault: str) -> list[Check]:
        """The checks that are bound to a fault, by its slug: see `mfa-harness self-test`."""
        bound = self._bound.get(fault, ())
        return [check for check in self.checks if check.id in bound]

    def faults_caught_by(self, check_id: str) -> list[Fault]:
        """The faults that a check is there to catch."""
        return [fault for slug, fault in self.faults.items() if check_id in self._bound.get(slug, ())]

    @cached_property
    def unbound(self) -> Mapping[str, str]:
        """Why a check that is bound to no fault is not, by its id; those of backends have faulty backends instead."""
        from mfa_harness import bindings  # noqa: PLC0415

        return bindings.unbound([check for check in self.checks if not check.for_backend], self.faults)

    def names(self) -> Iterator[str]:
        """Every name that `explain` takes, but for the sentences."""
        yield from self.requirements
        yield from (check.id for check in self.checks)
        yield from self.faults
        yield from (fault.id for fault in self.faults.values())
        yield from self.capabilities
        yield from self.facts
