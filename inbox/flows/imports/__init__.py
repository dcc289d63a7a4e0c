"""Import of threads from elsewhere: lines are read, gathered by customer on disk, and written.

lines     one line of the file, checked
gather    all of them, on disk, by customer and time
threads   one customer's messages, into the log
run       the whole, with progress
"""

from inbox.flows.imports.lines import Fault
from inbox.flows.imports.run import Imported, Progress, import_threads

__all__ = ["Fault", "Imported", "Progress", "import_threads"]
