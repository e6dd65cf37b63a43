"""`liaison notice`: a notice (通知) from a file: checked, shown as it will look and to whom, kept as a draft."""

from __future__ import annotations

import argparse
import mimetypes
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bot import people as naming
from bot.app import Bot
from bot.cli.setup import complete, offline
from bot.cli.sources import settings_of
from bot.clock import local
from bot.errors import BotError, Refusal
from bot.heard import known_of
from bot.noticing import Reaching
from bot.rosters import Role
from bot.settings import Settings
from handlers import attached, drafts
from handlers.commands import notices as commands
from handlers.drafts import Draft
from storage import Session, files, people

_LARGEST_FILE = 20 * 1024 * 1024


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Keeps the draft, unless only a check is wanted; who it is by cannot approve it."""
    settings = settings_of(arguments, environ)
    text = attached.decoded(arguments.file.read_bytes())
    if text is None:
        raise BotError(f"{arguments.file}：不是文本文件。请另存为 UTF-8 的文本再试")
    print(complete(_draft(settings, text, arguments.file, arguments.by, keep=not arguments.check)))
    if arguments.check:
        print("只是看看，没有存。去掉 --check 再运行一次，就存为草稿。")
    return 0


async def _draft(settings: Settings, text: str, file: Path, by: str, *, keep: bool) -> str:
    async with offline(settings) as bot:
        now = bot.clock.now()
        try:
            draft = drafts.read(text, local(now))
        except Refusal as refusal:
            raise BotError(f"{file}：{refusal}") from refusal
        async with bot.store.begin() as session:
            by_id = await _staff(session, bot.office_id, by)
            meant, _ = await commands.audience_of(session, bot.office_id, draft.audience)
            file_ids = await _files(session, bot, draft, file.parent)
            made = await commands.store_draft(session, settings, bot.office_id, by_id, now, draft, file_ids)
            hears = {name: channel.traits.hears for name, channel in bot.channels.items()}
            reaching = Reaching(settings=settings, office_id=bot.office_id, reach=bot.outbox.reach, hears=hears)
            shown = await commands.preview(made, reaching, session, meant)
            if not keep:
                await session.rollback()
        return shown


async def _staff(session: Session, office_id: int, name: str) -> int:
    """The member of staff of that name.

    Raises:
        BotError: there is none.
    """
    everybody = [known_of(m) for m in await people.everybody(session, office_id) if m.role == Role.STAFF]
    match = naming.find(name, everybody)
    if match.one is None:
        known = "、".join(person.name for person in everybody)
        raise BotError(f"名单里没有叫“{name}”的工作人员。现有：{known or '（还没有）'}")
    return match.one.person_id


async def _files(session: Session, bot: Bot, draft: Draft, folder: Path) -> Sequence[int]:
    """The files that a draft names, from beside it."""
    found = []
    for name in draft.files:
        path = folder / name
        if path.name != name or not path.is_file():
            raise BotError(f"没找到附件 {path}。附件要和通知的文件放在一起，名称一字不差")
        content = path.read_bytes()
        if len(content) > _LARGEST_FILE:
            raise BotError(f"附件 {path} 有 {len(content) / 1e6:.1f} MB，至多 {_LARGEST_FILE / 1e6:.0f} MB")
        now = bot.clock.now()
        found.append(
            await files.add(
                session,
                bot.office_id,
                token=secrets.token_urlsafe(24),
                name=name,
                media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
                content=content,
                made_at=now,
                expires_at=now + timedelta(days=commands.FILE_DAYS),
            )
        )
    return found
