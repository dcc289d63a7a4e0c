"""Memory: what is written here is on disk before anyone is told so."""
