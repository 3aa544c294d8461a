"""What listens to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mfa_harness.events import Event


class Reporter(Protocol):
    """A consumer of a run's events: the terminal, or a report on its way to a file.

    A run tells it `RunStarted` first and `RunFinished` last, also when it was interrupted; never two at once.
    """

    def on_event(self, event: Event) -> None:
        """Take the next event of the run."""

    def close(self) -> None:
        """Let go of the terminal or file; called by whoever made it, whatever became of the run."""
