"""The promises, each proven: tables, properties and real processes."""
