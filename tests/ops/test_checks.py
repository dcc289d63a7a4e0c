"""What the doctor finds on this machine, where a real one would be hard to bring about."""

from __future__ import annotations

import resource

import pytest

from inbox.ops.checks import check_files
from inbox.settings import Settings


@pytest.mark.parametrize(("more", "state"), [(-1, "ok"), (0, "ok"), (1, "warn")])
def test_open_files_are_a_warning_only_where_they_are_short(more: int, state: str) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit == resource.RLIM_INFINITY:
        pytest.skip("this machine has no limit")
    (finding,) = check_files(Settings(max_connections=limit + more), None)
    assert finding.state == state
    assert bool(finding.remedy) is (state != "ok")
