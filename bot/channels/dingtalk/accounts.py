"""Whose account of 专有钉钉 goes by a mobile number: asked once each. `gov` asks before it notifies somebody.

Rosters tell numbers; the platform takes its own accounts. Asking sends nothing, so asking in vain leaves no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.channels.calls import Answer, CallFailed
from bot.channels.dingtalk import answers
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.settings import DingtalkGovSettings

_MOBILE: Final = re.compile(r"1\d{10}", re.ASCII)
_MOST: Final = 50_000


class Accounts:
    """Remembers whose account goes by which number.

    Args:
        call: a signed call: its path and its fields.
    """

    def __init__(
        self, settings: DingtalkGovSettings, call: Callable[[str, Mapping[str, str]], Awaitable[Answer]]
    ) -> None:
        self._settings = settings
        self._call = call
        self._known: dict[str, str] = {}

    async def of(self, written: str) -> str:
        """The account; what is no mobile number is one already.

        Raises:
            ChannelUnavailable: the platform does not say now.
            DeliveryRefused: nobody there goes by that number.
        """
        if not _MOBILE.fullmatch(written):
            return written
        if written not in self._known:
            account = await self._look_up(written)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[written] = account
        return self._known[written]

    async def _look_up(self, mobile: str) -> str:
        name = self._settings.name
        fields = {"areaCode": "86", "namespace": "local", "mobiles": mobile, "tenantId": self._settings.tenant_id}
        try:
            answer = await self._call("/mozi/employee/get_by_mobiles", fields)
        except CallFailed as exc:
            raise ChannelUnavailable(f"{name}：查不到账号（{exc}）") from exc
        if not answers.succeeded(answer):
            raise ChannelUnavailable(f"{name}：专有钉钉不肯按手机号查账号（{answers.code_of(answer)}）")
        found = answers.content_of(answer).get("data")
        for person in found if isinstance(found, list) else []:
            if isinstance(person, dict) and person.get("accountId"):
                return str(person["accountId"])
        raise DeliveryRefused(f"{name}：专有钉钉里没有用这个手机号的人")
