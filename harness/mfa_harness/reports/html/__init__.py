"""The run as one page of HTML, for a manager first and for an engineer below; nothing on it is loaded from elsewhere.

It reads, and prints, without its script: that adds only the filter, the buttons that copy, and the choice between light
and dark. What others wrote is text and nothing else on it: it is escaped, what would steer a reader's eye (control
characters, changes of writing direction) is spelt out, and a content security policy lets no script run but ours.
"""

from __future__ import annotations

from mfa_harness.reports.html.page import render

__all__ = ["render"]
