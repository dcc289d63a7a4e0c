"""A simulated carrier: a week of customers and agents, through the real flows on a fast clock."""
