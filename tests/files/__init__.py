"""Where files lie, and who remakes pictures."""
