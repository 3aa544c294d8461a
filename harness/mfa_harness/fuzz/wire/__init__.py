"""Bytes: requests that no client sends, and what must never come back of them."""
