"""The operator's door: what is done to a Pinbox from outside its API, and what tends it inside."""
