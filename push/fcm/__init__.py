"""Firebase Cloud Messaging, HTTP v1: its keys, its access tokens, its answers, its provider."""
