"""The live socket: who listens to what, and one driver per connection around `inbox.core.sync`."""
