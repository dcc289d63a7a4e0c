"""Under which title each setting stands, in the file and in the docs."""

from __future__ import annotations

GROUPS = {
    "database": "Server",
    "token_secret": "Sign-in",
    "customer_sends_per_minute": "Rate limits",
    "reopen_hours": "Care and privacy",
    "upload_max_bytes": "Uploads",
    "apns_apps": "Push",
    "webhook_networks": "Webhooks",
    "ping_s": "Live",
    "search_lag_ms": "Storage",
    "app_name": "The customers' page",
}
"""The first setting of each group → the group's title."""
