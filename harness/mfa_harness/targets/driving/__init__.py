"""Client SDKs under test, and adapters to another wire: the driver protocol, from our side."""
