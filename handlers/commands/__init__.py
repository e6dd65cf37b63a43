"""Staff commands: one module per subject, and `COMMANDS`, the table of their names in Chinese and English.

By staff only. A deputy who tries gets a polite line, alone where the channel can. Nothing here may show who is unwell
in a group: such an answer goes to the one who asked, privately.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot import wording
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from handlers.commands import (
    alarms,
    binding,
    duty,
    errands,
    forms,
    forward,
    gifts,
    held,
    matters,
    notices,
    on_behalf,
    rooms,
    series,
    summary,
    unsure,
    why,
)
from storage import Session

Run = Callable[[Command, Heard, Session], Awaitable[Sequence[Post]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: what runs it, its names (the first is shown), and a line of help."""

    run: Run
    names: tuple[str, ...]
    usage: str


async def _help(_command: Command, heard: Heard, _session: Session) -> Sequence[Post]:
    lines = [f"/{entry.names[0]}（{entry.names[1]}）{entry.usage}" for entry in COMMANDS]
    return [heard.answer(wording.help_text(heard.settings.office.bot_name, lines), "帮助")]


COMMANDS: Sequence[Entry] = (
    Entry(summary.summary, ("汇总", "summary", "统计", "tally"), " [日期] [群名或单位]：应报、已报、未报"),
    Entry(summary.missing, ("未报", "missing", "名单"), " [日期] [群名或单位]：谁还没报"),
    Entry(summary.unwell, ("异常", "unwell"), " [日期]：异常和待核实的，只私发给您"),
    Entry(alarms.listed, ("预警", "alarms"), " [日期]：哪里异常的人比平时多，哪里报的人太少；只私发给您"),
    Entry(alarms.acknowledge, ("知悉", "seen"), " 编号|全部：预警看到了，不再催"),
    Entry(unsure.listed, ("待核", "unsure", "待核实"), " [群名或单位]：说得不清楚的，只私发给您"),
    Entry(unsure.verify, ("核实", "verify"), " 姓名 正常|异常：问清楚以后记下；家属写 姓名 家属 正常"),
    Entry(why.why, ("为什么", "why", "依据"), " 姓名 [日期]：为什么这样记，凭哪句话、哪些规则；只私发给您"),
    Entry(rooms.remind, ("提醒", "remind", "催报"), " [群名]：现在就提醒还没报的"),
    Entry(on_behalf.report, ("代报", "report"), " 姓名 内容：替人报，如 /代报 张三 36.5 健康"),
    Entry(on_behalf.correct, ("更正", "correct", "改"), " 姓名 内容：改今天的记录，原记录留底"),
    Entry(on_behalf.leave, ("请假", "leave"), " 姓名 [至 日期]：这几天不催；/请假 姓名 取消"),
    Entry(on_behalf.mark, ("标记", "mark"), " 姓名 零报告|联系不上|取消"),
    Entry(binding.bind, ("绑定", "bind"), " [看到的名字 名单姓名]：不带内容看待绑定的"),
    Entry(binding.paste, ("录入", "paste"), " [群名] 换行接复制的群聊：补记，不重复"),
    Entry(
        forward.forward, ("转发", "forward"), " [编号] 群名或单位：引用一条消息发，或把内容写在下一行；不带内容看编号"
    ),
    Entry(gifts.export, ("导出", "export"), " [日期或 2月1日-2月10日] [群名]：电子表格；建议、问题、捐赠另有一表"),
    Entry(matters.suggestions, ("建议", "suggestions", "意见"), " [编号或 状态、类别、姓名]：意见建议办到哪了"),
    Entry(matters.problems, ("问题", "problems"), " [同上]：反映的问题"),
    Entry(matters.handle, ("办理", "handle"), " 建议12 报送 [备注]：往下办，告诉代表；还有负责、类别、合并"),
    Entry(
        gifts.gifts,
        ("捐赠", "gifts", "捐款"),
        " [截至 日期] [单位、姓名、全国、省]：捐款捐物的总数；还有重复、合并、不同、更正",
    ),
    Entry(forms.listing, ("采集", "forms"), "：自定的采集；汇总、未报、提醒、导出、代报后面写它的名称就是看它"),
    Entry(series.series, ("普法", "series"), " [系列]：每个群发了哪些，下一条是什么"),
    Entry(duty.shown, ("值班", "duty", "值班表"), " [日期]：谁值班"),
    Entry(duty.swap, ("换班", "swap"), " 日期 [张三] 李四：李四替张三；两个日期就是对调"),
    Entry(notices.notice, ("通知", "notice"), " 对象，换行写标题和正文：起草；不带内容看全部，带编号看一份"),
    Entry(notices.approve, ("批准", "approve", "发出"), " 编号：通知发出去；发给全体的要另一位来批"),
    Entry(notices.edit, ("改通知", "redraft"), " 编号，换行写全文：改草稿"),
    Entry(notices.cancel, ("取消通知", "discard"), " 编号：草稿不发了"),
    Entry(notices.correct, ("更正通知", "amend"), " 编号，换行写全文：更正已发的，再批准一次"),
    Entry(notices.withdraw, ("撤回通知", "withdraw"), " 编号 [原因]：马上撤回，没发出的不再发"),
    Entry(notices.receipts, ("回执", "receipts"), " [编号 [明细｜姓名 电话]]：谁还没回；写姓名就是代记"),
    Entry(rooms.pause, ("暂停", "pause"), " [群名]：我先不在群里说话"),
    Entry(rooms.resume, ("恢复", "resume"), " [群名]"),
    Entry(held.pending, ("待发", "pending"), "：没发出去、或不知发没发出去的"),
    Entry(held.again, ("重发", "resend"), " 编号：把那一条再发一次"),
    Entry(held.drop, ("作罢", "drop"), " 编号：那一条不发了"),
    Entry(errands.done, ("已办", "done"), " [编号]：我办不了、请您代办的，办好了；不写编号看还有哪些"),
    Entry(_help, ("帮助", "help", "?", "？"), "：看这张表"),
)

BY_NAME: Mapping[str, Entry] = {name.casefold(): entry for entry in COMMANDS for name in entry.names}


async def command(record: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """Carries a command out, or says kindly why not."""
    if not heard.speaker.staff:
        return [heard.whisper(wording.staff_only(heard.settings.office.bot_name), "命令仅限工作人员")]
    if record.name.casefold() not in BY_NAME:
        record = _parted(record)
    entry = BY_NAME.get(record.name.casefold())
    if entry is None:
        near = difflib.get_close_matches(record.name.casefold(), list(BY_NAME), n=1, cutoff=0.4)
        nearest = BY_NAME[near[0]].names[0] if near else _sharing(record.name)
        return [heard.answer(wording.unknown_command(record.name[:20], nearest), "未知命令")]
    try:
        if named := forms.about(record, entry.names[0], heard):
            return await forms.OF_FORMS[entry.names[0]](*named, heard, session)
        return await entry.run(record, heard, session)
    except Refusal as refusal:
        return [heard.answer(str(refusal), f"/{entry.names[0]}")]


def _parted(record: Command) -> Command:
    """The command that was written without a blank behind its name (/汇总昨天); the same record where there is none."""
    known = [name for name in BY_NAME if len(name) >= 2 and not name.isascii() and record.name.startswith(name)]
    if not known:
        return record
    name = max(known, key=len)
    behind = record.name.removeprefix(name)
    below = record.source.partition(record.name)[2].startswith("\n")
    rest = f"{behind}\n{record.rest}" if below else f"{behind} {record.rest}"
    return replace(record, name=name, args=(behind, *record.args), rest=rest.rstrip())


def _sharing(name: str) -> str | None:
    """A command that shares a character with what was typed: of two-character words difflib finds few."""
    for known, entry in BY_NAME.items():
        if not known.isascii() and set(known) & set(name):
            return entry.names[0]
    return None
