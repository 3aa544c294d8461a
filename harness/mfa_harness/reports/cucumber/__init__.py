"""Cucumber Messages: the run for every tool that reads what a Cucumber writes (HTML formatter, plugins, dashboards).

One JSON object a line, in the order in which a Cucumber would have sent them, as of version 34.2 of the schema.

* **Times.** Durations are the run's. The beginning is not: the events of a run hold no absolute time, so that two runs
  of one seed can be compared, and the first timestamp is therefore that of 1970-01-01. A check is timed as a whole; its
  time stands at the step that it ended with, and its other steps have none.
* **Ids** are counted from 0, so that the same events always give the same messages.
* **Verdicts.** `fail`, `blocked` and `error` are FAILED at the step where it happened, with the verdict as the type of
  the exception. `n/a` is SKIPPED with its reason, and so is a failure that was expected: neither makes a run fail. A
  `warn` is PASSED with the warning attached, since Cucumber knows no step that should have gone otherwise. A step that
  was not carried out is SKIPPED after any of these; a check that warned before its last step is hence skipped as a
  whole, and never shown as if all of it had been seen to hold.
* **Attachments.** What a failure says on a terminal, and what went over the wire, secrets masked.
* **Step definitions.** The events do not tell which of ours a sentence was read by; all have the same one, which reads
  any sentence.
"""

from __future__ import annotations

from mfa_harness.reports.cucumber.messages import render

__all__ = ["render"]
