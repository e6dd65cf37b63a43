"""The command line: arguments in, exit code out. `liaison` and `python -m bot`.

Results go to standard output, everything else to standard error. 0 is success, 1 a failure told in one line, 2 wrong
usage; a traceback is never what a user sees. Each command is a function of a module of this package, imported when it
is asked for, so that `liaison parse` does not wait for a database driver.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bot.errors import BotError, FaultyFile

_COMMANDS: Sequence[tuple[str, str, str]] = (
    ("run", "启动机器人，直到 Ctrl-C", "liaison run"),
    ("check", "检查配置、规则、名单和存储，一次说全", "liaison check"),
    ("parse", "逐行读 JSON 消息，逐行给出读到的记录", 'echo \'{"sender":"张三","text":"36.5 健康"}\' | liaison parse'),
    ("explain", "说明一句话为什么这样读", 'liaison explain "我没事，爱人低烧"'),
    ("replay", "把群日文件录入存储；重复录入不变", "liaison replay 2月8日.jsonl"),
    ("tally", "看某天的汇总", "liaison tally --date 2020-02-10"),
    ("rehearse", "在虚拟时钟上演一天，列出机器人会说的话", "liaison rehearse 2月8日.jsonl"),
    ("rules", "规则：test 跑一遍例句、list 看有哪些组、某个词在哪一组", "liaison rules test"),
    ("people", "名册：单位和人员，先预览，再更新", "liaison people 人员.xlsx --units 单位.csv"),
    ("notice", "通知：从文件起草，先看发出去是什么样、发给多少人", "liaison notice 通知.md --by 周敏"),
    ("links", "给每个人一个网页聊天的个人链接", "liaison links > 链接.csv"),
    ("channels", "渠道：能做什么、连上没有，给自己试发一条", "liaison channels --test wecom_app --to 周敏"),
    ("db", "存储：upgrade 升级、backup 备份、restore 恢复、purge 清理", "liaison db backup 备份.gz"),
)


class _Parser(argparse.ArgumentParser):
    """argparse, saying in Chinese what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Wrong usage: one line, exit code 2."""
        self.exit(2, f"liaison：用法不对：{message}。加 --help 看说明\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="liaison", description="联络员：在工作群里收健康上报和意见建议，按时提醒，每天汇总。")
    _with_config(parser)
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True, parser_class=_Parser)
    for name, what, example in _COMMANDS:
        command = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog=f"例：{example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _with_config(command, default=argparse.SUPPRESS)
        _add_arguments(name, command)
    return parser


def _with_config(parser: argparse.ArgumentParser, default: object = None) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="文件", default=default, help="配置文件（默认 $LIAISON_CONFIG，再则 bot.toml）"
    )


def _add_arguments(name: str, command: argparse.ArgumentParser) -> None:
    if name in ("replay", "rehearse"):
        command.add_argument(
            "files", nargs="+", type=Path, metavar="文件", help="群日文件（JSON Lines），或者装着它们的文件夹"
        )
    if name == "tally":
        command.add_argument("--date", required=True, metavar="日期", help="2020-02-10、2月10日、今天、昨天")
        command.add_argument("--room", metavar="群", help="只看这个群")
    if name == "explain":
        command.add_argument("text", metavar="话", help="要解释的话；写 - 从标准输入读")
        command.add_argument("--sender", default="张三", metavar="姓名", help="谁说的（默认 张三）")
        command.add_argument("--roster", nargs="*", default=[], metavar="姓名", help="群里还有谁")
        command.add_argument("--question", metavar="问题", help="这句话在回答机器人的哪个问题")
    if name == "channels":
        command.add_argument("--test", metavar="渠道", help="在这个渠道给自己试发一条；只私下发，不发到群里")
        command.add_argument("--to", metavar="姓名", help="您是谁：工作人员里的姓名；只有一位时不用写")
    if name in ("tally", "rehearse", "check", "explain", "channels"):
        command.add_argument("--json", action="store_true", help="只打印一个 JSON 文档")
    if name == "people":
        what = "人员，CSV 或 xlsx；不写就是 bot.toml 的 [register] 里的两个文件"
        command.add_argument("people", type=Path, nargs="?", metavar="人员表", help=what)
        command.add_argument("--units", type=Path, metavar="单位表", help="单位和行政区划代码")
        command.add_argument("--yes", action="store_true", help="照此更新；不写只预览")
    if name == "notice":
        command.add_argument("file", type=Path, metavar="文件", help="开头写对象、标题、截止的文本文件")
        command.add_argument("--by", required=True, metavar="姓名", help="起草的工作人员；起草人不能批准")
        command.add_argument("--check", action="store_true", help="只看看，不存")
    if name == "db":
        _add_db(command)
    if name == "rules":
        _add_rules(command)


def _add_rules(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="动作", required=True, parser_class=_Parser)
    test = actions.add_parser("test", help="把规则里的例句和反例都读一遍", description="把规则里的例句和反例都读一遍")
    test.add_argument("--json", action="store_true", help="只打印一个 JSON 文档")
    listing = actions.add_parser(
        "list", help="列出各组，或者某个词在哪一组", description="列出各组，或者某个词在哪一组"
    )
    listing.add_argument("words", nargs="*", metavar="词", help="只看这些词在哪一组")
    for action in (test, listing):
        _with_config(action, default=argparse.SUPPRESS)


def _add_db(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="动作", required=True, parser_class=_Parser)
    for name, what in (
        ("upgrade", "升级到本程序的版本"),
        ("backup", "备份到文件"),
        ("restore", "从备份恢复到空的存储"),
    ):
        action = actions.add_parser(name, help=what, description=what)
        _with_config(action, default=argparse.SUPPRESS)
        if name != "upgrade":
            action.add_argument("file", type=Path, metavar="文件")
        if name == "restore":
            action.add_argument("--replace", action="store_true", help="存储不空也恢复，原有内容全部换掉")
    purge = actions.add_parser("purge", help="清除过期的原文和文件", description="清除过期的消息原文和文件；统计不变")
    _with_config(purge, default=argparse.SUPPRESS)
    purge.add_argument("--days", type=_days, default=180, metavar="天数", help="保留最近多少天的原文（默认 180）")


_MOST_DAYS = 36_500


def _days(written: str) -> int:
    """A number of days that a calendar can go back."""
    if not (written.isdecimal() and len(written) <= 5 and int(written) <= _MOST_DAYS):
        raise argparse.ArgumentTypeError(f"天数要写 0 到 {_MOST_DAYS} 的整数，“{written[:20]}”不行")
    return int(written)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("apscheduler", "alembic", "aiosqlite", "hpack"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # What is imported stays to the end: looking through it again and again for garbage is a third of the start-up.
    gc.disable()
    module = importlib.import_module(f"bot.cli.{arguments.command}")
    gc.freeze()
    gc.enable()
    try:
        code: int = module.run(arguments, os.environ)
        sys.stdout.flush()
    except FaultyFile as exc:
        for fault in exc.faults:
            print(fault, file=sys.stderr)
        return 1
    except BotError as exc:
        print(f"liaison：{exc}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader (head) has gone: nothing more to say
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as exc:
        print(
            f"liaison：{exc.filename or ''} {exc.strerror or type(exc).__name__}".replace("： ", "："), file=sys.stderr
        )
        return 1
    return code
