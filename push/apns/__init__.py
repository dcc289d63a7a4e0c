"""The client of Apple's push service."""

from push.apns.counters import Counters, PoolView
from push.apns.pace import Pace, World
from push.apns.provider import Apns
from push.apns.request import ADDRESSES, ApnsRequest, App

__all__ = ["ADDRESSES", "Apns", "ApnsRequest", "App", "Counters", "Pace", "PoolView", "World"]
