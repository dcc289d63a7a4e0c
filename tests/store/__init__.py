"""The store keeps its word, on both engines."""
