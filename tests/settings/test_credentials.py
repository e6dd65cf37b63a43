"""Where secrets may come from, and where they may not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError
from tests.settings.files import GATEWAY, ROOM, WECHATY, Write, refused

SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(WECHATY + f"token = '{SECRET}'", "token 是密钥，密钥不能写在 bot.toml 里", id="token"),
        pytest.param(WECHATY + f"Token = '{SECRET}'", "Token 是密钥，密钥不能写在 bot.toml 里", id="in capitals"),
        pytest.param(f"[web]\npassword = '{SECRET}'", "password 是密钥，密钥不能写在 bot.toml 里", id="elsewhere"),
        pytest.param(f"{SECRET} = 1\n[web]\nhost = '{SECRET}/'", "host 写得不对", id="as a value"),
        pytest.param(WECHATY + f"token_file = '{SECRET}'", "token_file 指的文件找不到", id="for its file"),
        pytest.param(WECHATY + f"token_file = ['{SECRET}']", "token_file 应当是文字", id="in a list"),
        pytest.param(f"[store]\nurl = 'postgresql://a:{SECRET}@h/d'", "数据库的密码不能写在 bot.toml 里", id="url"),
        pytest.param(
            f"[store]\nurl = 'postgresql://h/d?password={SECRET}'", "数据库的密码不能写在 bot.toml 里", id="url's query"
        ),
        pytest.param(
            f"[store]\nurl = 'postgresql://a:p@{SECRET}@h/d'", "数据库的密码不能写在 bot.toml 里", id="url with an @"
        ),
        pytest.param(f"[store]\nurl = '{SECRET}'", "存储地址不认识", id="as a url"),
        pytest.param(f'[web]\nport = "{SECRET}', "引号没有成对", id="unreadable"),
    ],
)  # fmt: skip
def test_a_secret_in_the_file_is_refused_and_never_repeated(text: str, what: str, write: Write) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(write(text.replace(f"{SECRET} = 1\n", "")), GATEWAY)
    assert what in str(caught.value)
    told: BaseException | None = caught.value
    while told is not None:
        assert SECRET not in str(told)
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)


def test_a_token_comes_from_the_environment_before_its_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    path = write(WECHATY + "token_file = 'token'")
    tokens = []
    for environ in ({}, GATEWAY):
        (channel,) = settings.load(path, environ).channels
        assert isinstance(channel, settings.WechatySettings)
        tokens.append(channel.token)
    assert tokens == ["from-the-file", "puppet_from_the_environment"]


@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="empty"), pytest.param(b"a\nb", id="two"), pytest.param(b"\xff", id="bytes")]
)
def test_a_token_file_holds_one_token(content: bytes, write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    ((_, line, what, remedy),) = refused(write(WECHATY + "token_file = 'token'"), {})
    assert (line, what[:15]) == (1, "token_file 指的文件")
    assert "只有令牌这一行文字" in remedy


def test_a_password_is_filled_in_from_the_environment(write: Write) -> None:
    path = write("[store]\nurl = 'postgresql://bot:${DB_PASSWORD}@db/liaison'\n")
    assert settings.load(path, {"DB_PASSWORD": "p@ss/w"}).store.url == "postgresql://bot:p%40ss%2Fw@db/liaison"
    assert [fault[1:3] for fault in refused(path, {})] == [(2, "环境变量 DB_PASSWORD 没有设")]


def test_a_whole_url_from_the_environment_is_left_as_it_is(write: Write) -> None:
    path = write("[store]\nurl = '${DATABASE_URL}'\n")
    assert settings.load(path, {"DATABASE_URL": "postgresql://a:b@c/d"}).store.url == "postgresql://a:b@c/d"


def test_what_the_environment_stands_over_needs_no_variable_of_its_own(write: Write) -> None:
    path = write("[store]\nurl = 'postgresql://bot:${DB_PASSWORD}@db/liaison'\n")
    assert settings.load(path, {"LIAISON_STORE": "sqlite:///x.db"}).store.url == "sqlite:///x.db"


def test_a_bad_store_of_the_environment_is_told_as_such(write: Write) -> None:
    (fault,) = refused(write(""), {"LIAISON_STORE": f"oracle://{SECRET}"})
    assert fault == (
        "环境变量 LIAISON_STORE", 0, "存储地址不认识", "请写 sqlite:///data/liaison.db 或 postgresql://用户@主机/库名"
    )  # fmt: skip


def test_secrets_do_not_show_in_what_settings_print(write: Write) -> None:
    path = write(WECHATY + "[store]\nurl = 'postgresql://bot:${DB_PASSWORD}@db/liaison'\n" + ROOM)
    shown = repr(settings.load(path, {"LIAISON_WECHATY_TOKEN": SECRET, "DB_PASSWORD": SECRET}))
    assert "wechaty" in shown
    assert SECRET not in shown
