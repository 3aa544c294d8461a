"""The vendor's React Native client behind the driver protocol: `python -m mfa_harness.drivers.dynamic_react_native`."""
