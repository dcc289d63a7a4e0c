"""FCM: access tokens, answers, outcomes."""
