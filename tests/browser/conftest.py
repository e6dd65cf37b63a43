"""What the browser tests ask for: devices, and a served office to sit in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bot.clock import SystemClock
from storage import Store
from tests.chatroom import Chatroom, furnish
from tests.devices import CHROMIUM, OPTIONS, Devices


@pytest.fixture
async def store(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """One kind of store is enough here: what is kept is tested on both without a browser."""
    file = tmp_path / "liaison.db"
    shutil.copyfile(sqlite_template, file)
    opened = Store.open(f"sqlite:///{file}")
    yield opened
    await opened.close()


@pytest.fixture
async def chat(store: Store) -> Chatroom:
    """An office with two groups, served where a test says so."""
    return await furnish(store, SystemClock())


@pytest.fixture
async def devices() -> AsyncIterator[Devices]:
    """Devices; at the end no page of theirs has failed, and none has asked for another host."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        made = Devices(browser)
        yield made
        await browser.close()
    assert made.wrong == []
    assert made.hosts <= {"127.0.0.1", ""}
