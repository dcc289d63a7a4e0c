"""The client of APNs against its stand-in, fault by fault, and against peers by others."""
