"""Drivers that ship: each folder is one, to be run and to be copied from. docs/driver.md says how to write another."""
