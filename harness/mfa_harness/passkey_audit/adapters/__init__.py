"""Adapters: well-known libraries and our own strict relying party, each as a relying party that can be audited."""
