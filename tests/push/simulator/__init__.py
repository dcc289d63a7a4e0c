"""The stand-ins of the services that deliver."""
