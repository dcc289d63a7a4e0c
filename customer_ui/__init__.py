"""The customer's page: static ES modules, served by the same process as everything else.

It knows nothing of the inbox but its public API, by the JavaScript client. `customer_ui.files`
reads it for whoever serves it.
"""
