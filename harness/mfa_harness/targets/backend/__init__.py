"""A team's own backend as the thing under test: what it is shown, and what it answers."""
