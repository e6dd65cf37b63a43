"""Mails as people's programs write them: in every encoding, with quotations below, and those that nobody wrote."""

from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.mail import hypertext, quoting
from bot.channels.mail.reading import Mail, read
from bot.channels.mail.tidings import Sort

OWN = "llz@office.test"
AT = datetime(2020, 2, 10, 0, 0, tzinfo=UTC)
FROM = b"From: zhang@deputies.test\r\nSubject: Re: x\r\nMessage-ID: <1@x>\r\n"


def given_mail(headers: str | bytes = b"", body: bytes = b"36.5", **more: object) -> Mail:
    raw = headers.encode() if isinstance(headers, str) else headers
    return read(FROM + raw.replace(b"\n", b"\r\n") + b"\r\n" + body, AT, OWN, **more)  # type: ignore[arg-type]  # as given


def typed(charset: str, encoding: str = "8bit") -> str:
    return f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n"


# ── encodings ───────────────────────────────────────────────────────────────────────────────────────────────────

RARE = "朱镕、喆、㛃：36.5℃"


@pytest.mark.parametrize(
    ("claimed", "written"),
    [
        ("gb2312", "gb18030"),
        ("GB2312", "gbk"),
        ('"gbk"', "gbk"),
        ("gb18030", "gb18030"),
        ("utf-8", "utf-8"),
        ("us-ascii", "utf-8"),
        ("us-ascii", "gb18030"),
        ("x-nonsense", "utf-8"),
        ("gb2312", "utf-8"),
        ("big5", "big5"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_each_encoding_is_read_whole_whatever_it_claims(claimed: str, written: str, encoding: str) -> None:
    text = {"big5": "張三：正常，36.5", "gbk": "朱镕：36.5"}.get(written, RARE)
    raw = text.encode(written)
    body = {"8bit": raw, "base64": base64.encodebytes(raw), "quoted-printable": quopri.encodestring(raw)}[encoding]
    assert given_mail(typed(claimed, encoding), body).text == text


@pytest.mark.parametrize("body", [b"\xff\xfe\xfd", b"36.5 \xb0\xa1\xff", b"\x00", b""])
def test_what_is_broken_is_read_as_far_as_it_goes(body: bytes) -> None:
    for charset in ("utf-8", "gb2312", "us-ascii", "utf-7", "idna", "x", "base64"):
        given_mail(typed(charset), body)
        given_mail(typed(charset, "base64"), body)
        given_mail(typed(charset, "quoted-printable"), body)


@pytest.mark.parametrize(
    "subject",
    [
        "=?gb2312?B?" + base64.b64encode("朱镕报平安".encode("gb18030")).decode() + "?=",
        "=?utf-8?Q?=E6=9C=B1=E9=95=95=E6=8A=A5=E5=B9=B3=E5=AE=89?=",
        "=?utf-8?B?5py16ZWV?=\r\n =?utf-8?B?5oql5bmz5a6J?=".replace("5py1", base64.b64encode("朱".encode()).decode()),
        "=?utf-8?B?" + base64.b64encode("朱镕报平安".encode()[:8]).decode() + "?=\r\n =?utf-8?B?"
        + base64.b64encode("朱镕报平安".encode()[8:]).decode() + "?=",
    ],
    ids=["gb2312", "quoted", "two words", "a character torn in two"],
)  # fmt: skip
def test_a_subject_is_read_in_each_form(subject: str) -> None:
    raw = f"From: zhang@deputies.test\r\nSubject: {subject}\r\n\r\n36.5".encode()
    assert read(raw, AT, OWN).text == "朱镕报平安\n36.5"


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_a_subject_without_any_encoding_is_read(charset: str) -> None:
    raw = b"From: zhang@deputies.test\r\nSubject: " + "朱镕报平安".encode(charset) + b"\r\n\r\n"
    assert read(raw, AT, OWN).text == "朱镕报平安"


# ── what somebody wrote ─────────────────────────────────────────────────────────────────────────────────────────

OWN_WORDS = "张三 36.5，正常\n家人也都好"
QUOTATIONS = {
    "QQ": '\n\n------------------ 原始邮件 ------------------\n发件人: "联络员"<llz@office.test>;\n李四 38.5 发热',
    "163": '\n在 2020-02-10 08:00:00，"联络员" <llz@office.test> 写道：\n李四 38.5 发热',
    "163 mail master": "\n---- 回复的原邮件 ----\n| 发件人 | 联络员 |\n李四 38.5 发热",
    "Outlook": "\n\n发件人: 联络员\n发送时间: 2020年2月10日 8:00\n收件人: 张三\n主题: 请上报\n\n李四 38.5 发热",
    "Outlook, English": "\n________________________________\nFrom: a\nSent: b\nTo: c\nSubject: d\n\n李四 38.5",
    "Outlook without a line": "\nFrom: a <a@b>\nSent: Monday\nTo: c\nSubject: d\n\n李四 38.5",
    "Gmail": "\n\nOn Mon, Feb 10, 2020 at 8:00 AM 联络员 <llz@office.test> wrote:\n\n> 李四 38.5 发热",
    "Gmail on two lines": "\n\nOn Mon, Feb 10, 2020 at 8:00 AM 联络员\n<llz@office.test> wrote:\n> 李四 38.5",
    "Gmail, Chinese": "\n\n联络员 <llz@office.test> 于2020年2月10日周一 08:00写道：\n\n> 李四 38.5 发热",
    "iPhone": "\n\n发自我的iPhone\n\n> 在 2020年2月10日，08:00，联络员 <llz@office.test> 写道：\n> \n> 李四 38.5",
    "a signature": "\n-- \n李四 38.5\n电话 123",
    "a forward": "\n\n---------- Forwarded message ---------\n发件人： 李四\n38.5 发热",
    "sent from": "\nSent from my Huawei phone",
    "nothing": "",
}


@pytest.mark.parametrize("quotation", [pytest.param(text, id=name) for name, text in QUOTATIONS.items()])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotations_and_signatures_are_not_the_senders_words(quotation: str, end: str) -> None:
    assert quoting.own_words((OWN_WORDS + quotation).replace("\n", end)) == OWN_WORDS


@pytest.mark.parametrize(
    "text",
    [
        "主题：关于修路的建议",
        "在家隔离，体温 36.5",
        "发件人：我\n内容：36.5",
        "来自武汉的亲戚已经回去",
        "1. 张三 36.5\n2. 李四 36.6\n-----\n合计 2 人",
        "日期：2月10日\n体温：36.5",
        "On the whole fine, 36.5",
        "手机坏了，明天再报",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert quoting.own_words(text) == text


def test_an_answer_below_the_quotation_is_kept() -> None:
    assert quoting.own_words("> 请上报\n> 李四 38.5\n\n张三 36.5") == "张三 36.5"


@given(st.text(alphabet="><-_ \n发件人写道:：在于@a.1\u00a0", max_size=400))
def test_stripping_never_fails_and_is_done_once(text: str) -> None:
    once = quoting.own_words(text)
    assert quoting.own_words(once) == once


@pytest.mark.parametrize(
    "line", ["-" * 200_000, "<a@" * 60_000, "在 " * 90_000 + "写道", "_" * 200_000, "发件人:" * 50_000]
)
def test_long_lines_take_no_long_time(line: str) -> None:
    quoting.own_words(f"{line}\n{line}")


HTML = {
    "lines": ("<div>张三 <b>36.5</b></div><div>正常&nbsp;</div>", "张三 36.5\n正常"),
    "breaks": ("张三<br>36.5<br/>正常", "张三\n36.5\n正常"),
    "style and script": ("<style>p{}</style><script>38.5</script><title>x</title><p>36.5", "36.5"),
    "a Gmail quotation": ('36.5<div class="gmail_quote">On … wrote:<blockquote>38.5</blockquote></div>', "36.5"),
    "an Outlook quotation": ('<p>36.5</p><div id="divRplyFwdMsg">发件人: x</div>', "36.5"),
    "a 163 quotation": ('<div>36.5</div><div id="isReplyContent">38.5</div>', "36.5"),
    "a QQ quotation": ("<div>36.5</div><div><includetail>38.5</includetail></div>", "36.5"),
    "a table": ("<table><tr><td>张三</td><td>36.5</td></tr><tr><td>李四</td></tr></table>", "张三 36.5\n李四"),
    "entities": ("&#24352;&#19977; 36.5&#8451; &lt;好&gt;", "张三 36.5℃ <好>"),
    "never closed": ("<div><p><b>36.5", "36.5"),
    "a comment": ("36.5<!-- 38.5 --><!-- 39 --> 正常", "36.5 正常"),
    "a comment without end": ("36.5 <!-- 正常", "36.5 <!-- 正常"),
    "what Word adds": ("<!DOCTYPE html><?xml:n /><p>36.5<![if !x]> ℃<![endif]><o:p></o:p></p>", "36.5 ℃"),
    "less than": ("体温 < 37 且 > 36", "体温 < 37 且 > 36"),
    "a bracket in an attribute": ('<p title="a > b">36.5</p>', "36.5"),
    "a script never closed": ("36.5<script>38.5", "36.5"),
    "closed too often": ("</div></p>36.5</b></div>", "36.5"),
}


@pytest.mark.parametrize(("markup", "text"), [pytest.param(*case, id=name) for name, case in HTML.items()])
def test_html_is_read_as_it_is_shown(markup: str, text: str) -> None:
    assert hypertext.text_of(markup) == text


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<", "<a ", "<a href=", "</", "<![", "<!", "&#", "<a b='", "<p>", "<?", "<script>", "<a b=c ", '<a"'],
)
def test_no_markup_takes_a_long_time(piece: str) -> None:
    hypertext.text_of(piece * (400_000 // len(piece)))


@given(st.text(alphabet="<>/!-?\"'= apdivscript&#;x3", max_size=300))
def test_no_markup_is_too_broken(markup: str) -> None:
    hypertext.text_of(markup)


def test_a_mail_of_html_alone_is_read_and_beside_plain_text_it_is_not() -> None:
    html = b"<html><body><p>36.5</p><blockquote>38.5</blockquote></body></html>"
    assert given_mail("Content-Type: text/html; charset=utf-8\n", html).text == "36.5"
    both = (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain 36.5\r\n--b\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html + b"\r\n--b--\r\n"
    )
    assert given_mail('Content-Type: multipart/alternative; boundary="b"\n', both).text == "plain 36.5"
    empty = both.replace(b"plain 36.5", b" ")
    assert given_mail('Content-Type: multipart/alternative; boundary="b"\n', empty).text == "36.5"


def test_a_mail_inside_the_mail_is_somebody_elses_word() -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: li@x.test\r\nSubject: y\r\n\r\n38.5\r\n--b--\r\n"
    )
    assert given_mail('Content-Type: multipart/mixed; boundary="b"\n', body).text == "see below"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("建议修路", "建议修路\n36.5"),
        ("Re: 请上报", "36.5"),
        ("回复：请上报", "36.5"),
        ("答复: x", "36.5"),
        ("", "36.5"),
    ],
)
def test_a_subject_of_ones_own_is_the_first_line(subject: str, text: str) -> None:
    raw = f"From: zhang@deputies.test\r\nSubject: {subject}\r\n\r\n36.5".encode()
    assert read(raw, AT, OWN).text == text


# ── who, when, which ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("张三 <Zhang@Deputies.Test>", "zhang@deputies.test"),
        ("=?gb2312?B?1cXI/Q==?= <zhang@deputies.test>", "zhang@deputies.test"),
        ('"llz@office.test" <zhang@deputies.test>', "zhang@deputies.test"),
        ("<zhang@deputies.test>, <li@x.test>", "zhang@deputies.test"),
        ("张三", ""),
        ("", ""),
        ("(" * 3000, ""),
        ("<zhang@deputies.test\r\n>", "zhang@deputies.test"),
    ],
)
def test_the_sender_is_the_address_and_nothing_else(written: str, sender: str) -> None:
    assert read(f"From: {written}\r\n\r\nx".encode(), AT, OWN).sender == sender


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Mon, 10 Feb 2020 07:59:00 +0800", AT - timedelta(minutes=1)),
        ("Sun, 9 Feb 2020 23:59:59 GMT", AT - timedelta(seconds=1)),
        ("Sat, 01 Feb 2020 08:00:00 +0800", AT),
        ("Mon, 10 Feb 2020 09:00:00 +0800", AT),
        ("yesterday", AT),
        ("", AT),
        ("Mon, 10 Feb 99999 07:59:00 +0800", AT),
    ],
)
def test_a_mails_own_time_counts_where_it_can_be(written: str, at: datetime) -> None:
    assert given_mail(f"Date: {written}\n").sent_at == at


def test_the_same_mail_has_the_same_id_and_another_senders_another() -> None:
    again = read(b"Received: x\r\n" + FROM + b"\r\n36.5", AT, OWN)
    other = read((FROM + b"\r\n36.5").replace(b"zhang@", b"li@"), AT, OWN)
    assert given_mail().id == again.id != other.id
    lone = [read(b"From: a@b.test\r\nDate: x\r\n\r\n" + body, AT, OWN).id for body in (b"1", b"1", b"2")]
    assert lone[0] == lone[1] != lone[2]


SORTS = {
    "a letter": ("", Sort.LETTER),
    "not automatic, said so": ("Auto-Submitted: no\n", Sort.LETTER),
    "an auto-reply": ("Auto-Submitted: auto-replied\n", Sort.AUTOMATIC),
    "of Exchange": ("Auto-Submitted: auto-generated (x)\n", Sort.AUTOMATIC),
    "of cPanel": ("X-Autorespond: x\n", Sort.AUTOMATIC),
    "by precedence": ("Precedence: auto_reply\n", Sort.AUTOMATIC),
    "from nobody": ("Return-Path: <>\n", Sort.AUTOMATIC),
    "a list": ("List-Id: x <x.y>\n", Sort.LIST),
    "advertising": ("List-Unsubscribe: <mailto:x@y>\n", Sort.LIST),
    "bulk": ("Precedence: BULK\n", Sort.LIST),
}


@pytest.mark.parametrize(("headers", "sort"), [pytest.param(*case, id=name) for name, case in SORTS.items()])
def test_mails_that_nobody_wrote_are_known_by_their_headers(headers: str, sort: Sort) -> None:
    mail = given_mail(headers, b"36.5")
    assert mail.sort is sort
    assert mail.text == ("36.5" if sort is Sort.LETTER else "")


@pytest.mark.parametrize(
    "subject", ["自动回复：请上报", "自动答复: x", "Automatic reply: x", "Out of Office: x", "Re: 自动回复 x"]
)
def test_auto_replies_are_known_by_their_subject_where_nothing_else_tells(subject: str) -> None:
    assert read(f"From: a@b.test\r\nSubject: {subject}\r\n\r\nx".encode(), AT, OWN).sort is Sort.AUTOMATIC


@pytest.mark.parametrize("sender", ["noreply@x.test", "no-reply@x.test", "postmaster@x.test", "MAILER-DAEMON@x.test"])
def test_robots_are_known_by_their_addresses(sender: str) -> None:
    assert read(f"From: {sender}\r\nSubject: hello\r\n\r\nx".encode(), AT, OWN).sort is Sort.AUTOMATIC


def test_our_own_mails_are_our_own() -> None:
    assert read(f"From: 联络员 <{OWN}>\r\n\r\n36.5".encode(), AT, OWN).sort is Sort.OWN


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (
            "From: PostMaster@qq.com\nSubject: 系统退信/System bounce",
            "无法投递 zhang@deputies.test\n--\nMessage-ID: <post-9.0123456789ab@office.test>",
        ),
        (
            "From: MAILER-DAEMON@x.test\nSubject: failure notice\nIn-Reply-To: <post-9.0123456789ab@office.test>",
            "<zhang@deputies.test>: 550 5.1.1 no",
        ),
        (
            "From: a@b.test\nReturn-Path: <>\nSubject: Mail delivery failed\nX-Failed-Recipients: zhang@deputies.test",
            "x\n\nMessage-ID: <post-9.0123456789ab@office.test>",
        ),
    ],
    ids=["QQ", "qmail", "exim"],
)
def test_bounces_that_keep_no_standard_are_understood(headers: str, body: str) -> None:
    mail = read(f"{headers}\n\n{body}".replace("\n", "\r\n").encode(), AT, OWN)
    assert mail.sort is Sort.BOUNCE
    assert mail.bounce is not None
    assert (mail.bounce.post, mail.bounce.final) == (9, True)
    assert mail.bounce.account in ("", "zhang@deputies.test")


def test_a_bounce_of_somebody_elses_domain_names_none_of_our_posts() -> None:
    raw = b"From: postmaster@x\r\nSubject: Undeliverable\r\n\r\nMessage-ID: <post-9.0123456789ab@other.test>"
    mail = read(raw, AT, OWN)
    assert mail.bounce is not None
    assert mail.bounce.post is None


# ── hostile ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("depth", [9, 60, 2000])
def test_parts_inside_parts_end_somewhere(depth: int) -> None:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    raw = b"From: a@b.test\r\nSubject: Re: x\r\n" + opened + b"Content-Type: text/plain\r\n\r\n38.5\r\n"
    mail = read(raw, AT, OWN)
    assert mail.sender == "a@b.test"
    assert mail.text in ("", "38.5")


@pytest.mark.parametrize(
    "header",
    [b"Content-Type: text/plain" + b";" * 2_000_000, b"Content-Type: text/plain" + b";\r\n a=" * 200_000,
     b"Subject: " + b"=?utf-8?B?" * 100_000, b"From: " + b"<a@" * 200_000, b"References: " + b"<post-1." * 200_000,
     b"Authentication-Results: " + b";" * 500_000, b"Date: " + b"1 " * 300_000, b"X: y\r\n" * 100_000],
    ids=range(8),
)  # fmt: skip
def test_headers_made_to_harm_take_no_long_time(header: bytes) -> None:
    mail = read(b"Message-ID: <1@x>\r\n" + header + b"\r\nFrom: a@b.test\r\n\r\n38.5", AT, OWN, auth_server="mx")
    assert mail.sender in ("a@b.test", "")


def test_a_mail_of_very_many_parts_is_not_read() -> None:
    body = b"--b\r\nContent-Type: text/plain\r\n\r\n36.5\r\n" * 500 + b"--b--\r\n"
    mail = given_mail('Content-Type: multipart/mixed; boundary="b"\n', body)
    assert (mail.readable, mail.text, mail.files) == (False, "", ())


@given(st.text(alphabet="=?utf-8bBqQ gbk\r\n\t,;<>@\"():a.1[]%'*", max_size=200))
def test_no_header_is_too_broken(written: str) -> None:
    for name in ("Subject", "From", "Date", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding"):
        headers = f"{name}: {written}".rstrip("\r\n").encode()
        mail = read(b"From: a@b.test\r\n" + headers + b"\r\n\r\n36.5", AT, OWN)
        assert mail.id


@given(st.binary(max_size=600))
def test_no_bytes_are_too_broken(content: bytes) -> None:
    read(content, AT, OWN)
    read(FROM + content, AT, OWN, auth_server="mx.office.test")
    read(FROM + b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n' + content, AT, OWN)
