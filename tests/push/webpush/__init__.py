"""Web Push: encryption, the sender, answers, outcomes, forbidden addresses."""
