"""What the mail servers' certificates are checked against; made by `channel`, so that a wrong file is told at once."""

from __future__ import annotations

import ssl
from pathlib import Path

from bot.errors import Fault, SettingsError


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """The context of both connections.

    Raises:
        SettingsError: the file holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        remedy = "请换成服务器证书（PEM）；用公共邮箱时删去这一项"
        raise SettingsError([Fault(str(ca_file), 0, "tls_ca_file 指的文件不是证书", remedy)]) from None


def host_and_port(endpoint: str) -> tuple[str, int]:
    """`host:port`, an IPv6 address without its brackets."""
    host, _, port = endpoint.rpartition(":")
    return host.strip("[]"), int(port)
