"""The bodies of the wire, to the field name and the casing."""
