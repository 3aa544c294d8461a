"""Hypothesis's draws, the same in every process that has the same seed.

Now and then Hypothesis draws a number that stands in the code of a module that happens to be loaded, if it is no
library's. So a seed would tell other stories with another adapter, report or test file beside it. There is no setting
for that; what it collects is put aside here, by the names that it has inside. Where a later version has others nothing
is put aside, and the test of this says so.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis.internal.conjecture import providers

if TYPE_CHECKING:
    from collections.abc import Iterator

_CACHED = 1024  # as many as Hypothesis keeps


@contextmanager
def same_everywhere() -> Iterator[None]:
    """Whatever is drawn meanwhile depends on the seed alone."""
    names = collects, kind, cached = "_get_local_constants", "Constants", "CONSTANTS_CACHE"
    with ExitStack() as stack:
        if all(hasattr(providers, name) for name in names):
            nothing = getattr(providers, kind)()
            fresh = type(getattr(providers, cached))(_CACHED)
            stack.enter_context(patch.object(providers, collects, lambda: nothing))
            stack.enter_context(patch.object(providers, cached, fresh))
        yield
