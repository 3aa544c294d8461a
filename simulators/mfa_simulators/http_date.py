"""Dates of HTTP headers (RFC 9110 5.6.7), as whoever answers writes them: well, oddly, or not at all."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime


def http_date(text: str) -> float:
    """The instant that a header names, in seconds since 1970; one without a zone, or with -0000, is UTC.

    Raises:
        ValueError: it names none.
    """
    try:
        told = parsedate_to_datetime(text)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except OverflowError as error:  # a year of twenty digits
        raise ValueError(f"{text[:80]!r} is no date") from error
