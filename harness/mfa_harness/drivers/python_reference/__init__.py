"""The reference client behind the driver protocol: `python -m mfa_harness.drivers.python_reference`."""
