"""What the tests of channels can ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.gateway.process import Gateway, why_not


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A real Wechaty gateway that runs for all tests, or a skip that says why there is none."""
    if reason := why_not():
        pytest.skip(reason)
    running = Gateway(tmp_path_factory.mktemp("gateway"))
    running.launch()
    yield running
    running.halt()


@pytest.fixture
async def own_gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A real Wechaty gateway for a test that kills it, freezes it or changes who is there."""
    if reason := why_not():
        pytest.skip(reason)
    async with Gateway(tmp_path) as running:
        yield running
