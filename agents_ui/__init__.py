"""The agents' desk: static ES modules, served by the same process as everything else.

It knows nothing of the inbox but its public API. `agents_ui.files` reads it for whoever serves it.
"""
