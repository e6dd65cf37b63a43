"""Every table. Each row knows its office, so that several can share one store. Instants are UTC, days are China's.

Query modules of this package are the only users; migrations build what is declared here. Longer than 300 lines because
it is read as one: the schema.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER key


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the store."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the store; SQLite gives it back without its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata: ClassVar = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Instant,
        date: Date,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bool: Boolean,
        str: Text,
    }


class Office(Table):
    """A liaison office (联工委)."""

    __tablename__ = "offices"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Unit(Table):
    """A place of the office's tree (单位), by its 行政区划代码; the topmost has no parent."""

    __tablename__ = "units"
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    parent: Mapped[str] = mapped_column(String(12), default="")


class Person(Table):
    """A deputy (代表) or a member of staff (工作人员); `gone_at` when no roster names them any more.

    `unit_code` is set for people of the register (名册).
    """

    __tablename__ = "people"
    __table_args__ = (Index(None, "office_id", "name"), Index(None, "office_id", "unit_code"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(200), default="")
    unit_code: Mapped[str] = mapped_column(String(12), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    email: Mapped[str] = mapped_column(String(254), default="", server_default="")
    aliases: Mapped[list[Any]] = mapped_column(JSON, default=list)
    link_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    gone_at: Mapped[datetime | None]


class Standing(Table):
    """What a person is by the register: a role, a mandate (全国, 省, …), on a sub-list, or in a group."""

    __tablename__ = "standings"
    __table_args__ = (Index(None, "office_id", "kind", "value"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`role`, `mandate`, `list` or `room`."""
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))


class Room(Table):
    """A group (群). `external_id` is the channel's own, learnt when it is first heard of."""

    __tablename__ = "rooms"
    __table_args__ = (
        UniqueConstraint("office_id", "channel", "name"),
        Index(None, "office_id", "channel", "external_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    pinned: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The configuration fixes its id: no other group of that name is taken for it."""
    purpose: Mapped[str] = mapped_column(String(16), default="deputies")
    """`deputies`, `staff`, or `unknown` for a group that no configuration names."""
    paused_at: Mapped[datetime | None]
    paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Member(Table):
    """Who belongs to a room, as what, in the order of its roster."""

    __tablename__ = "members"
    __table_args__ = (Index(None, "person_id"),)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]


class Identity(Table):
    """An account seen in a channel and, once bound (绑定), whose it is and by what evidence."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("office_id", "channel", "external_id"),
        Index(None, "person_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(200))
    name_seen: Mapped[str] = mapped_column(String(200))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    """Where it was first seen; None in a private talk."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    evidence: Mapped[str] = mapped_column(String(32), default="")
    """`name`, `alias`, `nickname`, `link`, `roster` or `staff`; empty while it waits."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    first_seen_at: Mapped[datetime]
    bound_at: Mapped[datetime | None]


class Message(Table):
    """What was heard, as it came. `handled_at` is set in the transaction that writes what it led to."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("office_id", "channel", "external_id"),
        Index(
            "ix_messages_waiting",
            "office_id",
            "room_id",
            "id",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index(None, "room_id", "sent_at"),
        Index(None, "identity_id", "sent_at"),
        Index(None, "peer_id", "sent_at"),
        Index(None, "channel", "recalls"),
        Index(None, "room_id", "text_hash"),
        Index(
            "ix_messages_failed",
            "office_id",
            "id",
            sqlite_where=text("error <> ''"),
            postgresql_where=text("error <> ''"),
        ),
        Index(
            "ix_messages_echoes",
            "post_id",
            sqlite_where=text("post_id IS NOT NULL"),
            postgresql_where=text("post_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    """Whose account said it; None for the bot's own."""
    peer_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    """In a private talk, the account on the other side."""
    sender_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    text_hash: Mapped[str] = mapped_column(String(32))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    recalls: Mapped[str | None] = mapped_column(String(200))
    from_self: Mapped[bool] = mapped_column(Boolean, default=False)
    mentions_bot: Mapped[bool] = mapped_column(Boolean, default=False)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    """For an echo, the post it is the echo of."""
    answers: Mapped[int | None] = mapped_column(BigInteger)
    """The id of the post that it answers, as its channel told; no more than a claim."""
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When it was first handled; stays when it is read again, so that commands run once."""
    outcome: Mapped[str] = mapped_column(String(16), default="")
    """`read`, `echo`, `twin` (heard by another channel too), `recalled`, `paused`, `unknown_room`, `failed`."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
    recalled_at: Mapped[datetime | None]


class Record(Table):
    """What a message was read to say; never overwritten: superseded or withdrawn."""

    __tablename__ = "records"
    __table_args__ = (
        Index(None, "office_id", "subject_id", "on_day"),
        Index(None, "room_id", "on_day", "kind"),
        Index(None, "message_id"),
        Index(None, "withdrawn_by"),
        Index(None, "speaker_id", "said_at"),
        Index(
            "ix_records_answers",
            "office_id",
            "form",
            "subject_id",
            "on_day",
            sqlite_where=text("form IS NOT NULL"),
            postgresql_where=text("form IS NOT NULL"),
        ),
        Index(
            "ix_records_unsettled",
            "office_id",
            "subject_name",
            sqlite_where=text("subject_id IS NULL"),
            postgresql_where=text("subject_id IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    position: Mapped[int]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    kind: Mapped[str] = mapped_column(String(16))
    on_day: Mapped[date]
    said_at: Mapped[datetime]
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    subject_name: Mapped[str] = mapped_column(String(200), default="")
    relation: Mapped[str] = mapped_column(String(8), default="")
    ill: Mapped[bool] = mapped_column(Boolean, default=False)
    unsure: Mapped[bool] = mapped_column(Boolean, default=False)
    proxy: Mapped[bool] = mapped_column(Boolean, default=False)
    cash_fen: Mapped[int | None] = mapped_column(BigInteger)
    form: Mapped[str | None] = mapped_column(String(64))
    """Of an answer, the name of the form (采集) that it answers."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The record by the parse contract."""
    rules: Mapped[list[Any]] = mapped_column(JSON, default=list)
    rules_version: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Of which version of the rules they are; empty where staff settled it, and before that was kept."""
    source: Mapped[str] = mapped_column(Text, default="")
    """The piece of the message it was read from, normalized: an unchanged line of a reposted 接龙 is known by it."""
    chain: Mapped[str] = mapped_column(Text, default="")
    """The heading of the 接龙 it stands in; empty outside one."""
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(64), default="")
    """Why: `retract:<message>`, `recall:…`, `chain:…`, `correct:…`, `twin:<record>`, `reread`."""


class Question(Table):
    """A state of health that the words leave open (存疑): asked back once, or for staff to settle.

    Whether it is open is what the records say; the row says how far the asking is.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("office_id", "reason"),
        Index(
            "ix_questions_open",
            "office_id",
            "due_at",
            sqlite_where=text("state <> 'settled'"),
            postgresql_where=text("state <> 'settled'"),
        ),
        Index(None, "asked_id", "made_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    reason: Mapped[str] = mapped_column(String(300))
    """Whose state on which day: asked once, whatever is repeated or handled again."""
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    subject_name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(8))
    on_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    """`waiting` (to be asked at `due_at`), `asked` (until `due_at`), `to_staff`, `settled`."""
    due_at: Mapped[datetime]
    """When somebody has to look at it next."""
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Whom to ask; None where nobody is to be."""
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    asked_at: Mapped[datetime | None]
    post_key: Mapped[str] = mapped_column(String(300), default="")
    """Under which key it was asked."""
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    """The latest message that was read as an answer."""
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Case(Table):
    """What a message should have been read as, as staff corrected it (个案): the rules are tested on it."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("office_id", "correction_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    correction_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    """The message by which staff corrected it."""
    text: Mapped[str]
    sender: Mapped[str] = mapped_column(String(200))
    roster: Mapped[list[Any]] = mapped_column(JSON)
    sent_at: Mapped[datetime]
    expected: Mapped[list[Any]] = mapped_column(JSON)
    """The records of the whole message, by the parse contract."""
    subject: Mapped[str] = mapped_column(String(200))
    """About whom it was corrected."""
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class Mark(Table):
    """What staff noted of a person for some days: leave (请假), zero report (零报告), unreachable (联系不上)."""

    __tablename__ = "marks"
    __table_args__ = (Index(None, "office_id", "person_id", "from_on"), UniqueConstraint("message_id", "person_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(16))
    from_on: Mapped[date]
    to_on: Mapped[date]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Counter(Table):
    """The last number that was given of a series; without a gap, since a number that is rolled back is given again."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("office_id", "series"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    series: Mapped[str] = mapped_column(String(100))
    value: Mapped[int]


class Matter(Table):
    """A suggestion or problem on its way to an outcome (办理): numbered by year, in one state, with who sees to it."""

    __tablename__ = "matters"
    __table_args__ = (
        UniqueConstraint("office_id", "kind", "year", "number"),
        Index("ix_matters_due", "office_id", "due_on"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str] = mapped_column(String(16))
    year: Mapped[int]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    text: Mapped[str] = mapped_column(Text)
    on_day: Mapped[date]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]


class MatterMerge(Table):
    """A matter that was merged (合并), and the one that it went into."""

    __tablename__ = "matter_merges"
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("matters.id"))


class MatterSource(Table):
    """A record that a matter rests on; it belongs to that one alone. Where all are withdrawn, nobody holds to it."""

    __tablename__ = "matter_sources"
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)


class MatterStep(Table):
    """What was done about a matter: when, by whom, with which note; `state` is the state it was brought to."""

    __tablename__ = "matter_steps"
    __table_args__ = (UniqueConstraint("message_id", "matter_id"), Index(None, "matter_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"))
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime]


class Gift(Table):
    """A deed or gift in the ledger (捐赠台账): a number without a gap, and the day on which it was told first.

    Its figures stand nowhere: they follow from the records that it rests on and from what staff decided.
    """

    __tablename__ = "gifts"
    __table_args__ = (UniqueConstraint("office_id", "number"), Index(None, "office_id", "on_day"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    number: Mapped[int]
    on_day: Mapped[date]
    made_at: Mapped[datetime]


class GiftSource(Table):
    """A record that an entry of the ledger rests on; where all are withdrawn, it no longer counts."""

    __tablename__ = "gift_sources"
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gifts.id"), index=True)


class GiftStep(Table):
    """What staff decided about an entry of the ledger: corrected, merged, kept apart, counted or not; never changed."""

    __tablename__ = "gift_steps"
    __table_args__ = (UniqueConstraint("message_id", "gift_id"), Index(None, "gift_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gifts.id"))
    verb: Mapped[str] = mapped_column(String(16))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("gifts.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Of a correction, what it changes: `cash`, `value` as [fen, mark], `goods`, `deputy`."""
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    said_at: Mapped[datetime]


class Duty(Table):
    """One of those who are on duty (值班) on a day by the rota's file, in its order; the name as written there."""

    __tablename__ = "duties"
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class DutySwap(Table):
    """Somebody takes another's place on a day (换班); stands over the rota's file, also when that is read anew."""

    __tablename__ = "duty_swaps"
    __table_args__ = (UniqueConstraint("message_id", "on_day", "out_id"), Index(None, "office_id", "on_day"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    on_day: Mapped[date]
    out_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    in_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    made_at: Mapped[datetime]


class Occasion(Table):
    """One firing of a schedule, in one room or for the whole office: a row first, done once, or missed and listed."""

    __tablename__ = "occasions"
    __table_args__ = (
        UniqueConstraint("office_id", "key"),
        Index(
            "ix_occasions_due",
            "office_id",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(None, "office_id", "due_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    key: Mapped[str] = mapped_column(String(300))
    schedule: Mapped[str] = mapped_column(String(100))
    on_day: Mapped[date]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    """None: for the whole office, each person once."""
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="due")
    """`due`, `done`, `missed` (the bot was down), `paused`, `dropped` (no longer configured)."""
    settled_at: Mapped[datetime | None]


class Post(Table):
    """What the bot says: a row first, under a key that says why. Claimed, sent, marked."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("office_id", "key"),
        Index(
            "ix_posts_open",
            "office_id",
            "channel",
            "not_before",
            sqlite_where=text("state IN ('due', 'claimed')"),
            postgresql_where=text("state IN ('due', 'claimed')"),
        ),
        Index(
            "ix_posts_troubled",
            "office_id",
            "id",
            sqlite_where=text("state IN ('held', 'unknown', 'refused')"),
            postgresql_where=text("state IN ('held', 'unknown', 'refused')"),
        ),
        Index(None, "room_id", "sent_at"),
        Index(None, "identity_id", "sent_at"),
        Index(None, "channel", "sent_at"),
        Index(
            "ix_posts_notices",
            "notice_id",
            sqlite_where=text("notice_id IS NOT NULL"),
            postgresql_where=text("notice_id IS NOT NULL"),
        ),
        Index(
            "ix_posts_merged",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        Index(None, "person_id", "made_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    """Of a notice (通知), or of a reminder of it."""
    key: Mapped[str] = mapped_column(String(300))
    why: Mapped[str] = mapped_column(String(300))
    channel: Mapped[str] = mapped_column(String(64))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    text: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    doubt: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="due")
    """`due`, `claimed`, `sent`, `delivered` (with proof), `stale`, `held`, `unknown` (perhaps sent, not said again),
    `refused`, `dropped`, `merged` (said within another post, whose fate it shares)."""
    manner: Mapped[str] = mapped_column(String(8), default="alone", server_default="alone")
    """`at_once`, `alone`, or `together`: whether it may be said in one post with others."""
    merged_into: Mapped[int | None] = mapped_column(BigInteger)
    """The post within which it is said."""
    gathers_until: Mapped[datetime | None]
    """Until when it waits at most for others."""
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None]
    proof: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(300), default="")


class Reminder(Table):
    """One step of the ladder (催报) towards one person on a day: the post that it made, or why it made none."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("office_id", "on_day", "step", "person_id"),
        Index(None, "person_id", "on_day"),
        Index(
            "ix_reminders_posts",
            "office_id",
            "post_key",
            sqlite_where=text("post_key <> ''"),
            postgresql_where=text("post_key <> ''"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    step: Mapped[str] = mapped_column(String(200))
    """The name of the schedule, or whatever else has people reminded."""
    on_day: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    about: Mapped[str] = mapped_column(String(200))
    """What is asked for: `health`, `form/口罩领取`; its first word says who decides whether it is still owed."""
    means: Mapped[str] = mapped_column(String(16))
    """`mention`, `private`, `sms`, `mail`."""
    post_key: Mapped[str] = mapped_column(String(300), default="")
    """The post that reminds; empty where none was made."""
    withheld: Mapped[str] = mapped_column(String(16), default="")
    """Why there is none: `cap`, `week`, `quiet`, `address` (none is known), `office` (staff do it by hand)."""
    number: Mapped[int] = mapped_column(Integer, default=0)
    """For `cap` and `week`, how often they had been reminded."""
    due_at: Mapped[datetime]


class Errand(Table):
    """What the program cannot do and asks of whoever is on duty (代办): a text to pass on, ticked off when done."""

    __tablename__ = "errands"
    __table_args__ = (UniqueConstraint("office_id", "key"), Index(None, "office_id", "made_at"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    key: Mapped[str] = mapped_column(String(300))
    what: Mapped[str] = mapped_column(String(300))
    """In a few words, for lists."""
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Alarm(Table):
    """A day on which more people of a unit were unwell than is usual there (预警), by one method; with its figures."""

    __tablename__ = "alarms"
    __table_args__ = (
        UniqueConstraint("office_id", "on_day", "unit", "method"),
        UniqueConstraint("office_id", "number"),
        Index(
            "ix_alarms_waiting",
            "office_id",
            "repeat_at",
            sqlite_where=text("repeat_at IS NOT NULL"),
            postgresql_where=text("repeat_at IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    number: Mapped[int]
    """By which people answer it; the office's own, without a gap."""
    on_day: Mapped[date]
    unit: Mapped[str] = mapped_column(String(200))
    """The unit's code, its name where only rosters tell it, empty for the whole office."""
    unit_name: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(16))
    """`c1`, `c2`, `c3` or `threshold`."""
    figures: Mapped[dict[str, Any]]
    """What it rests on, as it stood then: due, reported, excused, unwell, unsure, statistic, mean, sd, limit."""
    made_at: Mapped[datetime]
    repeat_at: Mapped[datetime | None]
    """When all staff are told unless somebody has answered; None once that is settled."""
    repeated_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class File(Table):
    """A file that came in or goes out."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Pulse(Table):
    """When a channel was last known to hear: what was said after it while the bot was down may be missing."""

    __tablename__ = "pulses"
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    alive_at: Mapped[datetime]


class Gap(Table):
    """A time in which a channel may have missed messages."""

    __tablename__ = "gaps"
    __table_args__ = (Index(None, "office_id", "ended_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    channel: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]


class Notice(Table):
    """Something told to an audience (通知), by number; corrections and withdrawals follow another."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("office_id", "number"),
        Index(
            "ix_notices_due",
            "office_id",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(None, "follows_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    """`notice`, `correction`, `withdrawal`."""
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    state: Mapped[str] = mapped_column(String(16))
    """`draft`, `sending`, `sent`, `corrected`, `withdrawn`, `dropped` (a draft that is not wanted)."""
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    audience: Mapped[str]
    """Whom it is for, as staff wrote it; empty for one that follows another."""
    wants_ack: Mapped[bool] = mapped_column(Boolean)
    urgent: Mapped[bool] = mapped_column(Boolean)
    """Said at night, too."""
    deadline_at: Mapped[datetime]
    files: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Ids of the files that go along, in order."""
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    drafted_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was corrected or withdrawn."""
    due_at: Mapped[datetime | None]
    """When the planner has to look at it next: to send on, to remind, to tell staff of its end."""
    step: Mapped[int] = mapped_column(Integer, default=0)
    """How many of its reminders are behind it."""


class Addressee(Table):
    """Somebody whom a notice is for, once, by which way it goes, and where they belonged then."""

    __tablename__ = "addressees"
    __table_args__ = (Index(None, "person_id", "notice_id"),)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    unit: Mapped[str] = mapped_column(String(200))
    way: Mapped[str] = mapped_column(String(8))
    """`room`, `private`, or `none` for who cannot be reached."""
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    follows: Mapped[bool] = mapped_column(Boolean)
    """They were reached by the notice that this one follows."""
    posted: Mapped[bool] = mapped_column(Boolean)
    """It was put into the outbox for them."""


class Acknowledgement(Table):
    """That somebody has seen a notice (签收): by which route, when; of several the first counts, none goes."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("notice_id", "person_id", "message_id"), Index(None, "message_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    """In which it was said; of a tick by staff, the command."""
    said_at: Mapped[datetime]
    route: Mapped[str] = mapped_column(String(8))
    """`room`, `private`, `chain` (接龙), `proxy` (said by somebody else), `staff` (a tick)."""
    channel: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who said it for them."""
    note: Mapped[str] = mapped_column(String(100), default="")
    withdrawn_at: Mapped[datetime | None]
    """The message was taken back (撤回), or turned out to be somebody else's."""
