"""Stand-ins for the services that deliver pushes: on loopback, with every fault at hand."""
