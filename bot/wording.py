"""PURE: every sentence the bot says, in Chinese, as functions: one file for staff to proofread, hence its length.

Numbers and names come in as arguments; nothing is looked up here. Of a person's health only those functions speak
whose name says `private`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal


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


def together(texts: Sequence[str]) -> str:
    """Several things said in one post."""
    return "\n\n".join(texts)


def whys(reasons: Sequence[str]) -> str:
    """Why something is said that is several things in one."""
    return "、".join(dict.fromkeys(reasons))


# --- schedules ---------------------------------------------------------------------------------------------------


def reminder_to_staff(fill: Mapping[str, object], how: str) -> str:
    """The morning's reminder to a room of staff, who report their families' health, too; `how` it is heard."""
    return (
        f"各位同事：请报{fill['date']}本人和家属的健康情况，{how}，比如：\n36.5 健康；家属都好\n"
        "（家里有人不舒服的，一人一句写明：母亲发热38.1；替别人报请写“代张三报：36.5 健康”）"
    )


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


def all_rooms(rooms: int) -> str:
    """The line of a table that holds several groups together."""
    return f"合计（{rooms} 个群，一人算一次）"


def of_families(count: int) -> str:
    """How many reports came in of the families of a room's people."""
    return f"家属情况 {count} 条"


def unit_line(name: str, should: int, answered: int, missing: int) -> str:
    """One unit of a tally that is rolled up by units."""
    return f"{name} 应报 {should} 已报 {answered}" + (f" 未报 {missing}" if missing else "")


def by_units(on: date, what: str, lines: Sequence[str], should: int, answered: int, missing: int) -> str:
    """A tally that is rolled up by units; each person counts once, whatever groups they are in."""
    head = f"{day(on)}{what}按单位汇总：应报 {should} 人，已报 {answered} 人，未报 {missing} 人"
    return "\n".join([head, *lines])


def in_no_group(should: int, missing: int) -> str:
    """People who are due and sit in none of the groups."""
    return f"另有 {should} 人不在任何群里，未报 {missing} 人（/汇总 单位 看全部）"


def outside_of_groups() -> str:
    """What people are called who sit in none of the groups, where a group's name would stand."""
    return "不在任何群里的"


def own_unit(name: str) -> str:
    """Those who belong to a unit itself, to none below it."""
    return f"{name}本级"


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


# --- the ladder of reminders: to one person alone, and to whoever is on duty ---------------------------------------


_MEANS: Mapping[str, str] = {"mention": "群里点名", "private": "私信", "sms": "短信", "mail": "邮件"}
_FATES: Mapping[str, str] = {
    "sent": "",
    "delivered": "已送达",
    "due": "还没发出",
    "claimed": "正在发",
    "refused": "没送到",
    "unknown": "可能没发出",
    "held": "扣着没发",
    "stale": "没发成",
}


def example_report() -> str:
    """A report as people write it."""
    return "36.5 健康 在长沙"


def reminder_to_one(name: str, on: str, title: str, example: str, *, mail: bool) -> str:
    """Reminds one person alone; says nothing of how they are. `title` is a form's, empty for the daily report.

    Of a mail the first line is its subject.
    """
    such = f"，比如：{example}" if example else "。"
    what, yours = title or f"{on}的情况", f"的{title}" if title else f"{on}的情况"
    greeting = f"{name}您好：" if name else "您好："
    if mail:
        return (
            f"请回复：{what}\n{greeting}还没看到您{yours}。直接回复这封邮件，写一句就行{such}\n"
            "已经报过的不用理会，谢谢。"
        )
    return f"{greeting}还没看到您{yours}，方便时回我一句就行{such}"


def no_channel(means: str) -> str:
    """Why a step is left to staff: the office has no such channel."""
    return f"没有配置{_MEANS[means]}的渠道"


def too_many(people: int, most: int) -> str:
    """Why a step is left to staff: more people than it may go out to."""
    return f"要提醒 {people} 人，超过了这一步的上限 {most} 人，怕是群里没收到，我先没有发"


def called(name: str, unit: str, phone: str) -> str:
    """Somebody to be reached: for whoever is on duty alone."""
    return f"{name}{f'（{unit}）' if unit else ''} {phone or '没有电话'}"


_MOST_LISTED = 40


def errand(number: int, step: str, why: str, paste: str, lines: Sequence[str]) -> str:
    """A step that staff do by hand: the words to pass on, to whom, and how it is ticked off."""
    return (
        f"【请代办 {number}】{step}：{why}，请您来发。话在下面，可以直接复制：\n{paste}\n"
        f"—— 发给这 {len(lines)} 人：\n{_listed(lines)}\n办好了发 /已办 {number}。"
    )


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - _MOST_LISTED
    return "\n".join([*lines[:_MOST_LISTED], *([f"……还有 {more} 人"] if more > 0 else [])])


def phone_list(on: date, title: str, lines: Sequence[str], quiet: datetime | None) -> str:
    """The day's telephone list; `quiet` is when calling is fine again, local, where it is late."""
    what = title or "健康上报"
    late = f"\n现在不早了，请等到 {day(quiet.date())} {clock_time(quiet)} 以后再打。" if quiet else ""
    numbered = [f"{number}. {said}" for number, said in enumerate(lines, 1)]
    return (
        f"【电话名单】{what}（{day(on)}）还有 {len(lines)} 人没报，请打电话问一下：{late}\n{_listed(numbered)}\n"
        "问到了发 /代报 姓名 情况；打不通发 /标记 姓名 联系不上。整张表在附件里。"
    )


def phone_list_file(on: date, step: str) -> str:
    """What the file of the list is called."""
    return f"{step} {on.isoformat()}.xlsx".replace("/", "_")


def phone_line(who: str, tried: Sequence[str], *, unreachable: bool) -> str:
    """One person of the telephone list."""
    return f"{who}{'，今天已标联系不上' if unreachable else ''}：{'、'.join(tried) or '还没提醒过'}"


def tried_group(at: datetime) -> str:
    """The person's group as a whole was reminded."""
    return f"群里提醒 {at.hour}:{at:%M}"


def tried(means: str, state: str, at: datetime) -> str:
    """A reminder that was made, and what became of it; empty where it was called off."""
    if state not in _FATES:
        return ""
    fate = _FATES[state]
    return f"{_MEANS[means]} {at.hour}:{at:%M}{f'（{fate}）' if fate else ''}"


def tried_by_staff(means: str, *, done: bool) -> str:
    """A step that was left to staff."""
    return f"{_MEANS[means]}（请人代发，{'已办' if done else '还没办'}）"


def not_reminded(means: str, why: str, number: int) -> str:
    """A reminder that was not made."""
    lacking = {"sms": "没有手机号", "mail": "没有邮箱"}.get(means, "没有能私下说话的账号")
    reasons = {
        "cap": _often(number),
        "week": _often_in_week(number),
        "quiet": "不打扰的时间，没有发",
        "address": lacking,
    }
    return f"{_MEANS[means]}（{reasons.get(why, why)}）"


def _often(number: int) -> str:
    return f"今天已经提醒过 {number} 次，不再发"


def _often_in_week(number: int) -> str:
    return f"七天里已经发过 {number} 条，不再发"


def withheld(means: str, name: str, why: str, number: int) -> str:
    """For a rehearsal: where a cap or the quiet hours keep a reminder back."""
    if why in ("cap", "week"):
        return f"{_MEANS[means]}：{name} {_often(number) if why == 'cap' else _often_in_week(number)}"
    if why == "quiet":
        return f"{_MEANS[means]}：到了不打扰的时间，不发给 {name}"
    if why == "address":
        return f"{_MEANS[means]}：{name} 没有可用的地址，发不了"
    return f"{_MEANS[means]}：{name} 这一步请值班人员代办"


def errand_done(number: int, what: str) -> str:
    """An errand was ticked off."""
    return f"好的，{number} 号代办“{what}”已办。"


def errand_line(number: int, what: str, at: datetime) -> str:
    """One errand that is open."""
    return f"{number}. {day(at.date())} {clock_time(at)} {what}"


def errands_open(lines: Sequence[str]) -> str:
    """What is left to staff and not ticked off."""
    return "这些等着代办：\n" + "\n".join(lines) + "\n办好了发 /已办 编号" if lines else "没有等着代办的。"


def which_errand() -> str:
    """No errand of that number."""
    return "没有这个编号的代办。发 /已办 看还有哪些。"


# --- private: early warning ------------------------------------------------------------------------------------------

_METHODS = {"c1": "C1（和前 7 天比）", "c2": "C2（隔开 2 天，和再前 7 天比）", "c3": "C3（近 3 天的 C2 累计）"}


def private_unit_day(on: date, unit: str, due: tuple[int, int, int], rate: float, unwell: tuple[int, int]) -> str:
    """A unit's day in numbers.

    Args:
        due: how many are due, have reported, are on leave.
        rate: of reporting, 0 to 1.
        unwell: how many, and how many of them are not settled.
    """
    should, reported, leave = due
    on_leave = f"、请假 {leave}" if leave else ""
    number, unsure = unwell
    open_ones = f"（其中待核实 {unsure} 人）" if unsure else ""
    return (
        f"{day(on)} {unit}：身体异常 {number} 人{open_ones}；"
        f"应报 {should}、已报 {reported}{on_leave}，报送率 {rate:.0%}，已报的人里占 {number / max(reported, 1):.0%}"
    )


def over_usual(method: str, statistic: float, mean: float, sd: float, limit: float) -> str:
    """Why a method has raised it."""
    return f"{_METHODS[method]} = {statistic:.2f}，超过 {limit:g}；那 7 天平均每天 {mean:.2f} 人，标准差 {sd:.2f}"


def over_threshold(limit: float) -> str:
    """Why the plain number has raised it."""
    return f"到了设定的 {limit:g} 人"


def private_alarm(said: str, number: int, repeat_minutes: int) -> str:
    """An early warning, to those on duty."""
    repeat = f"{repeat_minutes} 分钟内没有人回，会再告诉全体工作人员一次。" if repeat_minutes else ""
    return (
        f"【预警 {number}】{said}。\n"
        "这是按人数筛出来的提示，不是诊断；是谁、怎样，发 /异常 看，该报卫生健康部门的请电话报。\n"
        f"知道了请回 /知悉 {number}。{repeat}"
    )


def private_alarm_again(said: str, number: int) -> str:
    """An early warning that nobody has answered, to all staff."""
    return f"【预警 {number}，还没有人知悉】{said}。\n请哪一位看一下（/异常），再回 /知悉 {number}。"


def private_alarm_line(number: int, said: str, who: str, at: datetime | None) -> str:
    """One early warning in a list; `at` is local, None where nobody has answered."""
    seen = f"{who or '有人'} {day(at.date())} {clock_time(at)} 知悉" if at else "没有人知悉"
    return f"{number}. {said}。【{seen}】"


def private_alarms(lines: Sequence[str], on: date, watched: int, short: Sequence[str], young: int) -> str:
    """What `/预警` tells.

    Args:
        short: units of which too few have reported, each with its figures.
        young: units that have too few days to be compared with.
    """
    blocks = ["近 7 天的预警和还没有人知悉的：\n" + "\n".join(lines) if lines else "近 7 天没有预警。"]
    state = f"{day(on)}：看 {watched} 个单位，{watched - len(short)} 个报的人够多。"
    if young:
        state += f"其中 {young} 个攒的天数还不够，只看设定的人数。"
    blocks.append(state)
    if short:
        blocks.append("数据不足，看不出有没有异常，不等于都健康：\n" + _listed(short))
    return "\n".join(blocks)


def private_short_unit(unit: str, reported: int, expected: int, unwell: int) -> str:
    """One unit of which too few have reported."""
    return f"{unit} 已报 {reported}/{expected}" + (f"，异常 {unwell} 人" if unwell else "")


def which_alarm() -> str:
    """No early warning of that number was meant."""
    return "请写预警的编号，如 /知悉 3；全都知道了，写 /知悉 全部。发 /预警 看有哪些。"


def alarms_seen(numbers: Sequence[int], before: Sequence[str]) -> str:
    """Early warnings were answered; `before` are those that others had answered already."""
    now = f"好的，预警 {'、'.join(map(str, numbers))} 记为您已知悉。" if numbers else ""
    return "\n".join([*([now] if now else []), *before]) or "没有等着知悉的预警。"


def alarm_seen_before(number: int, who: str, at: datetime) -> str:
    """Somebody was quicker; `at` is local."""
    return f"预警 {number}：{who or '有人'} {day(at.date())} {clock_time(at)} 已知悉。"


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


def private_family_line(on: date, room: str, name: str, words: str, *, unsure: bool) -> str:
    """Somebody's relative who is or may be unwell, in the words of the report."""
    return f"{day(on)} {room} {name}的家属：“{words}”" + ("（待核实）" if unsure else "")


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


def unknown_audience(written: str, near: Sequence[str]) -> str:
    """A word that says for whom something is, and means nobody known."""
    nearest = f"是不是：{'、'.join(near)}？" if near else ""
    return f"不知道“{written}”是哪些人。{nearest}可以写：代表、工作人员、单位、全国代表、名单或群的名称、全体。"


def several_units(written: str, found: Sequence[tuple[str, str]]) -> str:
    """A word that several units are called; `found` are their codes and names."""
    shown = "、".join(f"{name}（{code}）" for code, name in found[:8])
    return f"“{written}”有 {len(found)} 个单位：{shown}。请写全称或代码。"


def audience_missing() -> str:
    """Nothing says for whom something is."""
    return "没有写给谁。可以写：代表、工作人员、单位、全国代表、名单或群的名称、全体。"


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


def missing_in_all(rooms: int, missing: int) -> str:
    """How many are missing in all of several groups; who is in two counts once."""
    return f"合计 {rooms} 个群：未报 {missing} 人"


def reminded(count: int) -> str:
    """A reminder was made due by hand."""
    return f"好的，这就提醒 {count} 位未报的。" if count else "都报齐了，不用提醒。"


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


_MARKS = "。！？!?；;…，、,：:）)”」』》】"
_ATOM = re.compile(
    r"(?:\d+(?:[.:/~\-]\d+|[,，]\d{3}(?!\d))*(?:\s?[℃%％‰度万亿元人例个天])?"  # a number and its unit
    r"|[A-Za-z][A-Za-z0-9_./:?&=#%@+~\-]*"  # a word, an address
    r"|[\U0001F1E6-\U0001F1FF]{2}"  # a flag
    r"|.(?:[\uFE00-\uFE0F\u20E3\u0300-\u036F\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]|\u200D.)*)"  # a character
    rf"[{re.escape(_MARKS)}]*",
    re.DOTALL,
)
"""What is not cut: with the marks behind it, so that no piece begins with one."""
_ENDS = "。！？!?；;…"
_CLOSERS = "）)”」』》】"


def pieces(text: str, most_bytes: int | None) -> Sequence[str]:
    """A text in pieces of at most so many UTF-8 bytes, which joined are the text.

    Parted at a line end, else behind a sentence, else behind a comma or a blank; never inside a number, a word or an
    emoji, unless it alone is longer than a piece. Time grows with the length of the text.
    """
    if most_bytes is None or len(text.encode()) <= most_bytes:
        return (text,)
    found: list[str] = []
    atoms: list[tuple[str, int, int]] = []  # since the last cut: (text, bytes, how good a place to cut behind it)
    held = 0
    for match in _ATOM.finditer(text):
        for atom in _parts(match[0], most_bytes):
            size = len(atom.encode())
            while held + size > most_bytes:
                cut = _cut_behind([strength for _, _, strength in atoms])
                found.append("".join(part for part, _, _ in atoms[:cut]))
                atoms = atoms[cut:]
                held = sum(part_size for _, part_size, _ in atoms)
            atoms.append((atom, size, _strength(atom)))
            held += size
    found.append("".join(part for part, _, _ in atoms))
    return tuple(found)


def _parts(atom: str, most_bytes: int) -> Sequence[str]:
    """The atom; its single characters where no piece could hold it whole."""
    return (atom,) if len(atom.encode()) <= most_bytes else atom


def _strength(atom: str) -> int:
    """How good it is to cut behind it: 4 a line end, 3 a sentence's, 2 a comma's, 1 a blank, 0 any other place."""
    last = atom.rstrip(_CLOSERS)[-1:] or atom[-1]
    if last == "\n":
        return 4
    if last in _ENDS:
        return 3
    return 2 if last in "，、,：:" else int(last.isspace())


def _cut_behind(strengths: Sequence[int]) -> int:
    """How many atoms the piece takes: up to the best place but for its first quarter, else the best at all."""
    for first in (len(strengths) // 4, 0):
        best = max(strengths[first:])
        if best:
            return first + max(n for n, strength in enumerate(strengths[first:], 1) if strength == best)
    return len(strengths)


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


def channel_test(channel: str, now: datetime) -> str:
    """What a member of staff has sent to themselves, to see whether a channel works."""
    return f"这是一条试发，{now:%m月%d日 %H:%M:%S}，来自 {channel}。收到说明这个渠道能用。"


# --- the bridge, and passing on --------------------------------------------------------------------------------------


def _head(*parts: str) -> str:
    clean = (re.sub(r"[【】·\s]+", " ", part).strip() for part in parts)
    return f"【{' · '.join(part for part in clean if part)}】"


def bridged(name: str, place: str, text: str, *, file: bool) -> str:
    """What somebody said in a room that is joined with this one; of a file, its name."""
    head = _head(name, place)
    if file:
        return f"{head}发来文件：{text}"
    return f"{head}\n{text}" if "\n" in text.strip() else f"{head}{text.strip()}"


def bridged_recall(name: str, place: str, at: datetime) -> str:
    """What was carried here was taken back there."""
    return f"{_head(name, place)}撤回了 {clock_time(at)} 说的一条消息"


def forwarded(name: str, place: str, text: str, *, file: bool = False) -> str:
    """What staff send on: who said it, and where."""
    head = _head("转发", name, place)
    return f"{head}文件：{text}" if file else f"{head}\n{text.strip()}"


def sent_on(rooms: Sequence[str], people: int, there: Sequence[str], unreached: Sequence[str]) -> str:
    """To whom a message was sent on."""
    to = [*rooms, *([f"{people} 人（私下）"] if people else [])]
    said = [f"这就转发到：{'、'.join(to)}"] if to else []
    said += [f"那里已经有了，没有再发：{'、'.join(there)}"] if there else []
    said += [f"还没法私下送达：{'、'.join(unreached)}"] if unreached else []
    return "；".join(said) + "。"


def nothing_to_forward() -> str:
    """No message was named."""
    return "请引用要转的那条消息发 /转发 群名；或者发 /转发 看编号，再发 /转发 编号 群名；也可以把内容写在下一行。"


def no_such_message(number: int) -> str:
    """No message of that number can be sent on."""
    return f"没有能转发的 {number} 号消息。发 /转发 看最近的编号。"


def health_stays() -> str:
    """What may be about somebody's health is not shown in another group."""
    return "这条里可能有个人的健康情况，不能转到别的群里。"


def several_rooms(written: str, found: Sequence[str]) -> str:
    """A word that may be several rooms."""
    return f"“{written}”可能是：{'、'.join(found)}。请把群名写全。"


def forwardable(number: int, at: datetime, name: str, place: str, words: str) -> str:
    """A message that can be sent on."""
    where = f"（{place}）" if place else ""
    return f"{number}. {clock_time(at)} {name}{where}：{excerpt(words, 30)}"


def forwardables(lines: Sequence[str]) -> str:
    """What can be sent on."""
    if not lines:
        return "最近没有能转发的消息。" + nothing_to_forward()
    return "最近的消息：\n" + "\n".join(lines) + "\n发 /转发 编号 群名（或单位，几个用空格隔开；“所有群”是全部代表群）"


# --- series of short texts (普法) ------------------------------------------------------------------------------------


def series_text(title: str, text: str, source: str) -> str:
    """One text of a series."""
    return f"【{title}】\n{text}\n（来源：{source}）"


def series_line(when: str, title: str, state: str) -> str:
    """A text that a room has had, or that is on its way there."""
    states = {
        "due": "就要发",
        "claimed": "正在发",
        "stale": "太晚没发，下次补",
        "refused": "平台不收",
        "dropped": "不发了",
    }
    doubt = {"unknown": "可能没发出", "held": "扣着等您定"}
    told = (states | doubt).get(state, "")
    return f"· {when} {title}{f'（{told}）' if told else ''}"


def series_in_room(
    series: str, room: str, lines: Sequence[str], counts: tuple[int, int], coming: str | None, at: datetime | None
) -> str:
    """How far a room is in a series: how many of how many, what it has had last, what comes next."""
    when = f"（{day(at.date())} {clock_time(at)}）" if at is not None else ""
    after = f"下一条{when}：{coming}" if coming else "没有下一条了：都发过了，或者不在有效期里"
    return "\n".join([f"{series}，{room}：发了 {counts[0]} 条，共 {counts[1]} 条", *lines, after])


def series_standing(parts: Sequence[str]) -> str:
    """All series in all rooms."""
    return "\n\n".join(parts) if parts else "还没有定时发的普法。怎么加，见 docs/howto-series.md。"


def which_series(written: str, known: Sequence[str]) -> str:
    """No such series."""
    return f"没有叫“{written}”的系列。现有的：{'、'.join(known) or '（还没有）'}"


def series_refused(faults: Sequence[str]) -> str:
    """Files of a series were changed and cannot be used."""
    return f"【普法有误】刚改的普法文件没有用上，我照原来的接着发。改好了我会自己换上：\n{_first(faults)}"


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


# --- deeds and gifts (好人好事、捐款捐物) -----------------------------------------------------------------------------


def official_money(fen: int, mark: str = "") -> str:
    """Money as official documents write it: 6534.39万余元; 8000余元; 约12.86万元.

    From 1万 on in 万 with two decimals, from 1亿 on in 亿. What is cut off is said by 余; 约 rounds instead.

    Args:
        mark: 余, 近, 约, or nothing for an exact sum.
    """
    return _official(Decimal(fen) / 100, mark, "元")


def official_quantity(quantity: Decimal, mark: str, unit: str) -> str:
    """A quantity of goods as official documents write it: 2.35万只, 3000余只."""
    return _official(quantity, mark, unit)


def _official(number: Decimal, mark: str, unit: str) -> str:
    large, of = ("亿", 100_000_000) if number >= 100_000_000 else ("万", 10_000) if number >= 10_000 else ("", 1)
    how = {"约": ROUND_HALF_UP, "近": ROUND_CEILING}.get(mark, ROUND_FLOOR)
    shown = (number / of).quantize(Decimal("0.01"), how)
    over = "余" if mark == "余" or (mark == "" and shown * of != number) else ""
    digits = f"{shown:f}".rstrip("0").rstrip(".")
    return f"{mark if mark in ('约', '近') else ''}{digits}{large}{over}{unit}"


def gift_money(fen: int, mark: str = "") -> str:
    """The money of one gift: to the fen where it is exact, else as officials write it."""
    official = official_money(fen, mark)
    return official if mark or "余" not in official else f"{Decimal(fen) / 100:f}元"


def gift_cash(fen: int, mark: str) -> str:
    """Money given."""
    return f"捐款{gift_money(fen, mark)}"


def gift_value(fen: int, mark: str) -> str:
    """What goods are worth."""
    return f"物资折合{gift_money(fen, mark)}"


def gift_thing(item: str, quantity: Decimal | None, unit: str, mark: str) -> str:
    """Goods: 口罩2万余只; 药品一批 where nobody said how many."""
    return f"{item}一批" if quantity is None else f"{item}{official_quantity(quantity, mark, unit)}"


def gift_figures(parts: Sequence[str]) -> str:
    """All that one gift is; a deed where nothing was given."""
    return "、".join(parts) or "好人好事（没有捐款捐物）"


def gifts_head(until: date, whose: str) -> str:
    """Over a ledger's totals."""
    return f"截至{day(until)}，{whose or '代表'}好人好事、捐款捐物："


def gifts_totals(deeds: int, gifts: int, people: int, cash: str, value: str) -> str:
    """Totals in one line; money and the value of goods stand apart, and are never added up."""
    return f"好人好事 {deeds} 件，其中捐赠 {gifts} 笔、{people} 人；捐款{cash}；物资折合{value}"


def gifts_of(level: str, totals: str) -> str:
    """The line of the deputies of one congress."""
    return f"{level}代表：{totals}"


def gifts_counted_once() -> str:
    """Under the lines of several congresses."""
    return "（一人兼几级代表的，各级都列，总数里只算一次）"


def gifts_goods(category: str, things: Sequence[str]) -> str:
    """The goods of one category."""
    return f"{category}：{'、'.join(things)}"


def gifts_left_out(nameless: int, staff: int) -> str:
    """What is not in the totals."""
    parts = [f"没写姓名的 {nameless} 件"] if nameless else []
    parts += [f"工作人员的 {staff} 件"] if staff else []
    return f"另有{'、'.join(parts)}，没有计入；/捐赠 计入 编号 可以算上"


def gifts_more(shown: int, count: int) -> str:
    """A list that was cut."""
    return f"共 {count} 笔，先列最近 {shown} 笔；全部的用 /导出 捐赠"


def no_gifts(until: date) -> str:
    """An empty ledger."""
    return f"截至{day(until)}没有这样的好人好事、捐款捐物。"


def gift_title(number: int) -> str:
    """How people call an entry."""
    return f"捐赠第{number}号"


def gift_line(number: int, on: date, who: str, what: str) -> str:
    """One of a list."""
    return f"{number}. {day(on)} {who or '（没写姓名）'}：{what}"


def gift_state(into: int | None, *, stands: bool, counts: bool) -> str:
    """What becomes of an entry's figures."""
    if into is not None:
        return f"已并入第{into}号"
    return "已撤回" if not stands else "计入" if counts else "不计入"


def gift_alike(number: int, other: int, same: Sequence[str], words: Sequence[str]) -> str:
    """Two entries may be the same gift told twice; why, and what to do."""
    why = "；".join(
        [*(["都是" + "、".join(same)] if same else []), *(["都说到“" + "、".join(words) + "”"] if words else [])]
    )
    return (
        f"第{number}号和第{other}号可能是一回事（{why}）：/捐赠 合并 {number} {other}，或 /捐赠 不同 {number} {other}"
    )


def gifts_alike(lines: Sequence[str], count: int) -> str:
    """All pairs that may be the same."""
    more = f"\n还有 {count - len(lines)} 对，办了这些再看 /捐赠 重复" if count > len(lines) else ""
    return "\n".join(lines) + more if lines else "没有看到像是重复的。"


def gift_told(at: datetime, who: str, words: str, *, stands: bool) -> str:
    """A telling that an entry rests on."""
    return f"{day(at.date())} {clock_time(at)} {who}：{words}{'' if stands else '（已撤回）'}"


_GIFT_STEPS = {"correct": "更正", "merge": "并入", "apart": "不同于", "count": "计入", "leave_out": "不计"}


def gift_step(at: datetime, verb: str, other: int | None, by: str, note: str) -> str:
    """What staff decided about an entry."""
    about = f"第{other}号" if other is not None else ""
    when = f"{day(at.date())} {clock_time(at)}"
    return f"{when} {_GIFT_STEPS[verb]}{about}{f'（{by}）' if by else ''}{f'：{note}' if note else ''}"


def gift_decided(number: int, verb: str, other: int | None, what: str) -> str:
    """Staff decided something about an entry."""
    if verb == "merge":
        return f"{gift_title(number)}已并入第{other}号，只算一次：{what}"
    if verb == "apart":
        return f"{gift_title(number)}和第{other}号各算各的，不再提示。"
    if verb == "correct":
        return f"{gift_title(number)}已更正：{what}。原来的留着，/捐赠 {number} 看经过。"
    return f"{gift_title(number)}{'计入' if verb == 'count' else '不计入'}总数。"


def gift_is_merged(number: int, into: int) -> str:
    """Nothing is done about an entry that went into another one."""
    return f"{gift_title(number)}已并入第{into}号，请对第{into}号操作；并错了发 /捐赠 不同 {number} {into}"


def gift_is_itself(number: int) -> str:
    """An entry can't be merged with itself."""
    return f"{gift_title(number)}就是它自己，请写两个不同的编号。"


def which_gift(written: str) -> str:
    """No such number."""
    return f"没有捐赠“{written}”。发 /捐赠 看编号。"


def how_to_give() -> str:
    """A `/捐赠` that could not be read."""
    return (
        "可以写：/捐赠 截至 2月24日；/捐赠 长沙市、/捐赠 全国、/捐赠 张三；/捐赠 12；/捐赠 重复；"
        "/捐赠 合并 12 9；/捐赠 不同 12 9；/捐赠 更正 12 金额 20000 原因（还有折价、物资、代表）；"
        "/捐赠 不计 12 原因；/捐赠 计入 12。"
    )


def how_to_correct_gift() -> str:
    """A correction of an entry that could not be read."""
    return (
        "请写编号、改什么、改成多少、为什么：/捐赠 更正 12 金额 2万元 多写了一个零；/捐赠 更正 12 折价 约30万元 原因；"
        "/捐赠 更正 12 物资 口罩200只、酒精10桶 原因；/捐赠 更正 12 代表 张三 原因。没有的写 0 或 无。"
    )


# --- notices (通知) and who has seen them (回执) ---------------------------------------------------------------------


def moment(here: datetime) -> str:
    """A local day and time: 2月12日 18:00."""
    return f"{day(here.date())} {clock_time(here)}"


def notice(
    number: int, title: str, text: str, ask: str, *, kind: str = "notice", before: tuple[int, str] | None = None
) -> str:
    """A notice as people read it; `before` is the number and the title of the one that it corrects or withdraws."""
    first = f"通知 {before[0]}《{before[1]}》" if before else ""
    if before and kind == "correction":
        head = f"【通知 {number}·更正】{title}\n\n更正{first}，请以这一份为准："
    elif before and kind == "withdrawal":
        head = f"【通知 {number}·撤回】{title}\n\n{first}撤回，请不要照那一份办。"
    else:
        head = f"【通知 {number}】{title}\n"
    return "\n".join(part for part in (head, text, f"\n{ask}" if ask else "") if part).strip()


def notice_asks(until: datetime, how: str) -> str:
    """What a notice asks of whoever reads it."""
    return f"请在{moment(until)}前{how}。"


def notice_answer() -> str:
    """How a notice is answered where the bot hears all that is said."""
    return "回复“收到”"


def notice_answer_mentioning(bot_name: str) -> str:
    """How a notice is answered where the bot hears only what mentions it."""
    return f"在群里回复“@{bot_name} 收到”（不 @ 我听不到）"


def notice_answer_alone(bot_name: str) -> str:
    """How a notice is answered where the bot hears nothing of what the room says."""
    return f"单独给{bot_name}回复“收到”，或者打开您的个人链接回复（群里说的我听不到）"


def notice_file(number: int, nth: int) -> str:
    """Stands beside each file of a notice but the first."""
    return f"通知 {number} 附件 {nth}"


def notice_why(number: int) -> str:
    """Why a notice's posts are made."""
    return f"通知 {number}"


def notice_reminder_why(number: int, nth: int) -> str:
    """Why a notice's reminders are made."""
    return f"通知 {number} 第 {nth} 次催回执"


def notice_reminder(number: int, title: str, until: datetime, how: str, names: Sequence[str]) -> str:
    """To those who have not answered a notice; their names stand as mentions, or here."""
    said = "、".join(names)
    return (
        f"{said}{'：' if said else ''}还没看到您对通知 {number}《{title}》的回执，"
        f"请在{moment(until)}前{how}；几份通知一起的，写明“收到 {number}”。"
    )


def notice_fault(line: int, what: str) -> str:
    """Something wrong with a notice, by the line in which it stands."""
    return f"第 {line} 行：{what}"


def notice_yes_or_no(said: str) -> str:
    """A line that wants a yes or a no."""
    return f"“{said[:20]}”没看懂，请写“要”或“不要”"


def notice_twice(key: str) -> str:
    """A line that stands there already."""
    return f"“{key}”写了两次，请留一次"


def notice_unknown_line(said: str) -> str:
    """A line of a head that is none."""
    return f"“{said}”不是对象、标题、截止、回执、附件、紧急；正文请写在第二道 --- 下面"


def notice_unfenced() -> str:
    """A head without end."""
    return "开头的 --- 少了下面那一道，正文请写在第二道 --- 下面"


def notice_long_title(most: int) -> str:
    """A title that is none."""
    return f"标题太长，请不超过 {most} 个字"


def notice_which_deadline(said: str) -> str:
    """A deadline that could not be read."""
    return f"没看懂截止时间“{said}”，可以写：明天 18:00、2月12日下午5点、2020-02-12 18:00"


def notice_deadline_over(until: datetime) -> str:
    """A deadline that is over."""
    return f"截止时间 {moment(until)} 已经过了"


def notice_without_audience() -> str:
    """Nothing says whom a notice is for."""
    return "没有写发给谁：第一行写对象，如“/通知 全体代表”，文件里写“对象：全体代表”"


def notice_without_text() -> str:
    """A notice without words."""
    return "没有正文"


def notice_too_long(length: int, most: int) -> str:
    """A notice that nobody would read."""
    return f"正文有 {length} 字，至多 {most} 字；长的请放进附件"


def notice_faults(faults: Sequence[str]) -> str:
    """A notice cannot be sent so."""
    lines = "\n".join(f"· {fault}" for fault in faults)
    how = "写法：/通知 对象，换行写标题，再换行写正文；可以加“截止：明天 18:00”“回执：不要”。"
    return f"这份通知还不能发，没有存：\n{lines}\n{how}"


def notice_lacks_file(name: str, hours: int) -> str:
    """A file that a notice names was not handed in."""
    return f"没找到附件“{name[:40]}”。请先把文件发在这里（{hours} 小时以内），文件名和通知里写的一字不差，再发通知。"


def notice_not_here() -> str:
    """A notice was drafted where deputies read."""
    return "通知请在工作人员群里起草，或者单独发给我，免得代表先看到草稿。"


def notice_to_nobody(audience: str) -> str:
    """Nobody fits an audience."""
    return f"“{audience[:40]}”里没有人，通知没有存。"


def notice_preview(
    head: tuple[int, str, str],
    audience: str,
    units: Mapping[str, int],
    ways: tuple[Sequence[tuple[str, int]], Mapping[str, int]],
    unreachable: Sequence[str],
    rest: Sequence[str],
    text: str,
) -> str:
    """A draft as it will look, and to whom; `head` is number, state and drafter, `ways` the groups and the channels."""
    number, state, drafter = head
    total = sum(units.values())
    by_unit = "，".join(f"{unit or '（没有单位）'} {count}" for unit, count in units.items())
    ways_said = [f"群“{room}”{count} 人" for room, count in ways[0]]
    ways_said += [f"单独发（{channel}）{count} 人" for channel, count in ways[1].items()]
    lines = [
        f"通知 {number} {state}{f'，{drafter}起草' if drafter else ''}",
        f"发给：{audience}，共 {total} 人（{by_unit}）",
        f"怎么发：{'；'.join(ways_said) or '——'}",
    ]
    if unreachable:
        lines.append(f"联系不上 {len(unreachable)} 人，请打电话：{'、'.join(unreachable)}")
    return "\n".join([*lines, *rest, "—— 发出去是这样 ——", text])


def notice_audience_of(number: int) -> str:
    """Whom a notice is for that follows another."""
    return f"收到通知 {number} 的人"


def notice_terms(until: datetime, *, wants_ack: bool, urgent: bool, files: Sequence[str]) -> list[str]:
    """What else is fixed of a notice."""
    lines = [f"截止：{moment(until)}，{'要回执' if wants_ack else '不要回执'}{'，紧急（夜里也发）' if urgent else ''}"]
    return [*lines, f"附件：{'、'.join(files)}"] if files else lines


def notice_to_do(number: int, *, second: bool) -> str:
    """What staff do with a draft."""
    who = f"看过没错，发 /批准 {number} 就发出"
    if second:
        who = f"请另一位工作人员看过发 /批准 {number} 才发出（起草人不能批）"
    return f"{who}；改：/改通知 {number} 换行写全文；不发了：/取消通知 {number}"


def notice_states() -> Mapping[str, str]:
    """How far a notice is."""
    return {
        "draft": "草稿",
        "sending": "正在发",
        "sent": "已发",
        "corrected": "已更正",
        "withdrawn": "已撤回",
        "dropped": "已取消",
    }


def notice_line(number: int, title: str, state: str, until: datetime, counts: tuple[int, int] | None) -> str:
    """One notice of a list; `counts` are how many should answer, and have."""
    told = f"，回执 {counts[1]}/{counts[0]}，{moment(until)}截止" if counts else ""
    return f"· 通知 {number}《{title}》{state}{told}"


def notices_listed(lines: Sequence[str]) -> str:
    """All notices that are not done with."""
    if not lines:
        return "没有草稿，也没有正在收回执的通知。写一份：/通知 全体代表，换行写标题，再换行写正文。"
    return "通知：\n" + "\n".join(lines) + "\n看草稿：/通知 编号；看谁没回：/回执 编号"


def which_notice(command: str) -> str:
    """No notice of that number."""
    return f"没有这个编号的通知。发 /通知 看有哪些，再发 /{command} 编号。"


def notice_is_not_draft(number: int, state: str) -> str:
    """A notice that is no draft any more."""
    return f"通知 {number} {state}，不是草稿了。发出去的要改，用 /更正通知 {number} 换行写全文，或 /撤回通知 {number}。"


def notice_is_not_out(number: int, state: str) -> str:
    """A notice that is not out, or not any more."""
    return f"通知 {number} {state}，没有在外面的可更正或撤回。草稿用 /改通知 {number} 或 /取消通知 {number}。"


def notice_needs_second(number: int) -> str:
    """The drafter may not approve."""
    return f"通知 {number} 发给全体，要另一位工作人员来批；您是起草人，不能自己批。"


def notice_too_late(number: int, until: datetime) -> str:
    """A draft's deadline is over."""
    return f"通知 {number} 的截止时间 {moment(until)} 已经过了，没有发。请用 /改通知 {number} 改好再批。"


def notice_overtaken(number: int, before: int, state: str) -> str:
    """A correction of a notice that was corrected or withdrawn meanwhile."""
    return f"通知 {number} 要更正的通知 {before} {state}了，这一份没有发。"


def notice_approved(number: int, people: int) -> str:
    """A notice goes out now."""
    return f"通知 {number} 已批准，这就发给 {people} 人。"


def notice_withdrawn(number: int, before: int, people: int) -> str:
    """A notice is withdrawn."""
    return f"通知 {before} 已撤回：还没发出的不再发；这就告诉已经收到的 {people} 人（通知 {number}）。"


def notice_dropped(number: int) -> str:
    """A draft is dropped."""
    return f"好的，通知 {number} 不发了。"


def notice_needs_text(number: int) -> str:
    """A correction without words."""
    return f"请在 /更正通知 {number} 下面换行写更正后的全文。"


def withdrawal_title(title: str) -> str:
    """The title of a withdrawal."""
    return f"撤回《{title}》"[:60]


def notice_sent(
    number: int, title: str, in_rooms: int, alone: int, unreachable: Sequence[str], *, wants_ack: bool
) -> str:
    """A notice is in the outbox for all whom it is for."""
    ways = [f"群里 {in_rooms} 人"] if in_rooms else []
    ways += [f"单独 {alone} 人"] if alone else []
    text = f"通知 {number}《{title}》已交发：{'，'.join(ways) or '没有人能发到'}。"
    if unreachable:
        tick = f"，打过电话的发 /回执 {number} 姓名 电话" if wants_ack else ""
        text += f"\n联系不上 {len(unreachable)} 人：{'、'.join(unreachable)}{tick}"
    return text + (f"\n看谁没回：/回执 {number}" if wants_ack else "")


def notice_missing(name: str, *, unreachable: bool) -> str:
    """Somebody who has not answered."""
    return f"{name}（没有发到）" if unreachable else name


def notice_unit(unit: str, asked: int, seen: int, missing: Sequence[str]) -> str:
    """A unit's line of a ledger."""
    rest = f"，未收：{'、'.join(missing)}" if missing else ""
    return f"{unit or '（没有单位）'} {seen}/{asked}{rest}"


def notice_routes() -> Mapping[str, str]:
    """By which ways somebody can answer a notice."""
    return {"room": "群里", "private": "单独", "chain": "接龙", "proxy": "别人代回", "staff": "工作人员代记"}


def notice_ledger(
    head: tuple[int, str, datetime, str],
    asked: int,
    seen: int,
    lines: Sequence[str],
    routes: Mapping[str, int],
    *,
    ended: bool,
) -> str:
    """Who has answered a notice, by unit; `head` is number, title, deadline and state."""
    number, title, until, state = head
    word = "到截止时间了" if ended else f"{moment(until)}截止"
    word = notice_states()[state] if state in ("corrected", "withdrawn") else word
    text = f"通知 {number}《{title}》（{word}）：应收 {asked} 人，已收 {seen} 人，未收 {asked - seen} 人"
    ways = "，".join(f"{name} {routes[route]}" for route, name in notice_routes().items() if routes.get(route))
    return "\n".join([text, *lines, *([f"怎么回的：{ways}"] if ways else [])])


def notice_entry(name: str, unit: str, at: datetime, route: str, channel: str, note: str, *, late: bool) -> str:
    """One person of a ledger, with route and time."""
    way = notice_routes()[route]
    how = "，".join(part for part in (f"{way}（{channel}）" if channel and route == "private" else way, note) if part)
    return f"{f'{unit}-' if unit else ''}{name}：{moment(at)} {how}{'（逾期）' if late else ''}"


def notice_wants_none(number: int) -> str:
    """A notice that asks for no answer."""
    return f"通知 {number} 不要回执，没有台账。"


def notice_not_out_yet(number: int) -> str:
    """A ledger of a notice that was not sent."""
    return f"通知 {number} 还没有发出，没有回执。"


def notice_ticked(number: int, names: Sequence[str], before: Sequence[str]) -> str:
    """Staff noted that people have seen a notice."""
    text = f"已记通知 {number} 的回执：{'、'.join(names)}" if names else ""
    again = f"{'、'.join(before)}之前就回过了，以先到的为准" if before else ""
    return "；".join(part for part in (text, again) if part) + "。"


def notice_unticked(number: int, names: Sequence[str]) -> str:
    """Staff took back what they had noted."""
    return f"已取消代记的通知 {number} 回执：{'、'.join(names)}。本人回的不动。"


def notice_not_addressed(number: int, name: str, near: Sequence[str]) -> str:
    """Somebody whom a notice is not for, or several people."""
    if near:
        return f"“{name[:20]}”可能是：{'、'.join(near)}。请写清楚是哪一位（单位-姓名）。"
    return f"通知 {number} 没有发给“{name[:20]}”，没有记。"


def notice_which_of_two(newest: int, others: Sequence[int]) -> str:
    """People answer without saying which of several notices they mean."""
    told = "、".join(f"通知 {number}" for number in others)
    return (
        f"现在有几份通知一起在收回执：没说是哪一份的“收到”，我都记给最新的通知 {newest}，没有记给{told}。"
        f"引用那一条回复，或者回“收到 {others[0]}”，就记给那一份；也可以用 /回执 {others[0]} 姓名 代记。"
    )
