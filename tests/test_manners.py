"""The manners are kept: each breach, planted, is caught."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]

BREACHES: Final = """
import asyncio, os, socket, warnings
import pytest

async def test_leaves_a_task():
    asyncio.get_running_loop().create_task(asyncio.sleep(60))

def test_connects_outside():
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except OSError:
        pass

def test_asks_for_a_name():
    with pytest.raises(OSError):
        socket.getaddrinfo("example.invalid", 80)

def test_listens_to_the_network():
    with socket.socket() as listener, pytest.raises(OSError):
        listener.bind(("0.0.0.0", 0))

def test_warns():
    warnings.warn("this will go")

def test_is_skipped():
    pytest.skip("nothing to test it with")

async def test_stays_here():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

def test_sees_no_settings_of_whoever_runs_it():
    assert [name for name in os.environ if name.startswith("LIAISON_")] == []
"""


def outcomes(folder: Path, **environ: str) -> tuple[dict[str, set[str]], str]:
    """Runs the breaches; returns what became of each, and the whole report."""
    (folder / "test_breaches.py").write_text(BREACHES)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-c", ROOT / "pyproject.toml", "--rootdir", folder,
         "-p", "tests.manners", "-p", "no:cacheprovider", "test_breaches.py"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environ}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) test_breaches\.py::test_(\w+)", told.stdout, re.M):
        found.setdefault(outcome, set()).add(name)
    return found, told.stdout


def test_each_breach_is_caught(tmp_path: Path) -> None:
    found, report = outcomes(tmp_path, LIAISON_STORE="postgresql://somebody@elsewhere/real", LIAISON_REQUIRE_ALL="0")

    assert found["ERROR"] == {
        "leaves_a_task", "connects_outside", "asks_for_a_name", "listens_to_the_network",
    }, report  # fmt: skip
    assert found["FAILED"] == {"warns"}
    assert {"stays_here", "sees_no_settings_of_whoever_runs_it"} <= found["PASSED"]
    assert "1 个：nothing to test it with" in report


@pytest.mark.slow
def test_a_skip_is_a_failure_where_everything_is_required(tmp_path: Path) -> None:
    found, report = outcomes(tmp_path, LIAISON_REQUIRE_ALL="1")
    assert "is_skipped" in found["FAILED"]
    assert "LIAISON_REQUIRE_ALL is set: nothing to test it with" in report
