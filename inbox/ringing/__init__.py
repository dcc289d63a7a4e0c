"""The durable outbox of pushes: what rings is brought to devices, claimed, and settled."""
