"""`mfa-harness list`: everything that has a name, for people and as JSON for scripts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def listing(
    topic: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC",
            help="requirements, scenarios, steps, faults, unbound, capabilities or facts.",
            show_default=False,
        ),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List what has a name; without a TOPIC, say how much there is of each.

    \b
      mfa-harness list scenarios
      mfa-harness list faults --json
    """  # noqa: D301 - click reads the \b
    from mfa_harness.commands import page  # noqa: PLC0415
    from mfa_harness.commands.catalogue import Catalogue  # noqa: PLC0415
    from mfa_harness.commands.topics import TOPICS  # noqa: PLC0415
    from mfa_harness.usage import unknown  # noqa: PLC0415

    catalogue = Catalogue()
    if topic:
        if topic not in TOPICS:
            raise unknown("topic", topic, TOPICS)
        if json:
            page.write_json(TOPICS[topic].objects(catalogue))
        else:
            page.write(page.columns(TOPICS[topic].rows(catalogue), page.width()))
            if footnotes := TOPICS[topic].footnotes:
                sys.stdout.flush()
                sys.stderr.writelines(f"{line}\n" for line in ("", *footnotes))
        return
    counts = {name: len(each.objects(catalogue)) for name, each in TOPICS.items()}
    if json:
        page.write_json(counts)
    else:
        page.write(
            f"{count:>4}  mfa-harness list {name:<12}  {TOPICS[name].what}" for name, count in counts.items()
        )
