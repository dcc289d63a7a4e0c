"""What is told to the company's own systems: signed, posted, tried again."""
