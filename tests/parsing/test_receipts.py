"""收到 as an answer to a notice: which one it names, whose it is, and what is none."""

from __future__ import annotations

import pytest

from bot.parsing import receipts
from bot.records import Ack


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("收到 3", 3),
        ("收到3", 3),
        ("收到通知3", 3),
        ("通知3收到", 3),
        ("通知 12 已收到，谢谢", 12),
        ("3号通知已收到。", 3),
        ("收到第3号通知", 3),
        ("收到（通知3）", 3),
        ("好的，收到３", 3),
        ("@小联 收到 3", 3),
        ("3 已阅", 3),
        ("收到 3 箱口罩", None),
        ("收到3箱", None),
        ("没收到通知3", None),
        ("通知3收到没有？", None),
        ("收到", None),
        ("3", None),
        ("", None),
    ],
)
def test_the_number_that_a_receipt_says(text: str, number: int | None) -> None:
    assert receipts.number_said(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("「小联：【通知 3】关于推迟会议的通知」\n- - - - - - - - - - - - - - -\n收到", 3),
        ("「小联:【通知 12·更正】会议」\n收到", 12),
        ("小联：还没看到您对通知 4《会议》的回执\n- - - - - - - - - -\n收到", 4),
        ("> 【通知 5】会议\n> 正文\n收到", 5),
        ("「张三：大家吃饭没」\n- - - - - - - - - - - - - - -\n收到", None),
        ("【通知 3】关于推迟会议的通知", None),
        ("通知3收到", None),
    ],
)
def test_the_number_that_a_message_quotes(text: str, number: int | None) -> None:
    assert receipts.number_quoted(text) == number


@pytest.mark.parametrize("text", ["收到", "收到，按时参加", "已知悉。", "好的收到", "收到了"])
def test_what_says_that_it_was_seen(text: str) -> None:
    assert receipts.is_receipt(Ack(source=text))


@pytest.mark.parametrize("text", ["都收到了吧", "都收到了吧？", "大家收到没有", "各位收到吗？"])
def test_what_asks_whether_others_have_is_no_receipt(text: str) -> None:
    assert not receipts.is_receipt(Ack(source=text))


def test_whose_it_is() -> None:
    names = ["张三", "李四", "欧阳静"]
    assert receipts.said_for(Ack(source="李四收到"), "张三", names) == "李四"
    assert receipts.said_for(Ack(source="张三收到"), "张三", names) is None
    assert receipts.said_for(Ack(source="收到"), "张三", names) is None
    assert receipts.said_for(Ack(source="1. 李四", subject="李四"), "张三", names) == "李四"
