"""Expected failures: checks that may fail for now, each with a reason, in a file that must not go stale."""
