"""The client of Apple's push service."""

from push.apns.app import ADDRESSES, App
from push.apns.counters import Counters, PoolView
from push.apns.pace import Pace, World
from push.apns.provider import Apns

__all__ = ["ADDRESSES", "Apns", "App", "Counters", "Pace", "PoolView", "World"]
