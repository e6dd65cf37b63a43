"""The tables of DingTalk: where their secrets come from, and what is wrong that only several of them can show."""

from __future__ import annotations

from typing import Final

import pytest

from bot import settings
from bot.settings import DingtalkGovSettings, DingtalkStreamSettings, DingtalkWebhookSettings
from tests.settings.files import ROOM, Write, refused

WEBHOOK: Final = "[channels.dingtalk_webhook]\n"
STREAM: Final = '[channels.dingtalk_stream]\nclient_id = "ding1"\n'
GOV: Final = '[channels.dingtalk_gov]\napp_key = "k1"\ntenant_id = "1"\n'
SECRETS: Final = {
    "LIAISON_DINGTALK_WEBHOOK_TOKEN": "the-robots-token",
    "LIAISON_DINGTALK_WEBHOOK_SIGN_SECRET": "SECthe-signing-key",
    "LIAISON_DINGTALK_STREAM_SECRET": "the-clients-secret",
    "LIAISON_DINGTALK_GOV_SECRET": "the-apps-secret",
    "LIAISON_DINGTALK_GOV_CALLBACK": "the-callbacks-path",
}


def test_all_three_forms_stand_side_by_side(write: Write) -> None:
    loaded = settings.load(write(WEBHOOK + STREAM + GOV), SECRETS)
    webhook, stream, gov = loaded.channels
    assert isinstance(webhook, DingtalkWebhookSettings)
    assert isinstance(stream, DingtalkStreamSettings)
    assert isinstance(gov, DingtalkGovSettings)
    assert (webhook.token, webhook.sign_secret) == ("the-robots-token", "SECthe-signing-key")
    assert (stream.secret, stream.robot) == ("the-clients-secret", "ding1")
    assert (gov.secret, gov.callback) == ("the-apps-secret", "the-callbacks-path")
    assert [word for word in SECRETS.values() if word in repr(loaded)] == []


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        pytest.param(
            WEBHOOK, ["没有群机器人的 access_token", "没有群机器人的加签密钥"], "LIAISON_DINGTALK_WEBHOOK_", id="robot"
        ),
        pytest.param(
            WEBHOOK + "signed = false", ["没有群机器人的 access_token"], "LIAISON_DINGTALK_WEBHOOK_TOKEN", id="no sign"
        ),
        pytest.param(STREAM, ["没有应用的 Client Secret"], "LIAISON_DINGTALK_STREAM_SECRET", id="stream"),
        pytest.param(GOV, ["没有应用的 App Secret"], "LIAISON_DINGTALK_GOV_SECRET", id="gov"),
    ],
)
def test_a_missing_secret_is_told_with_its_variable(text: str, what: list[str], remedy: str, write: Write) -> None:
    found = refused(write(text), {})
    assert [fault[2] for fault in found] == what
    assert all(remedy in fault[3] for fault in found)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(WEBHOOK + 'base_url = "http://oapi.dingtalk.com"', "base_url 写得不对", id="in the clear"),
        pytest.param(STREAM + 'api_url = "https://a@b"', "api_url 写得不对", id="with a login"),
        pytest.param(WEBHOOK + "sign_secret = 'SEC1'", "sign_secret 是密钥", id="a secret in the file"),
        pytest.param(WEBHOOK + 'accounts_of = "x"', "没有配置渠道 x", id="accounts of nobody"),
        pytest.param(GOV + WEBHOOK + 'accounts_of = "dingtalk_gov"', "不是钉钉 Stream 机器人", id="of another kind"),
        pytest.param(
            WEBHOOK + ROOM + ROOM.replace('"长沙"', '"岳阳"'), "有 2 个群都用这个群机器人", id="two rooms of one robot"
        ),
        pytest.param(GOV + ROOM, "在群里说不了话", id="a room of who cannot speak there"),
        pytest.param(
            STREAM + '[channels.b]\nkind = "dingtalk_stream"\nclient_id = "ding1"', "是同一个账号", id="twice"
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, what: str, write: Write) -> None:
    (fault,) = refused(write(text), SECRETS | {"LIAISON_B_SECRET": "x"})
    assert what in fault[2]


def test_a_signing_key_that_is_none_is_refused_and_never_repeated(write: Write) -> None:
    (fault,) = refused(write(WEBHOOK), SECRETS | {"LIAISON_DINGTALK_WEBHOOK_SIGN_SECRET": "hunter2"})
    assert "加签的密钥不对" in fault[2]
    assert "hunter2" not in str(fault)
