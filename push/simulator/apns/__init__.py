"""A stand-in of Apple's push service: HTTP/2, provider tokens and reasons as Apple has them."""

from push.simulator.apns.keys import Key, make_key, read_key
from push.simulator.apns.server import ApnsSimulator

__all__ = ["ApnsSimulator", "Key", "make_key", "read_key"]
