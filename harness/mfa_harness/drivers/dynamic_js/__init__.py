"""The vendor's JavaScript SDK behind the driver protocol: `python -m mfa_harness.drivers.dynamic_js`."""
