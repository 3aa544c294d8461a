"""Attestation statement formats (WebAuthn L3 section 8): one module a format."""
