"""The tables of WeCom: where their secrets come from, and what is wrong that only several of them can show."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bot import settings
from bot.settings import WecomAibotSettings, WecomAppSettings, WecomWebhookSettings
from tests.settings.files import ROOM, Write, refused

WEBHOOK: Final = "[channels.wecom_webhook]\n"
APP: Final = '[web]\npublic_url = "https://a.cn"\n[channels.wecom_app]\ncorp_id = "ww1"\nagent_id = 1000002\n'
AIBOT: Final = '[channels.wecom_aibot]\nbot_id = "aib1"\n'
AES_KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SECRETS: Final = {
    "LIAISON_WECOM_WEBHOOK_KEY": "the-robots-key",
    "LIAISON_WECOM_APP_SECRET": "the-applications-secret",
    "LIAISON_WECOM_APP_TOKEN": "the-callbacks-token",
    "LIAISON_WECOM_APP_AES_KEY": AES_KEY,
    "LIAISON_WECOM_AIBOT_SECRET": "the-robots-secret",
}


def test_all_three_forms_stand_side_by_side(write: Write) -> None:
    loaded = settings.load(write(APP + WEBHOOK + AIBOT), SECRETS)
    app, webhook, aibot = loaded.channels
    assert isinstance(app, WecomAppSettings)
    assert isinstance(webhook, WecomWebhookSettings)
    assert isinstance(aibot, WecomAibotSettings)
    assert (app.secret, app.token, app.aes_key) == ("the-applications-secret", "the-callbacks-token", AES_KEY)
    assert (webhook.key, aibot.secret) == ("the-robots-key", "the-robots-secret")
    assert app.callback_path == "/wecom/wecom_app"
    assert [word for word in SECRETS.values() if word in repr(loaded)] == []


def test_a_secret_comes_from_its_file_where_the_environment_has_none(write: Write, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-the-file\n")
    path = write('[channels.yueyang]\nkind = "wecom_webhook"\nkey_file = "key"\n')
    (channel,) = settings.load(path, {}).channels
    assert isinstance(channel, WecomWebhookSettings)
    assert (channel.name, channel.key) == ("yueyang", "from-the-file")
    (channel,) = settings.load(path, {"LIAISON_YUEYANG_KEY": "from-the-environment"}).channels
    assert isinstance(channel, WecomWebhookSettings)
    assert channel.key == "from-the-environment"


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        pytest.param(WEBHOOK, ["没有群机器人的 key"], "LIAISON_WECOM_WEBHOOK_KEY", id="robot"),
        pytest.param(
            APP,
            ["没有应用的 Secret", "没有回调的 Token", "没有回调的 EncodingAESKey"],
            "LIAISON_WECOM_APP_",
            id="application",
        ),
        pytest.param(AIBOT, ["没有智能机器人的 Secret"], "LIAISON_WECOM_AIBOT_SECRET", id="aibot"),
        pytest.param(WEBHOOK + 'key_file = "no"', ["key_file 指的文件找不到"], "", id="no such file"),
    ],
)
def test_a_missing_secret_is_told_with_its_variable(text: str, what: list[str], remedy: str, write: Write) -> None:
    found = refused(write(text), {})
    assert [fault[2] for fault in found] == what
    assert all(remedy in fault[3] for fault in found)


@pytest.mark.parametrize(
    ("text", "what", "variable"),
    [
        pytest.param(WEBHOOK + "key = 'hunter2-hunter2'", "key 是密钥", "LIAISON_WECOM_WEBHOOK_KEY", id="key"),
        pytest.param(AIBOT + "secret = 'hunter2-hunter2'", "secret 是密钥", "LIAISON_WECOM_AIBOT_SECRET", id="secret"),
        pytest.param(APP + "aes_key = 'hunter2-hunter2'", "aes_key 是密钥", "LIAISON_WECOM_APP_AES_KEY", id="aes key"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_its_variable_named(
    text: str, what: str, variable: str, write: Write
) -> None:
    (fault,) = refused(write(text), SECRETS)
    assert what in fault[2]
    assert variable in fault[3]
    assert "hunter2" not in str(fault)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(WEBHOOK + 'base_url = "http://qyapi.weixin.qq.com"', "base_url 写得不对", id="in the clear"),
        pytest.param(WEBHOOK + 'base_url = "https://a@b"', "base_url 写得不对", id="with a login"),
        pytest.param(AIBOT + 'url = "ws://openws.work.weixin.qq.com"', "url 写得不对", id="socket in the clear"),
        pytest.param(AIBOT + 'url = "https://openws.work.weixin.qq.com"', "url 写得不对", id="no socket"),
        pytest.param(AIBOT + "answer_seconds = 400", "answer_seconds 太大了", id="longer than the platform remembers"),
        pytest.param(AIBOT + '[channels.b]\nkind = "wecom_aibot"\nbot_id = "aib1"', "是同一个账号", id="twice"),
        pytest.param(WEBHOOK + 'accounts_of = "wecom_app"', "没有配置渠道 wecom_app", id="accounts of nobody"),
        pytest.param(
            AIBOT + WEBHOOK + 'accounts_of = "wecom_aibot"', "不是企业微信自建应用", id="accounts of another kind"
        ),
        pytest.param(
            WEBHOOK + ROOM + ROOM.replace('"长沙"', '"岳阳"'), "有 2 个群都用这个群机器人", id="two rooms of one robot"
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, what: str, write: Write) -> None:
    (fault,) = refused(write(text), SECRETS | {"LIAISON_B_SECRET": "x"})
    assert what in fault[2]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1/wecom", "https://qyapi.example.gov.cn"])
def test_an_address_of_ones_own_may_be_used(url: str, write: Write) -> None:
    (channel,) = settings.load(write(WEBHOOK + f'base_url = "{url}/"'), SECRETS).channels
    assert isinstance(channel, WecomWebhookSettings)
    assert channel.base_url == url


@pytest.mark.parametrize("key", ["", AES_KEY[1:], AES_KEY + "=", "密" * 43])
def test_a_wrong_aes_key_is_refused_and_never_repeated(key: str, write: Write) -> None:
    (fault,) = refused(write(APP), SECRETS | {"LIAISON_WECOM_APP_AES_KEY": key})
    assert "EncodingAESKey" in fault[2]
    assert not key or key not in str(fault)


def test_callbacks_without_a_public_address_are_warned_of(write: Write) -> None:
    (warning,) = settings.load(write(APP.partition("\n")[2].partition("\n")[2]), SECRETS).warnings
    assert "/wecom/wecom_app" in warning.remedy
