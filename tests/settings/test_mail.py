"""The tables of e-mail and short messages: what is read, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.settings import MailSettings, SmsSettings, SmsTemplate
from tests.settings.files import ROOM, Write, refused

MAIL = '[channels.mail]\naddress = "LLZ@Example.gov.cn"\nsmtp = "smtp.example.gov.cn:465"\n'
SMS = (
    '[channels.sms]\nvendor = "aliyun"\nkey_id = "LTAI"\nsign_name = "某市人大"\nnudge = "您有1条通知，请登录。"\n'
    '[[channels.sms.templates]]\nid = "SMS_1"\ntext = "您有{count}条通知，请登录。"\n'
)
PASSWORD = {"LIAISON_MAIL_PASSWORD": "from-the-environment"}
SECRET = {"LIAISON_SMS_SECRET": "from-the-environment", "LIAISON_SMS_CALLBACK": "callback-secret"}


def test_three_lines_bring_in_a_mailbox(write: Write) -> None:
    (channel,) = settings.load(write(MAIL), PASSWORD).channels
    assert isinstance(channel, MailSettings)
    assert (channel.address, channel.password, channel.imap) == ("llz@example.gov.cn", "from-the-environment", "")
    assert "from-the-environment" not in repr(channel)


def test_a_password_may_stand_in_a_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("from-the-file\n", encoding="utf-8")
    (channel,) = settings.load(write(MAIL + 'password_file = "p.txt"\n'), {}).channels
    assert isinstance(channel, MailSettings)
    assert channel.password == "from-the-file"


def test_a_server_that_wants_no_login_wants_no_password(write: Write) -> None:
    (channel,) = settings.load(write(MAIL + "login = false\n"), {}).channels
    assert isinstance(channel, MailSettings)
    assert channel.password == ""


def test_short_messages_are_read_with_their_templates_and_secrets(write: Write) -> None:
    (channel,) = settings.load(write(SMS), SECRET).channels
    assert isinstance(channel, SmsSettings)
    assert (channel.secret, channel.callback) == ("from-the-environment", "callback-secret")
    assert channel.templates == (SmsTemplate(id="SMS_1", text="您有{count}条通知，请登录。"),)
    assert "secret" not in repr(channel).replace("secret_file", "")


BAD_MAIL = {
    "no address": ('[channels.mail]\nsmtp = "a:1"\n', 1, "缺少 address", "address = "),
    "no server": ('[channels.mail]\naddress = "a@b"\n', 1, "缺少 smtp", "smtp = "),
    "an address that is none": (MAIL.replace("LLZ@", "LLZ "), 2, "邮箱地址写得不对", "address = "),
    "a server that is a page": (MAIL.replace("smtp.", "http://smtp."), 3, "邮件服务器写得不对", "主机:端口"),
    "no port": (MAIL.replace(":465", ""), 3, "邮件服务器写得不对", "主机:端口"),
    "another way of security": (MAIL + 'smtp_security = "ssl"\n', 4, "smtp_security 不能这样写", '"starttls"、"plain"'),
    "the password in the file": (MAIL + 'password = "x"\n', 4, "password 是密钥", "LIAISON_MAIL_PASSWORD 或者"),
    "a room without the list's address": (
        MAIL + ROOM, 5, "邮件里没有群", "邮件列表的地址",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"), [pytest.param(*bad, id=name) for name, bad in BAD_MAIL.items()]
)
def test_a_wrong_mailbox_is_told_by_line(text: str, line: int, what: str, remedy: str, write: Write) -> None:
    ((_, found_line, found_what, found_remedy),) = refused(write(text), PASSWORD)
    assert found_line == line
    assert what in found_what
    assert remedy in found_remedy


def test_a_room_of_a_mailing_list_is_one_by_its_address(write: Write) -> None:
    text = MAIL + ROOM.replace("roster", 'external_id = "all@list.gov.cn"\nroster')
    assert settings.load(write(text), PASSWORD).rooms[0].external_id == "all@list.gov.cn"


@pytest.mark.parametrize(("line", "password"), [("", "密码"), ("", "ｐ１"), ('user = "联络员"\n', "p1")])
def test_a_login_that_no_server_can_read_is_told(line: str, password: str, write: Write) -> None:
    ((_, _, what, remedy),) = refused(write(MAIL + line), {"LIAISON_MAIL_PASSWORD": password})
    assert what == "登录名或密码里有中文或全角的字"
    assert password not in remedy


def test_a_missing_password_is_told_with_its_variable(write: Write) -> None:
    ((_, line, what, remedy),) = refused(write(MAIL), {})
    assert (line, what) == (1, "没有邮箱的密码")
    assert "LIAISON_MAIL_PASSWORD" in remedy


BAD_SMS = {
    "another vendor": (SMS.replace("aliyun", "twilio"), 2, "vendor 不能这样写", '"aliyun"、"tencent"'),
    "no template": (SMS.partition("[[")[0], 1, "没有短信模板", "[[channels.sms.templates]]"),
    "one template, not a list": (
        SMS.replace("[[", "[").replace("]]", "]"), 6, "templates 写法不对", "两层方括号",
    ),
    "a nudge that nobody approved": (SMS.replace("您有1条", "您有1件"), 5, "nudge 和哪个模板都对不上", "照一个模板写"),
    "two variables side by side": (SMS.replace("{count}", "{a}{b}"), 8, "模板里的变量写得不对", "两个变量之间要有字"),
    "an open brace": (SMS.replace("{count}", "{count"), 8, "模板里的变量写得不对", "{count}"),
    "Tencent without its application": (SMS.replace("aliyun", "tencent"), 1, "没有写腾讯云的 app_id", "SmsSdkAppId"),
    "a vendor in the clear": (
        SMS.replace('vendor', 'base_url = "http://sms.test"\nvendor'), 2, "base_url 写得不对", "https://",
    ),
    "a room": (SMS + ROOM, 10, "短信里没有群", "channel"),
    "an unknown key of a template": (SMS + 'sign = "x"\n', 9, "不认识 sign", "id、text"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"), [pytest.param(*bad, id=name) for name, bad in BAD_SMS.items()]
)
def test_wrong_short_messages_are_told_by_line(text: str, line: int, what: str, remedy: str, write: Write) -> None:
    told = refused(write(text), SECRET)
    assert (line, True, True) in [(found[1], what in found[2], remedy in found[3]) for found in told], told


def test_two_channels_of_one_mailbox_are_one_too_many(write: Write) -> None:
    text = MAIL + MAIL.replace("[channels.mail]", '[channels.second]\nkind = "mail"')
    told = refused(write(text), PASSWORD | {"LIAISON_SECOND_PASSWORD": "x"})
    assert [(line, what) for _, line, what, _ in told] == [(4, "和 [channels.mail] 是同一个邮箱")]


def test_a_mail_channel_beside_the_chat_page_is_no_second_chat_page(write: Write) -> None:
    loaded = settings.load(write("[channels.webchat]\nopen_seats = false\n" + MAIL + SMS), PASSWORD | SECRET)
    assert [channel.name for channel in loaded.channels] == ["webchat", "mail", "sms"]


@pytest.mark.parametrize(
    ("endpoint", "warned"),
    [("127.0.0.1:25", 0), ("localhost:25", 0), ("10.0.0.5:25", 1), ("smtp.example.gov.cn:25", 1)],
)
def test_mail_in_the_clear_is_warned_of_beyond_this_machine(endpoint: str, warned: int, write: Write) -> None:
    text = MAIL.replace("smtp.example.gov.cn:465", endpoint) + 'smtp_security = "plain"\n'
    told = settings.load(write(text), PASSWORD).warnings
    assert ["明文" in warning.what for warning in told] == [True] * warned


@pytest.mark.parametrize(
    ("text", "said", "variables"),
    [
        ("您有{count}条。", "您有12条。", {"count": "12"}),
        ("您有{count}条。", "您有条。", None),
        ("您有{count}条。", "您有12条。 ", None),
        ("固定的话。", "固定的话。", {}),
        ("{1}前还有{2}人", "8:00前还有3人", {"1": "8:00", "2": "3"}),
        ("{a}前{b}", "前前前", {"a": "前", "b": "前"}),
        ("a.b{x}", "acb1", None),
    ],
)
def test_a_template_says_exactly_its_words(text: str, said: str, variables: dict[str, str] | None) -> None:
    assert SmsTemplate(id="1", text=text).variables(said, 20) == variables
