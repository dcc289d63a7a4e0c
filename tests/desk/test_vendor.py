"""What others wrote is what it was, and says whose it is."""

from __future__ import annotations

import hashlib
import re

from agents_ui.files import ROOT

HASH = "8fa65f7987db106f3465ddedf2b4935c256a59472626fb58c4e68b73a38a39b0"
PARTS = {
    "preact": "MIT",
    "@preact/signals": "MIT",
    "@preact/signals-core": "MIT",
    "htm": "Apache-2.0",
}


def test_the_vendored_module_is_the_one_that_was_looked_at() -> None:
    module = (ROOT / "vendor" / "preact.js").read_bytes()

    assert hashlib.sha256(module).hexdigest() == HASH
    assert b"eval(" not in module
    assert b"new Function" not in module


def test_each_part_of_it_has_its_version_and_licence() -> None:
    first = (ROOT / "vendor" / "preact.js").read_text("utf-8").splitlines()[0]
    licences = (ROOT / "vendor" / "LICENSES.txt").read_text("utf-8")
    told = (ROOT / "vendor" / "README.md").read_text("utf-8")

    for name, licence in PARTS.items():
        found = re.search(rf"(?<![\w/-]){re.escape(name)} (\d+\.\d+\.\d+)", first)
        assert found is not None, name
        assert f"==== {name} {found[1]} ====" in licences
        assert f"{name}@{found[1]}" in told
        assert licence in first
