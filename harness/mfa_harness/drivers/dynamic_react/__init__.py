"""The vendor's React SDK in headless Chromium as a driver: `python -m mfa_harness.drivers.dynamic_react`."""
