"""Files that people send: where they lie, and the process in which pictures are remade."""
