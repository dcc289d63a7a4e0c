"""The documentation is true: links lead somewhere, nothing is left out, and every example runs."""
