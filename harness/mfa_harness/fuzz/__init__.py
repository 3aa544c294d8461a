"""Fuzzing: a model of the account, a search for its shortest breach, a scenario to keep."""
