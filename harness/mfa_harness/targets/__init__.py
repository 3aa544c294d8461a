"""What can be tested, and how it is reached."""
