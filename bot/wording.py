"""PURE: every sentence the bot says, in Chinese, as functions: one file for staff to proofread, hence its length.

Numbers and names come in as arguments; nothing is looked up here. Of a person's health only those functions speak
whose name says `private`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime


def day(on: date) -> str:
    """A day as people say it: 2月8日."""
    return f"{on.month}月{on.day}日"


def clock_time(moment: datetime) -> str:
    """A time of day: 08:05."""
    return f"{moment:%H:%M}"


def gap(began: datetime, ended: datetime) -> str:
    """A channel was cut off for a while; both are local."""
    first = f"{day(began.date())} {clock_time(began)}"
    last = clock_time(ended) if began.date() == ended.date() else f"{day(ended.date())} {clock_time(ended)}"
    return (
        f"【断线提示】{first} 至 {last} 与微信断开，这段时间群里说的话我可能没有收到。\n"
        "请看一眼群聊；有漏的，复制下来发“/录入”加原文，我来补记，不会重复。"
    )


def rules_refused(faults: Sequence[str]) -> str:
    """Rules files were changed and cannot be used; `faults` say file, line, what and remedy."""
    return f"【规则有误】刚改的规则没有用上，我照原来的接着读。改好了我会自己换上：\n{_first(faults)}"


def rosters_refused(faults: Sequence[str]) -> str:
    """Rosters were changed and cannot be used; `faults` name lines, never people."""
    return f"【名单有误】刚改的名单没有用上，我照原来的接着记、接着催。改好了我会自己换上：\n{_first(faults)}"


_MOST_FAULTS = 8


def _first(faults: Sequence[str]) -> str:
    more = len(faults) - _MOST_FAULTS
    rest = [f"……还有 {more} 处，运行 liaison check 看全"] if more > 0 else []
    return "\n".join([*faults[:_MOST_FAULTS], *rest])


def doubtful(number: int, why: str, place: str, at: datetime, *, held: bool) -> str:
    """Nobody can know whether a post went out."""
    what = f"【发送结果不明】{clock_time(at)} 的“{why}”可能没有发到“{place}”。"
    if held:
        return what + f"我先扣着没有再发，请看一眼群里：没有就发 /重发 {number}，有了就发 /作罢 {number}。"
    return what + f"为免重复没有再发，请看一眼群里；确实没有的话，发 /重发 {number}。"


# --- schedules ---------------------------------------------------------------------------------------------------


def reminder(fill: Mapping[str, object]) -> str:
    """The morning's reminder to a room."""
    return (
        f"各位代表：请报{fill['date']}健康情况，{said_in_room()}，比如：\n36.5 健康 在长沙\n"
        "（不舒服的请写明症状；替别人报请写“代张三报：36.5 健康”）"
    )


def said_in_room() -> str:
    """How to answer where the bot hears all that is said."""
    return "直接在群里说就行"


def said_to_bot(bot_name: str) -> str:
    """How to answer where the bot hears only what mentions it."""
    return f"请在群里 @{bot_name} 说（不 @ 我听不到）"


def said_alone(bot_name: str) -> str:
    """How to answer where the bot hears nothing of what the room says."""
    return f"群里说的{bot_name}听不到，请单独发给我，或者打开您的个人链接报"


def reminder_where_mentioned(fill: Mapping[str, object], bot_name: str) -> str:
    """The morning's reminder to a room of which the bot hears only what mentions it."""
    return (
        f"各位代表：请报{fill['date']}健康情况。{said_to_bot(bot_name)}，比如：\n"
        f"@{bot_name} 36.5 健康 在长沙\n（不舒服的请写明症状，也可以单独发给我；替别人报请写“代张三报：36.5 健康”）"
    )


def reminder_where_deaf(fill: Mapping[str, object], bot_name: str) -> str:
    """The morning's reminder to a room of which the bot hears nothing."""
    return (
        f"各位代表：请报{fill['date']}健康情况。{said_alone(bot_name)}，比如：\n"
        "36.5 健康 在长沙\n（不舒服的请写明症状）"
    )


def reminder_of_missing(fill: Mapping[str, object], names: Sequence[str]) -> str:
    """The later reminder, to those who have not reported; their names stand as mentions, or here."""
    said = "、".join(names)
    return f"{said}{'：' if said else ''}还没看到您{fill['date']}的健康情况，方便时报一下，谢谢。"


def all_reported(fill: Mapping[str, object]) -> str:
    """Nobody is missing."""
    return "{date}健康情况已全部报齐，应报 {should} 人，谢谢大家。".format_map(fill)


def tally_for_room(
    on: date, should: int, reported: int, missing: Sequence[str], leave: int, others: Sequence[str], *, names: bool
) -> str:
    """A day's tally as a group of deputies sees it: counts, and who has not reported, where the office shows that."""
    lines = [
        f"{day(on)}健康上报：应报 {should} 人，已报 {reported} 人，未报 {len(missing)} 人"
        + (f"，请假 {leave} 人" if leave else "")
    ]
    if missing and names:
        lines.append("未报：" + "、".join(missing))
    if others:
        lines.append("；".join(others))
    return "\n".join(lines)


def total(rooms: int, should: int, reported: int) -> str:
    """All rooms together; who is in two groups counts once."""
    rate = f"，上报率 {reported / should:.1%}" if should else ""
    return f"合计 {rooms} 个群：应报 {should} 人，已报 {reported} 人{rate}"


def gap_note(spans: Sequence[tuple[datetime, datetime]]) -> str:
    """Figures of a day on which messages may be missing."""
    said = "、".join(f"{clock_time(began)}–{clock_time(ended)}" for began, ended in spans)
    return f"（{said} 曾断线，这段时间的消息可能没收全）"


def also_reported(suggestions: int, problems: int, deeds: int, cash_yuan: float) -> list[str]:
    """What else a room said that day."""
    said = []
    if suggestions:
        said.append(f"意见建议 {suggestions} 条")
    if problems:
        said.append(f"问题反映 {problems} 条")
    if deeds:
        said.append(f"先进事迹 {deeds} 件" + (f"（捐款 {money(cash_yuan)}）" if cash_yuan else ""))
    return said


def money(yuan: float) -> str:
    """Money as officials write it: 800 元, 12.86 万元."""
    if yuan >= 10_000:
        return f"{yuan / 10_000:.4f}".rstrip("0").rstrip(".") + " 万元"
    return f"{yuan:.2f}".rstrip("0").rstrip(".") + " 元"


# --- private: of a person's health ---------------------------------------------------------------------------------


def private_alert(
    name: str,
    unit: str,
    room: str,
    at: datetime,
    state: str,
    said: str,
    *,
    by: str,
    relative: bool,
    unsure: bool,
    asked: bool,
) -> str:
    """Somebody is or may be unwell: for one member of staff at a time, never for a group."""
    whose = f"{name}的家属" if relative else name
    head = "【待核实】" if unsure else "【健康异常】"
    where = "，".join(part for part in (unit, room) if part)
    source = f"（{by}代报）" if by else ""
    return f"{head}{whose}（{where}）{clock_time(at)}{source}报：{state}。\n原话：{said}" + (
        "\n我私下追问一句，没问清楚再告诉您。" if asked else ""
    )


def private_state(temperature: float | None, symptoms: Sequence[str], others: Sequence[str], *, unsure: bool) -> str:
    """A state of health in a few words."""
    parts = [f"{temperature:g}℃"] if temperature is not None else []
    parts += symptoms
    parts += others
    return "、".join(parts) or ("说得不清楚，请问一下" if unsure else "不适")


def private_line(on: date, room: str, name: str, state: str, *, unsure: bool) -> str:
    """One person who is or may be unwell."""
    return f"{day(on)} {room} {name}：{state}" + ("（待核实）" if unsure else "")


def private_ill(lines: Sequence[str]) -> str:
    """Who is unwell, for one member of staff."""
    return "异常、待核实：\n" + "\n".join(lines) if lines else "没有异常或待核实的。"


def private_question(
    words: str, said_at: datetime, now: datetime, *, whose: str, relative: bool, temperature: bool
) -> str:
    """What the words left open, asked back: to whoever wrote it, alone. Both instants are local."""
    said = f"您{_when(said_at, now)}{f'替{whose}' if whose else ''}报的“{words}”"
    whose = "家里人" if relative else whose
    if temperature:
        return f"{said}，{whose}体温是多少度？回一句就行。"
    return f"{said}，{whose}现在有没有发热、咳嗽或者不舒服？回一句就行。"


def _when(moment: datetime, now: datetime) -> str:
    """When something was said lately, as people say it: 今早, 昨晚."""
    parts: tuple[tuple[int, str], ...]
    if moment.date() == now.date():
        parts = ((5, "凌晨"), (10, "今早"), (12, "今天上午"), (14, "今天中午"), (18, "今天下午"), (24, "今晚"))
    else:
        parts = ((12, "昨天上午"), (18, "昨天下午"), (24, "昨晚"))
    return next(name for until, name in parts if moment.hour < until)


def private_still_open(
    name: str, room: str, at: datetime, words: str, *, asked: str, answer: str, relative: bool
) -> str:
    """Asking has not settled a state: for one member of staff at a time."""
    whose = f"{name}的家属" if relative else name
    if answer:
        then = f"问过{asked}，回的是“{answer}”，还是不清楚"
    else:
        then = f"问过{asked}，还没有回" if asked else "想问一句，没能送到"
    verdict = f"{name} 家属" if relative else name
    where = f"（{room}）" if room else ""
    return (
        f"【请核实】{whose}{where}{clock_time(at)} 报的“{words}”，{then}。\n"
        f"问清楚后发：/核实 {verdict} 正常，或 /核实 {verdict} 异常。全部待核实的：/待核"
    )


def private_open_line(
    name: str, place: str, on: date, at: datetime, words: str, state: str, asking: str, *, relative: bool
) -> str:
    """One state that is open: who, when, in which words, what was read, how far the asking is."""
    whose = f"{name}的家属" if relative else name
    where = f"（{place}）" if place else ""
    return f"· {whose}{where}{day(on)} {clock_time(at)}：“{words}”；读作：{state}；{asking}"


def private_asking(state: str, answer: str, *, asked: bool) -> str:
    """How far asking back is."""
    if answer:
        return f"后来说“{answer}”"
    if state == "asked":
        return "已私下问，等回话"
    if state == "waiting":
        return "早上再问"
    return "问过，没有回" if asked else "没有问"


def private_open_states(lines: Sequence[str]) -> str:
    """All that is open, for one member of staff."""
    if not lines:
        return "没有待核实的。"
    return "待核实：\n" + "\n".join(lines) + "\n问清楚后发：/核实 姓名 正常，或 /核实 姓名 异常（也可用 /更正、/代报）"


def excerpt(words: str, most: int) -> str:
    """The beginning of somebody's words, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"


# --- answers to commands ---------------------------------------------------------------------------------------------


def staff_only(bot_name: str) -> str:
    """A deputy tried a command."""
    return f"这个命令由联工委工作人员使用。您直接说就行，比如“36.5 健康”，{bot_name}会记下来。"


def unknown_command(name: str, nearest: str | None) -> str:
    """No such command."""
    guess = f"您是不是想用 /{nearest}？" if nearest else ""
    return f"没有 /{name} 这个命令。{guess}发 /帮助 看全部命令。"


def nothing_to_explain(name: str, on: date) -> str:
    """Nothing stands of that person that could be explained."""
    return f"{name}{day(on)}没有记录。"


def private_reasons(name: str, on: date, lines: Sequence[str]) -> str:
    """Why the reports about somebody were read as they were, the one that counts first."""
    return "\n".join([f"{name}{day(on)}的记录，以第一条为准：", *lines])


def private_reason(at: datetime, source: str, state: str, rules: Sequence[str], version: str, *, ill: bool) -> str:
    """One report: the words, what was read, by which rules."""
    read = f"异常（{state}）" if ill and state else "异常" if ill else f"正常（{state}）" if state else "正常"
    by = f"依据：{'、'.join(rules)}（规则版本 {version}）" if rules else "由工作人员记下"
    return f"· {at:%H:%M}“{source}” → {read}。{by}"


def help_text(bot_name: str, lines: Sequence[str]) -> str:
    """All commands."""
    return f"{bot_name}能做这些（中文英文都行）：\n" + "\n".join(lines) + "\n日期可写：今天、昨天、2月10日、2020-02-10"


def which_day(written: str) -> str:
    """A day that could not be read."""
    return f"没看懂“{written}”是哪一天。可以写：今天、昨天、2月10日、2020-02-10。"


def which_room(written: str, known: Sequence[str]) -> str:
    """No such room or unit."""
    return f"没有叫“{written}”的群或单位。现有的群：{'、'.join(known) or '（还没有）'}"


def no_room(command: str) -> str:
    """A command that needs a room was said where there is none."""
    return f"请在群里发 /{command}，或写明群名：/{command} 群名"


def who_is_it(written: str, candidates: Sequence[str]) -> str:
    """A name that is nobody's, or several people's."""
    if not candidates:
        return f"名单里没有“{written}”。请写名单上的全名。"
    return f"“{written}”可能是：{'、'.join(candidates)}。请写清楚是哪一位（单位-姓名）。"


def missing_list(on: date, room: str, names: Sequence[str], counted: Mapping[str, int], *, show: bool) -> str:
    """Who has not reported."""
    rest = "".join(f"，{what} {number} 人" for what, number in counted.items() if number)
    if not names:
        return f"{room} {day(on)}已全部报齐{rest}。"
    said = f"{room} {day(on)}未报 {len(names)} 人{rest}"
    return f"{said}：{'、'.join(names)}" if show else said + "（名单已私发工作人员）"


def reminded(count: int) -> str:
    """A reminder was made due by hand."""
    return f"好的，这就提醒 {count} 位未报的代表。" if count else "都报齐了，不用提醒。"


def recorded(name: str, on: date) -> str:
    """A report on somebody's behalf was noted. Says no value: it may stand in a group."""
    return f"已记下{name}{day(on)}的情况。"


def nothing_read(command: str) -> str:
    """A report behind a command could not be read."""
    return f"没看懂要记什么。可以写：/{command} 张三 36.5 健康"


def corrected(name: str, on: date) -> str:
    """A record was corrected by staff."""
    return f"已更正{name}{day(on)}的情况，原来的记录留底。"


def nothing_to_correct(name: str, on: date) -> str:
    """There is nothing to correct."""
    return f"{name}{day(on)}没有记录可更正。要补记请用 /代报。"


def verified(name: str, on: date) -> str:
    """Staff settled a state. Says no value: it may stand in a group."""
    return f"已记下{name}{day(on)}的核实结果。"


def which_verdict() -> str:
    """What was found out could not be read."""
    return "请写明是正常还是异常：/核实 张三 正常，/核实 张三 异常，家属写 /核实 张三 家属 正常"


def leave_noted(name: str, first: date, last: date) -> str:
    """Leave was noted."""
    span = day(first) if first == last else f"{day(first)}至{day(last)}"
    return f"已记{name}{span}请假，这几天不催报。"


def leave_ended(name: str) -> str:
    """Leave was taken back."""
    return f"已销{name}的假。"


def marked(name: str, on: date, state: str) -> str:
    """A state was noted by staff."""
    return f"已记{name}{day(on)}：{state}。"


def paused(room: str) -> str:
    """The bot is silent in a room from now on."""
    return f"好的，我在“{room}”先不说话了；大家报的照样记。要恢复发 /恢复。"


def resumed(room: str) -> str:
    """The bot speaks in a room again."""
    return f"好的，“{room}”恢复提醒和汇总。"


def bound(account: str, name: str, count: int) -> str:
    """An account was bound to a person."""
    again = f"，之前说的 {count} 条重新记过" if count else ""
    return f"已绑定：{account} 就是{name}{again}。"


def waiting_accounts(lines: Sequence[str]) -> str:
    """Accounts and names that are nobody's yet."""
    if not lines:
        return "没有待绑定的。"
    return (
        "这些还不知道是谁（他们报的都留着，绑定后补计）：\n"
        + "\n".join(lines)
        + "\n用法：/绑定 看到的名字 名单上的姓名"
    )


def pasted(new: int, known: int, unread: int) -> str:
    """A pasted text was taken in."""
    text = f"录入 {new} 条" + (f"，另有 {known} 条之前已收到，没有重复记" if known else "")
    return text + (f"；有 {unread} 行没看懂，没有录入" if unread else "") + "。"


def nothing_pasted() -> str:
    """A pasted text held no message."""
    return "没看到可录入的内容。请把群聊复制下来，接在 /录入 后面一起发；可先写群名一行。"


def exported(name: str) -> str:
    """An export is ready."""
    return f"{name} 已导出。"


def kind_name(kind: str) -> str:
    """What people call a kind of record."""
    return {
        "health": "健康上报",
        "health_count": "人数上报",
        "suggestion": "意见建议",
        "problem": "问题反映",
        "deed": "先进事迹",
        "practice": "经验做法",
        "comment": "征求意见",
        "ack": "收到",
        "retract": "作废",
        "command": "命令",
    }.get(kind, kind)


def state_names() -> Mapping[str, str]:
    """The seven states of a person's day."""
    return {
        "well": "已报正常",
        "ill": "已报异常",
        "zero": "零报告",
        "proxy": "代报",
        "leave": "请假",
        "missing": "未报",
        "unreachable": "联系不上",
    }


def which_state(written: str, known: Sequence[str]) -> str:
    """No such state of a person's day."""
    return f"没有“{written}”这种标记。可以写：{'、'.join(known)}、取消。"


def no_such_account(written: str, waiting: Sequence[str]) -> str:
    """Nobody was seen under that name."""
    return f"没见过叫“{written}”的。" + waiting_accounts(waiting)


def with_link(text: str, url: str) -> str:
    """An answer whose file cannot be sent there."""
    return f"{text}\n七天内可下载：{url}"


def unreached(name: str, bot_name: str) -> str:
    """Something waits for a member of staff who cannot be told privately. Does not say what."""
    return f"有给{name}的提醒，但我还没法私聊{name}。请{name}加{bot_name}好友，私聊我说“/异常”就能看到。"


def undelivered(name: str) -> str:
    """What was sent to somebody's address did not arrive. Does not say what."""
    return f"发给{name}的消息没有送到，请核对名单里{name}的邮箱或手机号。是哪一条，发 /待发 看。"


def received(names: Sequence[str]) -> str:
    """A report was noted; says no value."""
    return f"已收到{'、'.join(names)}的情况。"


def pieces(text: str, most_bytes: int | None) -> Sequence[str]:
    """A text in pieces of at most so many UTF-8 bytes, parted at line ends, else behind a mark, else anywhere."""
    if most_bytes is None or len(text.encode()) <= most_bytes:
        return (text,)
    found, rest = [], text
    while len(rest.encode()) > most_bytes:
        head = rest.encode()[:most_bytes].decode("utf-8", "ignore")
        cut = max(head.rfind("\n") + 1, 0) or max(head.rfind(mark) + 1 for mark in "。；、，") or len(head)
        found.append(rest[:cut].rstrip("\n"))
        rest = rest[cut:]
    return tuple(piece for piece in (*found, rest) if piece.strip())


def one_at_a_time(command: str, other: str) -> str:
    """A report on somebody's behalf that speaks of another person, too."""
    return f"一次只记一个人，这里还说到了“{other}”。请分开写：/{command} 姓名 情况"


def is_paused(room: str) -> str:
    """Nothing is said in a paused room."""
    return f"“{room}”正暂停着，我不在群里说话。要恢复发 /恢复。"


def unhandled(place: str, at: datetime, *, lost: bool) -> str:
    """A message could not be handled; says nothing of what stands in it."""
    what = "内容没有取到" if lost else "没能处理，原文留着"
    return f"【请看一眼】“{place}” {clock_time(at)} 有一条消息{what}。请到群里看看是谁说的什么，需要就用 /代报 补记。"


def name_of_another(written: str, whose: str) -> str:
    """A name that was seen cannot be bound to one person, as the roster gives it to another."""
    return f"“{written}”在名单上是{whose}的名字，不能绑定给别人。"


def held_line(number: int, at: datetime, why: str, place: str, state: str) -> str:
    """One post that waits for a person."""
    states = {"held": "扣着等您定", "unknown": "可能没发出", "refused": "平台不收", "stale": "太晚没发"}
    return f"{number}. {day(at.date())} {clock_time(at)}“{why}”（{place}）：{states[state]}"


def held_posts(lines: Sequence[str]) -> str:
    """What waits for a person; says nothing of what stands in it."""
    if not lines:
        return "没有等着处理的。"
    return "这些等您定：\n" + "\n".join(lines) + "\n再发：/重发 编号；不发了：/作罢 编号"


def said_again(number: int, why: str) -> str:
    """A post goes out once more."""
    return f"好的，{number} 号“{why}”这就再发。"


def dropped(number: int, why: str) -> str:
    """A post is not said any more."""
    return f"好的，{number} 号“{why}”不发了。"


def which_post(command: str) -> str:
    """No post of that number waits."""
    return f"没有这个编号。先发 /待发 看编号，再发 /{command} 编号。"


# --- the office's own forms (采集) -----------------------------------------------------------------------------------


def value(said: str | float | bool) -> str:
    """A field's value as people write it."""
    if isinstance(said, bool):
        return "是" if said else "否"
    return said if isinstance(said, str) else f"{said:g}"


def form_field(
    ask: str, name: str, options: Sequence[str], units: Sequence[str], bounds: Sequence[float | None]
) -> str:
    """How a reminder asks for a field; `bounds` are the least and the most, None where there is none."""
    if ask:
        return ask
    if options:
        return f"{name}（{'／'.join(options)}）"
    low, high = (f"{bound:g}" if bound is not None else "" for bound in bounds)
    unit = f" {units[0]}" if units else ""
    if low and high:
        return f"{name}（{low} 到 {high}{unit}）"
    if low or high:
        return f"{name}（{'至少 ' + low if low else '至多 ' + high}{unit}）"
    return f"{name}（{units[0]}）" if units else name


def form_reminder(title: str, fields: Sequence[str], example: str, *, on: date | None, how: str) -> str:
    """Asks for answers to a form; `on` for one that is answered each day, `how` says where an answer is heard."""
    asked = "\n".join(f"{number}. {field}" for number, field in enumerate(fields, 1))
    such = f"，比如：{example}" if example else ""
    return f"请填{title}{f'（{day(on)}）' if on else ''}：\n{asked}\n{how}{such}\n（替别人报请写“代张三报：…”）"


def form_reminder_of_missing(title: str, names: Sequence[str]) -> str:
    """The later reminder; the names stand as mentions, or here."""
    said = "、".join(names)
    return f"{said}{'：' if said else ''}还没看到您的{title}，方便时填一下，谢谢。"


def form_tally(title: str, on: date, counts: tuple[int, int, int, int], leave: int) -> str:
    """A form's day in counts: asked, answered, missing, incomplete."""
    asked, answered, missing, incomplete = counts
    return (
        f"{title}（{day(on)}）：应报 {asked} 人，已报 {answered} 人，未报 {missing} 人"
        + (f"，没填全 {incomplete} 人" if incomplete else "")
        + (f"，请假 {leave} 人" if leave else "")
    )


def form_heading(title: str, on: date, room: str) -> str:
    """What stands above a form's particulars."""
    return f"【{room}】{title}（{day(on)}）："


def form_missing(names: Sequence[str]) -> str:
    """Who has not answered."""
    return f"未报：{'、'.join(names)}"


def form_incomplete(names: Sequence[str]) -> str:
    """Whose answer is not whole."""
    return f"没填全：{'、'.join(names)}"


def form_to_ask(name: str, unclear: Sequence[str], lacking: Sequence[str]) -> str:
    """What is still to be asked of somebody."""
    said = [f"{'、'.join(unclear)}没看懂"] if unclear else []
    said += [f"缺{'、'.join(lacking)}"] if lacking else []
    return f"{name}：{'，'.join(said)}"


def form_sum(name: str, total: float, unit: Sequence[str], answers: int) -> str:
    """The sum of a number."""
    return f"{name}：合计 {total:g}{' ' + unit[0] if unit else ''}（{answers} 人）"


def form_counts(name: str, counts: Mapping[str, int]) -> str:
    """How many said what."""
    return f"{name}：" + "，".join(f"{said} {number}" for said, number in counts.items())


def standing_names() -> Mapping[str, str]:
    """How a person may stand in a form."""
    return {
        "answered": "已报",
        "incomplete": "没填全",
        "leave": "请假",
        "missing": "未报",
        "unreachable": "联系不上",
    }


def form_recorded(title: str, name: str) -> str:
    """An answer on somebody's behalf was noted. Says no value: it may stand in a group."""
    return f"已记下{name}的{title}。"


def form_corrected(title: str, name: str) -> str:
    """An answer was corrected by staff."""
    return f"已更正{name}的{title}，原来的记录留底。"


def form_not_read(command: str, form: str, example: str) -> str:
    """An answer behind a command could not be read."""
    return f"没看懂要记什么。可以写：/{command} 张三 {form} {example}".rstrip()


def form_unclear(title: str, name: str, fields: Sequence[str]) -> str:
    """An answer behind a command was read in part."""
    return f"已记下{name}的{title}，但{'、'.join(fields)}没看懂，请再写一次。"


def form_closed(title: str, first: date | None, last: date | None) -> str:
    """A form is not open on that day."""
    return f"{title}这一天不开放（{_open_days(first, last)}）。"


def _open_days(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{day(first)}至{day(last)}"
    if first:
        return f"{day(first)}起"
    return f"到{day(last)}为止" if last else "一直开放"


def form_line(name: str, first: date | None, last: date | None, hours: str, counts: tuple[int, int] | None) -> str:
    """One of the office's forms; `counts` are asked and answered today where it is open."""
    span = _open_days(first, last) + (f"，每天 {hours}" if hours else "")
    now = f"开放，应报 {counts[0]} 人，已报 {counts[1]} 人" if counts else "今天不开放"
    return f"{name}（{span}）：{now}"


def forms_listed(lines: Sequence[str]) -> str:
    """All of the office's own forms."""
    if not lines:
        return "还没有自定的采集。怎么加，见 docs/howto-forms.md。"
    return "\n".join(lines) + "\n用法：/汇总 名称、/未报 名称、/提醒 名称、/导出 名称、/代报 张三 名称 内容"


def form_not_here(title: str, rooms: Sequence[str]) -> str:
    """A form does not ask the groups that are meant."""
    return f"{title}不问{'、'.join(rooms) or '这里'}。"


def duty_tomorrow(on: date, names: Sequence[str], unknown: Sequence[str]) -> str:
    """Who is on duty tomorrow, said in the staff room; `unknown` are names of the rota that nobody goes by."""
    said = f"明天（{day(on)}）值班：{'、'.join(names)}。" if names else f"明天（{day(on)}）没有人值班。"
    if unknown:
        said += f"值班表里的{'、'.join(unknown)}不在工作人员名单里，请核对。"
    return said


def on_duty_tomorrow(on: date) -> str:
    """Said to each of those on duty."""
    return f"明天（{day(on)}）您值班：身体异常、说得不清楚的和未报的电话名单会私下发给您。有事请发 /换班。"


def duty_ends(on: date) -> str:
    """The rota has nobody from that day on."""
    return f"值班表到今天为止，{day(on)}起没有人值班；提醒会发给每位工作人员。请更新值班表。"


def duty_days(days: Sequence[tuple[date, Sequence[str], Sequence[str]]], first: date, last: date) -> str:
    """Who is on duty, a day a line: known people, and names of the rota that nobody goes by."""
    if not days:
        span = day(first) if first == last else f"{day(first)}至{day(last)}"
        return f"{span}没有排班。值班表怎么写，见 docs/howto-duty.md。"
    lines = []
    for on, names, unknown in days:
        strange = f"（值班表里的{'、'.join(unknown)}不在名单里）" if unknown else ""
        lines.append(f"{day(on)}（周{'一二三四五六日'[on.weekday()]}）{'、'.join(names)}{strange}")
    return "值班：\n" + "\n".join(lines)


def duty_swapped(places: Sequence[tuple[date, str, str]]) -> str:
    """Who now takes whose place."""
    return "已换班：" + "；".join(f"{day(on)}由{into}替{out}" for on, out, into in places) + "。"


def how_to_swap() -> str:
    """A `/换班` from which it is not clear who takes whose place."""
    return "请写日期和人，如 /换班 2月5日 张三 李四（2月5日由李四替张三），或 /换班 2月5日 2月8日（两天对调）。"


def duty_is_over() -> str:
    """A `/换班` of a day that is past."""
    return "已经过去的日子不能换班。"


def not_staff(name: str) -> str:
    """Somebody who is no member of staff can't be on duty."""
    return f"{name}不是工作人员，不能值班。"


def not_on_duty(name: str, on: date) -> str:
    """Somebody has no place on that day that another could take."""
    return f"{day(on)}{name}不值班。发 /值班 看排班。"


def already_on_duty(name: str, on: date) -> str:
    """Who is to come is on duty already."""
    return f"{day(on)}本来就是{name}值班。"


def nobody_on_duty(on: date) -> str:
    """A `/换班` of a day that the rota does not have."""
    return f"{day(on)}没有排班，换不了。"


def whose_duty(on: date, names: Sequence[str]) -> str:
    """Several are on duty, and it was not said whose place is taken."""
    return f"{day(on)}值班的有{'、'.join(names)}，请写明替谁：/换班 {day(on)} 谁 由谁替"


_MATTERS = {"suggestion": "建议", "problem": "问题"}
_MATTER_STATES = {
    "received": "收到",
    "sorted": "整理",
    "submitted": "报送",
    "handling": "办理",
    "answered": "答复",
    "closed": "办结",
    "merged": "合并",
    "returned": "退回",
    "withdrawn": "撤回",
}


def matter_state(state: str) -> str:
    """How people call the state of a suggestion or problem."""
    return _MATTER_STATES[state]


def matter_title(kind: str, number: int) -> str:
    """How people call one: 建议第12号."""
    return f"{_MATTERS[kind]}第{number}号"


def matter_told(name: str, kind: str, number: int, text: str, state: str, words: str) -> str:
    """What a deputy is told of their suggestion or problem."""
    about = (
        f"{name}代表，您{'提' if kind == 'suggestion' else '反映'}的{matter_title(kind, number)}“{excerpt(text, 20)}”"
    )
    said = {
        "submitted": "已经报送",
        "answered": "有了答复",
        "closed": "已经办结",
        "returned": "没有继续办理",
    }[state]
    return f"{about}{said}{'：' + words if words else '。'}"


def matter_moved(title: str, state: str, told: int) -> str:
    """A suggestion or problem was brought to a state; `told` deputies learn of it."""
    return f"{title}：{matter_state(state)}。" + (f"已告知 {told} 位代表。" if told else "")


def matter_noted(title: str, what: str) -> str:
    """Something about a suggestion or problem was written down."""
    return f"{title}：{what}。"


def matter_merged(title: str, into: str) -> str:
    """Two of them are one from now on."""
    return f"{title}已并入{into}，以后随它一起办理。"


def matter_is_merged(title: str, into: str) -> str:
    """Nothing is done about one that was merged."""
    return f"{title}已并入{into}，请对{into}操作。"


def matter_is_itself(title: str) -> str:
    """One can't be merged with itself."""
    return f"{title}不能并入自己。"


def matter_is_there(title: str, state: str) -> str:
    """It stands there already."""
    return f"{title}已经是“{state}”了。要补一句，写在后面。"


def matter_needs_words(title: str, state: str) -> str:
    """A deputy is told this, and so it needs words."""
    return f"请在后面写上要告诉代表的话：/办理 {title} {state} ……"


def which_matter(written: str, kind: str) -> str:
    """No such number."""
    return f"没有{_MATTERS[kind]}“{written}”。发 /{_MATTERS[kind]} 看编号。"


def how_to_handle() -> str:
    """A `/办理` that could not be read."""
    return (
        "请写编号和怎么办，如：/办理 建议12 报送 已送县卫健局；/办理 建议12 答复 内容；/办理 建议12 合并 9；"
        "/办理 建议12 负责 周敏 2月20日；/办理 建议12 类别 医疗防护。可以写：整理、报送、办理、答复、办结、退回。"
    )


def matter_line(
    title: str, state: str, categories: Sequence[str], deputies: Sequence[str], text: str, *, overdue: bool
) -> str:
    """One of a list."""
    late = "（逾期）" if overdue else ""
    kinds = f"〔{'、'.join(categories)}〕" if categories else ""
    return f"{title} {state}{late}{kinds} {'、'.join(deputies)}：{excerpt(text, 24)}"


def matters_listed(kind: str, lines: Sequence[str], count: int) -> str:
    """Suggestions or problems; `count` is how many there are in all."""
    called = _MATTERS[kind]
    if not lines:
        return f"没有这样的{called}。发 /{called} 全部 看所有的。"
    more = f"\n共 {count} 件，先列 {len(lines)} 件；全部的用 /导出 {called}" if count > len(lines) else ""
    return "\n".join(lines) + more + f"\n/{called} 编号 看经过，/办理 {called}编号 …… 往下办"


def matter_shown(
    head: str, text: str, facts: Sequence[str], history: Sequence[tuple[datetime, str, str, str]], hints: Sequence[str]
) -> str:
    """All about one: its words, who sees to it, what was done (when, state, by whom, note), and what to look at."""
    lines = [head, text, *facts]
    for at, state, by, words in history:
        lines.append(
            f"{day(at.date())} {clock_time(at)} {matter_state(state)}"
            f"{'（' + by + '）' if by else ''}{'：' + words if words else ''}"
        )
    return "\n".join([*lines, *hints])


def matter_owned(name: str, due_on: date | None) -> str:
    """Who sees to it, until when."""
    return (f"由{name}负责" if name else "还没有人负责") + (f"，{day(due_on)}以前办好" if due_on else "")


def matter_alike(title: str, words: Sequence[str], share: float) -> str:
    """Another may be the same; why."""
    return f"可能和{title}是一回事（字句重合 {share:.0%}{'，都说到' + '、'.join(words) if words else ''}）"


def matter_of_two(categories: Sequence[str]) -> str:
    """One suggestion seems to speak of two things."""
    return f"好像说了不止一件事（{'、'.join(categories)}），一事一议可以请代表分开提"


def matters_overdue(lines: Sequence[str]) -> str:
    """Said to the officer in charge."""
    return "这些已经过了期限，请办理：\n" + "\n".join(lines)


def matter_given(title: str, text: str, due_on: date | None) -> str:
    """Said to the officer in charge when they are given one."""
    until = f"，{day(due_on)}以前办好" if due_on else ""
    return f"{title}请您负责{until}：{excerpt(text, 60)}"
