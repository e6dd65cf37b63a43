"""What the tests of channels can ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.process import Gateway, why_not


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A real Wechaty gateway that runs, or a skip that says why there is none."""
    if reason := why_not():
        pytest.skip(reason)
    async with Gateway(tmp_path) as running:
        yield running
