"""Who are you: tokens, keys and passwords."""
