"""`python -m mfa_harness` is `mfa-harness`."""

from __future__ import annotations

import sys

from mfa_harness.cli import main

sys.exit(main())
