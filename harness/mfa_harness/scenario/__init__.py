"""One scenario while it runs: its world, its people, and what they see."""
