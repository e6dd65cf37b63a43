"""Secrets: where they may come from, and that they stand nowhere else.

`bot.settings.loading` asks for them. What is wrong with one is told to `complain`, in words that never repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

Complain = Callable[[str, str], None]
"""Is told what is wrong, and the remedy."""

STORE_VARIABLE = "LIAISON_STORE"
MADE_UP = "A" * 43
"""Stands for each secret where nobody is spoken to; of the length of an EncodingAESKey, which has to be a key."""

_SECRET = re.compile(r"token|password|passwd|secret|(?:api|aes)_?key|^key$|密码|口令|令牌|密钥", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_LOGIN = re.compile(r"(?<=://)(?P<user>[^:/?#]*)(?::(?P<password>.*))?(?=@)", re.DOTALL)
_PASSWORD_IN_QUERY = re.compile(r"[?&]password=(?!\$\{\w+\}(?:&|$))")
_STORE = re.compile(r"sqlite(?:\+aiosqlite)?:///.+|postgres(?:ql)?(?:\+asyncpg)?://.+")
_SQLITE = re.compile(r"(sqlite(?:\+aiosqlite)?:///)(?!:memory:)([^?]+)(.*)")


def is_secret(key: str) -> bool:
    """Whether a key sounds like one that holds a secret."""
    return _SECRET.search(key) is not None


def variable_of(channel: str, secret: str) -> str:
    """The variable of the environment that holds a secret of a channel."""
    return f"LIAISON_{re.sub(r'[^A-Z0-9]', '_', channel.upper())}_{secret.upper()}"


def secret_of(
    secret: str, called: str, channel: str, file: Path | None, environ: Mapping[str, str], complain: Complain
) -> str:
    """A secret of a channel: from the environment, else from its file; empty after a complaint.

    Args:
        secret: its key; `<secret>_file` is what names its file.
        called: what people call it.
    """
    variable = variable_of(channel, secret)
    if value := environ.get(variable, "").strip():
        return value
    word = called.rpartition("的")[2].strip()
    if file is None:
        complain(f"没有{called}", f"请设环境变量 {variable}，或者用 {secret}_file 指明存放{word}的文件")
        return ""
    only = f"文件里应当只有{word}这一行文字"
    try:
        value = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        complain(f"{secret}_file 指的文件读不了", f"请检查本程序有没有读它的权限；{only}")
        return ""
    if not value or len(value.split()) > 1:
        complain(f"{secret}_file 指的文件里不是一个{word}", only)
        return ""
    return value


def check_no_password(url: str, complain: Complain) -> None:
    """Complains of a password that stands in the URL of `bot.toml` itself."""
    login = _LOGIN.search(url)
    password = login["password"] if login else None
    if (password and not _VARIABLE.fullmatch(password)) or _PASSWORD_IN_QUERY.search(url):
        complain(
            "数据库的密码不能写在 bot.toml 里",
            "密码的地方请写 ${LIAISON_DB_PASSWORD}，再设同名的环境变量；已经给别人看过的密码要换掉",
        )


def store_url(written: str, folder: Path, environ: Mapping[str, str], complain: Complain) -> str:
    """The store's URL, its `${NAME}` filled in from the environment, its file found from the folder of `bot.toml`."""
    for variable in _VARIABLE.findall(written):
        if variable not in environ:
            complain(f"环境变量 {variable} 没有设", "请在启动本程序的地方设好它")
            return written

    def value(found: re.Match[str]) -> str:
        # A password may hold what has a meaning in a URL; a variable that is the whole URL may not be touched.
        return environ[found[1]] if found.start() == 0 else quote(environ[found[1]], safe="")

    url = _VARIABLE.sub(value, written)
    check_store(url, complain)
    sqlite = _SQLITE.fullmatch(url)
    if sqlite is None:
        return url
    return f"{sqlite[1]}{(folder / Path(sqlite[2]).expanduser()).as_posix()}{sqlite[3]}"


def check_store(url: str, complain: Complain) -> None:
    """Complains of a URL that names no store we know."""
    if not _STORE.fullmatch(url):
        complain("存储地址不认识", "请写 sqlite:///data/liaison.db 或 postgresql://用户@主机/库名")
