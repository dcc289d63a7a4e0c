"""`python -m inbox` is `pinbox`."""

from __future__ import annotations

from inbox.cli import main

if __name__ == "__main__":
    main()
