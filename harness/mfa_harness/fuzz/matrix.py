"""The proof of the fuzzer: how many steps it takes to find each stateful fault of our reference server.

`python -m mfa_harness.fuzz.matrix docs/fuzz-matrix.md` writes the table; names of faults after it take only those.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.scenario.run import Run
from mfa_harness.targets.reference import ReferenceTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEEDS: Final = (1, 2, 3)
STEPS: Final = 2000
_SEEDS: Final = ", ".join(map(str, SEEDS))

_FORM = "about the form of one answer, whatever came before: scenarios look at it"
_FORGED = "about forged tokens, whatever came before: scenarios forge them"
_BYTES = "about the bytes of one response, whatever came before: scenarios make them"
_BROWSER = "about who may ask, by headers that no person sets: scenarios set them"
NOT_STATEFUL: Final = {
    "no-op": "nothing is wrong: a finding would be a lie",
    "secret-short": _FORM,
    "secret-predictable": _FORM,
    "secret-readable-later": _FORM,
    "uri-malformed": _FORM,
    "uri-injection": _FORM,
    "secret-cacheable": _FORM,
    "recovery-codes-guessable": _FORM,
    "passkey-challenge-short": _FORM,
    "passkey-not-excluded": _FORM,
    "no-retry-after": _FORM,
    "errors-tell-apart": _FORM,
    "step-up-lists-others": _FORM,
    "token-algorithm-open": _FORGED,
    "token-signature-unchecked": _FORGED,
    "token-brings-its-key": _FORGED,
    "other-environment-token": _FORGED,
    "passkey-rp-id-from-request": _BYTES,
    "passkey-cross-origin-accepted": _BYTES,
    "passkey-user-verification-unchecked": _BYTES,
    "passkey-algorithm-unchecked": _BYTES,
    "passkey-backup-flags-unchecked": _BYTES,
    "passkey-id-too-long": _BYTES,
    "passkey-malformed-500": _BYTES,
    "passkey-origin-by-prefix": _BYTES,
    "passkey-origin-by-suffix": _BYTES,
    "passkey-scheme-unchecked": _BYTES,
    "passkey-port-unchecked": _BYTES,
    "passkey-future-refused": _BYTES,
    "passkey-backup-eligibility-changes": _BYTES,
    "odd-code-500": _BYTES,
    "leading-zeros-ignored": _BYTES,
    "code-type-ignored": _BYTES,
    "token-without-audience": _FORM,
    "refusal-without-known-code": _FORM,
    "public-settings-wrong": _FORM,
    "scope-as-list": _FORM,
    "clock-from-request": _BROWSER,
    "limit-by-header": _BROWSER,
    "cors-open": _BROWSER,
    "csrf-open": _BROWSER,
    "codes-in-log": "about the log, which is not part of the account",
    "no-notice": "about notices, which are not part of the account",
    "step-rounded": "about the very second of a step's end: a scenario goes there",
}
"""Faults that are not about what came before, and where they are looked for instead."""

NOT_REACHED: Final = {
    "disabled-method-enrols": "no opening switches a method off",
    "methods-coupled": "no opening switches a method off",
    "passkey-makes-account": "no rule signs in with a passkey that nobody registered",
    "passkey-challenge-of-other-session": "no rule answers in one session what another was asked",
    "codes-shown-for-ever": "the reference's profile shows codes again after acknowledgement",
    "passkey-counter-unchecked": "no rule clones a passkey",
    "passkey-counter-zero-refused": "passkeys of the rules count from the start",
    "passkeys-unbounded": "it takes eleven passkeys of one person, and a story has fewer steps",
    "limit-by-spelling": "no rule spells an address differently",
    "limit-race": "no rule guesses at once",
}
"""Stateful faults that no rule or opening leads to, with the reason."""

NOT_EVERY_SEED: Final = {
    "deleting-last-method-frees": "five acts in a row, her only method deleted with fresh MFA among them",
    "unverified-default": "three acts in a row, within one full session",
    "elevated-token-never-expires": "three acts in a row, with minutes between them and the session still alive",
    "mfa-lifts-every-session": "five acts in a row, in two gated sessions",
    "unverified-app-passes-gate": "four acts in a row by who has a passkey, in two sessions",
    "deleted-passkey-works": "four acts in a row, two passkeys among them",
    "passkey-challenge-reusable": "two acts in a row, of who has a passkey",
    "passkey-type-unchecked": "one of seven wrong responses, of who has a passkey and still her session",
    "passkey-signature-unchecked": "one of seven wrong responses, of who has a passkey and still her session",
    "passkey-rp-id-unchecked": "one of seven wrong responses, of who has a passkey and still her session",
}
"""Stateful faults that stories find, but not within the steps on every seed, with the reason."""


class Row(msgspec.Struct, frozen=True):
    """One fault: the steps to the first finding by seed (None: not found), and the requirements that named it."""

    slug: str
    id: str
    steps: tuple[int | None, ...]
    requirements: tuple[str, ...]

    @property
    def median(self) -> int | None:
        """Steps to find, over the seeds; None where not all found it."""
        found = [each for each in self.steps if each is not None]
        return round(statistics.median(found)) if len(found) == len(self.steps) else None


def row_of(slug: str, fault_id: str, *, seeds: Sequence[int] = SEEDS, steps: int = STEPS) -> Row:
    """Look for one fault, once a seed."""
    found: list[int | None] = []
    names: dict[str, None] = {}
    for seed in seeds:
        target = ReferenceTarget([slug])
        target.open()
        explorer = Explorer(Run(target, seed="0"), seed=seed, steps=steps, only_first=True)
        explorer.explore()
        target.close()
        found.append(explorer.findings[0].steps if explorer.findings else None)
        names |= dict.fromkeys(finding.requirement for finding in explorer.findings)
    return Row(slug, fault_id, tuple(found), tuple(names))


def stateful() -> Iterator[tuple[str, str]]:
    """The slug and id of every fault that stories should find."""
    from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415 - loads the whole server

    for slug, fault in FAULTS.items():
        if slug not in NOT_STATEFUL and slug not in NOT_REACHED:
            yield slug, fault.id


def as_markdown(rows: Iterable[Row], *, steps: int = STEPS, left: Sequence[str] = ()) -> str:
    """The table as a page; `left` are faults that were not measured this time."""
    lines = [
        "# What fuzzing finds",
        "",
        "Written by `python -m mfa_harness.fuzz.matrix docs/fuzz-matrix.md`: how many steps (acts of people)",
        f"`mfa-harness fuzz reference:FAULT` takes to its first finding, on the seeds {_SEEDS}, of {steps:,} at most.",
        "",
        "| fault | | steps, by seed | median | requirements named |",
        "|---|---|---|---|---|",
    ]
    rows = list(rows)
    for row in rows:
        found = ", ".join("not found" if each is None else str(each) for each in row.steps)
        median = "" if row.median is None else str(row.median)
        lines.append(f"| {row.id} | {row.slug} | {found} | {median} | {', '.join(row.requirements)} |")
    complete = sum(row.median is not None for row in rows)
    lines += ["", f"Found on every seed: {complete} of {len(rows)}.", ""]
    if left:
        lines += [f"Not measured yet ({len(left)}): {', '.join(left)}.", ""]
    lines += ["## Where not, and why", ""]
    for title, table in (
        ("Found, but not on every seed within so few steps", NOT_EVERY_SEED),
        ("Stateful, and not reached", NOT_REACHED),
        ("Not stateful", NOT_STATEFUL),
    ):
        lines += [f"{title}:", ""]
        lines += [f"- `{slug}`: {reason}" for slug, reason in table.items()]
        lines.append("")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Write the page; 1 where a fault was not found on every seed and nobody has said why."""
    path, wanted = Path(arguments[0]), set(arguments[1:])
    rows = []
    for slug, fault_id in stateful():
        if wanted and slug not in wanted and fault_id not in wanted:
            continue
        rows.append(row_of(slug, fault_id))
        sys.stdout.write(f"{fault_id} {slug}: {rows[-1].steps} {', '.join(rows[-1].requirements)}\n")
        sys.stdout.flush()
    path.write_text(as_markdown(rows), encoding="utf-8")
    return int(any(row.median is None and row.slug not in NOT_EVERY_SEED for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
