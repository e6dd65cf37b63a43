"""The manners every test keeps, loaded by `conftest.py`: nobody has to ask for them.

- The environment holds no `LIAISON_…` of whoever runs the tests.
- Nothing is reached, or listened on, outside the machine.
- No task is left on the loop when a test and its fixtures have ended.
- A slow test may take two minutes, any other twenty seconds (`@pytest.mark.timeout` says otherwise).
- What was skipped is told at the end, with its reason; with `LIAISON_REQUIRE_ALL=1` a skip is a failure.

Warnings are errors by `filterwarnings` in `pyproject.toml`.
"""

from __future__ import annotations

import asyncio
import collections
import inspect
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any, Final, TypeVar

import pytest

REQUIRE_ALL: Final = os.environ.get("LIAISON_REQUIRE_ALL", "") not in ("", "0")
SLOW_SECONDS: Final = 120

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


# ── clean environment ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LIAISON_")]:
        monkeypatch.delenv(name)


# ── this machine only ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    breaches: list[str] = []

    def guard(call: str, host_of: Callable[..., Any]) -> None:
        owner: Any = socket if call == "getaddrinfo" else socket.socket
        original = getattr(owner, call)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args, **kwargs)
            if not _is_here(host):
                breaches.append(f"{call} {host!r}")
                raise OSError(f"a test may not leave the machine: {call} {host!r}")
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, call, guarded)

    for call in ("connect", "connect_ex", "bind"):
        guard(call, lambda sock, address: address[0] if sock.family in (socket.AF_INET, socket.AF_INET6) else None)
    guard("getaddrinfo", lambda host, *_args, **_kwargs: host)
    yield
    assert not breaches, f"a test may not leave the machine: {', '.join(breaches)}"


def _is_here(host: Any) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# ── no task left over ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def _tasks_end_with_the_test(request: pytest.FixtureRequest) -> None:
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("_no_task_left_over")


@pytest.fixture
async def _no_task_left_over() -> AsyncIterator[None]:
    yield
    for _ in range(5):  # what was cancelled last may still be on its way out
        await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"tasks left over: {left}"


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives slow tests their time, where they do not say how much they need."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


# ── nothing is skipped in silence ───────────────────────────────────────────────────────────────────────────────


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where everything is required."""
    return _required((yield), item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    return _required((yield), collector.nodeid)


def _required(report: Report, what: str) -> Report:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{what} was skipped, and LIAISON_REQUIRE_ALL is set: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    told = report.longrepr
    return (str(told[2]) if isinstance(told, tuple) else str(told)).removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at the end, in the words of whoever runs the tests, what did not run and why."""
    reasons = collections.Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("没有跑的测试 (skipped)", yellow=True)
        for reason, count in reasons.most_common():
            terminalreporter.write_line(f"{count:>5} 个：{reason}")
