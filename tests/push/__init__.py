"""Push: providers, their stand-ins, and the outbox that feeds them."""
