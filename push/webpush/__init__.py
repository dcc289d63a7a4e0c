"""Web Push, which UnifiedPush shares: encryption, the sender's key, answers, the provider."""
