"""The vocabulary of a driven client, by topic: each word is one `do`, and what is read from its result."""
