"""The promises, proven on whole server processes that are killed, cut off, starved and flooded."""
