"""Tests of the tree itself: what this project says about itself is so."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("bot", "handlers", "schedules", "storage")
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS: Final[dict[str, dict[str, Any]]] = {c["id"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}


def committed() -> list[Path]:
    """Every file that git keeps, or would keep at the next commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("不是 git 仓库：查不了提交了哪些文件")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def sources(*folders: str) -> list[Path]:
    return [
        file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")) if "node_modules" not in file.parts
    ]


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=where, check=False, capture_output=True, text=True,
    )  # fmt: skip


# ── imports ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_imports_point_down() -> None:
    told = lint_imports(ROOT)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_planted_breach_of_each_contract_is_caught(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    plant = {
        "storage/errors.py": ["bot.errors"],
        "bot/helpers.py": ["bot.errors"],
        "bot/records.py": ["asyncio", "random", "time", "bot.clock", "storage", "pathlib"],
        "handlers/planted.py": [
            "sqlalchemy", "jieba", "apscheduler", "wechaty_grpc", "grpclib", "aiohttp", "chinese_calendar", "openpyxl",
            "cryptography",
        ],
    }  # fmt: skip
    for name, modules in plant.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.writelines(f"\nimport {module}\n" for module in modules)

    told = lint_imports(tmp_path)

    assert told.returncode == 1, told.stdout + told.stderr
    for contract in CONTRACTS.values():
        assert re.search(re.escape(contract["name"]) + r"\s*BROKEN", told.stdout), f"{contract['name']} let it pass"
    for module in plant["bot/records.py"]:
        assert f"bot.records is not allowed to import {module}:" in told.stdout
    for module in plant["handlers/planted.py"]:
        assert f"handlers is not allowed to import {module}:" in told.stdout
    assert "- bot.helpers" in told.stdout


def test_both_lists_of_layers_say_the_same() -> None:
    def of_bot(layer: str) -> set[str]:
        names = [name.strip(" ()") for name in layer.split("|")]
        return {name.removeprefix("bot.") for name in names if name.startswith("bot.")}

    whole = [of_bot(layer) for layer in CONTRACTS["layers"]["layers"]]
    placed = [{name.strip(" ()") for name in layer.split("|")} for layer in CONTRACTS["placed"]["layers"]]
    assert [layer for layer in whole if layer] == placed


def test_no_module_is_named_for_nothing() -> None:
    nameless = re.compile(r"^(utils?|helpers?|common|misc|manager|base(_.*)?)$")
    assert [str(file.relative_to(ROOT)) for file in sources(*PACKAGES) if nameless.match(file.stem)] == []


def test_whatever_may_be_raised_is_caught_in_four_places_only() -> None:
    places = {"bot/inbox.py", "bot/outbox.py", "schedules/ticker.py", "bot/web.py"}
    found = {
        str(file.relative_to(ROOT))
        for file in sources(*PACKAGES)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    }
    assert found <= places


def test_a_silenced_type_check_says_why() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+(#|-) \S)")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sources(*PACKAGES, "tests")
        if file != Path(__file__)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


# ── dependencies and versions ───────────────────────────────────────────────────────────────────────────────────


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return {found.replace("_", "-").lower() for found in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)}


def named(requirements: list[Any]) -> set[str]:
    words = [re.match(r"[A-Za-z0-9._-]+", r) for r in requirements if isinstance(r, str)]
    return {word[0].replace("_", "-").lower() for word in words if word}


def test_the_locks_hold_every_dependency() -> None:
    groups = PROJECT["dependency-groups"]
    running = named(PROJECT["project"]["dependencies"]) | named(groups["build"])
    assert running <= locked("run.lock")
    assert running | named(groups["dev"]) <= locked("dev.lock")


def test_running_and_developing_use_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[A-Za-z0-9._-]+==\S+", (ROOT / "requirements" / name).read_text("utf-8"), re.M))

    assert pins("run.lock") <= pins("dev.lock")


def test_the_supported_pythons_are_the_same_everywhere() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    assert 'versions="3.11 3.12 3.13"' in (ROOT / "tools/venv.sh").read_text("utf-8")
    assert "for version in 3.11 3.12 3.13;" in (ROOT / ".ci/run").read_text("utf-8")


# ── what is committed ───────────────────────────────────────────────────────────────────────────────────────────


def test_no_committed_file_names_a_registry_or_somebodys_machine() -> None:
    strange = re.compile(
        r"registry\.npm" r"js|files\.python" r"hosted|npm" r"mirror\.|/pypi/" r"simple"  # where packages came from
        r'|"resolved"' r"\s*:"  # a lock that would pin that, too
        r"|(?<![\w.])/(?:work|root)" r"/\w"  # a path of the machine it was written on
    )  # fmt: skip
    found = []
    for file in committed():
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in strange.finditer(text)][:3]
    assert found == []


def test_no_committed_file_is_large() -> None:
    assert [str(file.relative_to(ROOT)) for file in committed() if file.stat().st_size > 1_000_000] == []


def test_every_text_ends_with_one_line_end() -> None:
    kinds = {".py", ".md", ".toml", ".sh", ".jsonl", ".csv", ".js", ".css", ".html"}
    found = []
    for file in committed():
        content = file.read_bytes()
        if file.suffix in kinds and content and (not content.endswith(b"\n") or b"\r" in content):
            found.append(str(file.relative_to(ROOT)))
    assert found == []


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────

DECISIONS: Final = sorted((ROOT / "docs/decisions").glob("*.md"))


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_short_and_says_its_price(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) <= 30
    assert lines[0].startswith(f"# {int(file.stem[:4])}. ")
    assert re.search(r"price|代价", "\n".join(lines), re.I)


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [int(file.stem[:4]) for file in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def test_the_changelog_starts_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## .*$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings
    assert headings[0].startswith("## [Unreleased]")


def glossary() -> list[tuple[str, str]]:
    """(Chinese, code) of each row of the glossary."""
    rows = re.findall(r"^\| (.+?) \| `(.+?)` \|", (ROOT / "docs/glossary.md").read_text("utf-8"), re.M)
    assert rows
    return rows


def test_every_word_of_the_glossary_is_used_in_the_code() -> None:
    code = "\n".join(file.read_text("utf-8") for file in sources(*PACKAGES)).lower()
    code += "\n".join(file.read_text("utf-8") for file in (ROOT / "bot/rules").glob("*.toml")).lower()
    missing = [word for _, word in glossary() if not re.search(re.sub(r"[ _]", "[ _-]?", word.lower()), code)]
    assert missing == []


def test_the_glossary_has_one_word_for_each_idea() -> None:
    chinese = [term for row, _ in glossary() for term in row.split("、")]
    english = [word for _, word in glossary()]
    assert len(chinese) == len(set(chinese))
    assert len(english) == len(set(english))


def test_every_table_of_the_store_is_in_the_glossary() -> None:
    tree = ast.parse((ROOT / "storage/tables.py").read_text("utf-8"))
    classes = {
        node.name.lower()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Table" for base in node.bases)
    }
    assert classes <= {word.replace(" ", "").lower() for _, word in glossary()}


def test_the_map_names_what_is_there() -> None:
    tree = re.search(r"```\n(bot/.*?)```", (ROOT / "docs/architecture.md").read_text("utf-8"), re.S)
    assert tree
    folder = Path()
    missing, mapped = [], set()
    for line in tree[1].splitlines():
        if top := re.match(r"(\w+)/ ", line):
            folder = Path(top[1])
        listed = line[len(top[0]) if top else 2 : 26]
        for name in re.findall(r"[\w.]+\.py|\w+/", listed):
            path = folder / name.rstrip("/")
            mapped.add(path)
            if not (ROOT / path).exists():
                missing.append(str(path))
    there = {
        Path("bot") / p.name for p in (ROOT / "bot").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert missing == []
    assert there - mapped - {Path("bot/__init__.py")} == set()


@pytest.mark.parametrize(
    "file", ["README.md", "CHANGELOG.md", *(f"docs/{f.name}" for f in (ROOT / "docs").glob("*.md"))]
)
def test_every_link_leads_somewhere(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    broken = [link for link in links if "://" not in link and not ((ROOT / file).parent / link).exists()]
    assert broken == []


def test_every_make_target_that_is_told_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    told = {
        name
        for file in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
        for name in re.findall(r"\bmake ([a-z]+)", file.read_text("utf-8"))
    }
    assert told
    assert told <= targets


@pytest.mark.parametrize("file", sorted((ROOT / "bot/rules").glob("*.toml")), ids=lambda file: file.name)
def test_a_rules_file_begins_by_saying_what_it_is_for(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("# ")
    assert tomllib.loads(text)


# ── what a user installs ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_wheel_carries_every_file_of_the_program(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE", *PACKAGES):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "-w", "dist", "."],
        cwd=tmp_path, check=True, timeout=100,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    program = {str(file.relative_to(ROOT)) for file in committed() if file.relative_to(ROOT).parts[0] in PACKAGES}
    assert sorted(program - carried) == []
