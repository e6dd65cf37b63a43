"""A folder in which a bot.toml may be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.files import ROSTER, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a bot.toml beside a roster 长沙.csv."""
    (tmp_path / "长沙.csv").write_text(ROSTER, encoding="utf-8")

    def write(text: str) -> Path:
        path = tmp_path / "bot.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
