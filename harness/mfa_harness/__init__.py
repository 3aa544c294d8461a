"""Drives a target through the Gherkin suite, judges it, and reports."""

from __future__ import annotations

__version__ = "0.1.0"
