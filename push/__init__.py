"""An outbox's rows to phones and browsers: APNs, FCM, Web Push. Knows nothing of inbox."""
