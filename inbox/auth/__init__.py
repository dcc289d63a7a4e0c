"""Who are you: customers' tokens, agents' passwords and sessions, personal tokens."""
