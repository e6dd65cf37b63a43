"""`/绑定` settles whose an account or a name is; `/录入` takes in what a group wrote where no bot could hear it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from bot import keeping, transcript, wording
from bot import people as naming
from bot.errors import Refusal
from bot.heard import Heard, known_of
from bot.messages import Post
from bot.people import Known
from bot.records import Command
from handlers.commands.scope import is_room, one_room, person_meant
from storage import Session, identities, messages, people, records

_LOOK_BACK_DAYS = 14


async def bind(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/绑定` lists what waits; `/绑定 看到的名字 名单姓名` settles it, and what was said counts from then on."""
    if not command.args:
        return [heard.answer(wording.waiting_accounts(await _waiting(heard, session)), "/绑定")]
    if len(command.args) < 2:
        raise Refusal(wording.waiting_accounts(await _waiting(heard, session)))
    seen, person = " ".join(command.args[:-1]), await person_meant(command.args[-1], heard, session)
    _refuse_anothers_name(seen, person, await people.everybody(session, heard.office_id))
    accounts = [i for i in await identities.named(session, heard.office_id, seen) if i.person_id != person.person_id]
    unsettled = await records.unsettled(session, heard.office_id, seen)
    if not accounts and not unsettled:
        raise Refusal(wording.no_such_account(seen, await _waiting(heard, session)))
    since = heard.now - timedelta(days=heard.settings.inbox.reread_days)
    again = 0
    for account in accounts:
        await identities.bind(session, account, person.person_id, "staff", heard.now, heard.speaker.person_id)
        again += await messages.read_again(session, account.id, since)
    for row in unsettled:
        row.subject_id, row.subject_name = person.person_id, person.name
    await people.add_alias(session, person.person_id, seen)
    return [heard.answer(wording.bound(seen, person.name, again + len(unsettled)), "/绑定")]


def _refuse_anothers_name(seen: str, person: Known, everybody: Sequence[people.Membership]) -> None:
    if naming.key(seen) == naming.key(person.name):
        return  # one of several namesakes
    for other in everybody:
        if naming.key(other.name) == naming.key(seen):
            raise Refusal(wording.name_of_another(seen, f"{other.unit}-{other.name}" if other.unit else other.name))


async def _waiting(heard: Heard, session: Session) -> list[str]:
    everybody = [known_of(m) for m in await people.everybody(session, heard.office_id)]
    accounts = [i.name_seen for i in await identities.waiting(session, heard.office_id)]
    since = heard.day - timedelta(days=_LOOK_BACK_DAYS)
    names = await records.unsettled_names(session, heard.office_id, since)
    lines = []
    for name in dict.fromkeys([*accounts, *names]):
        near = "、".join(known.name for known in naming.nearest(name, everybody))
        lines.append(f"· {name}" + (f"（也许是 {near}）" if near else ""))
    return lines


async def paste(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/录入 [群名]` and on the next lines the copied chat: kept as messages, then handled as if heard."""
    first, _, below = command.rest.partition("\n")
    words = first.split()
    headed = bool(words and below.strip()) and await is_room(words, heard, session)
    room = await one_room(words if headed else (), heard, session, "录入")
    text = below if headed else command.rest
    names = [m.name for m in await people.members(session, room.id)]
    found = transcript.read_copied(text, heard.sent_at, names)
    if not found.said:
        raise Refusal(wording.nothing_pasted())
    new, seen = 0, Counter[tuple[object, ...]]()
    for utterance in found.said:
        same = (utterance.sender, utterance.sent_at, utterance.text)
        message = keeping.pasted(room.name, utterance, heard.sent_at, seen[same])
        seen[same] += 1
        new += await keeping.keep(session, heard.office_id, message, heard.now, room) is not None
    return [heard.answer(wording.pasted(new, len(found.said) - new, found.unread), "/录入")]
