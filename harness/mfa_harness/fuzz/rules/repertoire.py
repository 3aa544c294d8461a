"""Rules, made ready to be asked at every step what makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_harness.fuzz.model import Model
    from mfa_harness.fuzz.rules.rule import Rule, When
    from mfa_harness.fuzz.words import Act


class _Kind(NamedTuple):
    """What a rule is to one person: the acts that take nothing besides, and the others by what they take."""

    name: str
    when: When | None
    acts: list[Act]
    others: tuple[tuple[When, list[Act]], ...]


class _Part(NamedTuple):
    """What one person may do: some of it whatever the state is."""

    sure: dict[str, list[Act]]
    unsure: tuple[_Kind, ...]


class Repertoire:
    """Rules.

    Args:
        rules: all that can be done.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._parts: dict[tuple[str, bool, bool], _Part] = {}

    def offered(self, model: Model) -> dict[str, list[Act]]:
        """Everything that makes sense in a state, by rule. The lists are not to be changed."""
        found: dict[str, list[Act]] = {}
        for who, account in model.accounts.items():
            key = who, model.alive(account), bool(account.way)
            part = self._parts.get(key) or self._part(*key)
            possible = dict(part.sure)
            for name, when, acts, others in part.unsure:
                if when is not None and not when(model, account):
                    continue
                if acts:
                    possible[name] = acts
                for takes, more in others:
                    if takes(model, account):
                        possible[name] = possible[name] + more if name in possible else more
            found = _together(found, possible) if found else possible
        return found

    def _part(self, who: str, signed_in: bool, came_otherwise: bool) -> _Part:
        sure: dict[str, list[Act]] = {}
        unsure: list[_Kind] = []
        for rule in self._rules:
            if not rule.is_for(who, signed_in=signed_in, came_otherwise=came_otherwise):
                continue
            acts: dict[When | None, list[Act]] = {}
            for act, takes in rule.acts_of(who):
                acts.setdefault(takes, []).append(act)
            plain = acts.pop(None, [])
            others = tuple((takes, more) for takes, more in acts.items() if takes is not None)
            if rule.when is None and not others:
                sure[rule.name] = plain
            else:
                unsure.append(_Kind(rule.name, rule.when, plain, others))
        return self._parts.setdefault((who, signed_in, came_otherwise), _Part(sure, tuple(unsure)))


def _together(one: dict[str, list[Act]], another: dict[str, list[Act]]) -> dict[str, list[Act]]:
    return {**one, **{name: one.get(name, []) + acts for name, acts in another.items()}}
