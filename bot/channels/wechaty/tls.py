"""TLS to the gateway; `line` makes the context once, `wire` connects with it."""

from __future__ import annotations

import ssl

from bot.errors import Fault, SettingsError
from bot.settings import WechatySettings


def tls_context(settings: WechatySettings) -> ssl.SSLContext | None:
    """What the gateway's certificate is checked against; None for a gateway without TLS.

    Raises:
        SettingsError: the certificate of the settings cannot be used.
    """
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file)
    except OSError as exc:  # ssl.SSLError is one
        fault = Fault(str(settings.tls_ca_file), 0, "读不出网关的证书", "请检查 tls_ca_file 是不是 PEM 格式的证书文件")
        raise SettingsError([fault]) from exc
    context.set_alpn_protocols(["h2"])
    if settings.tls_ca_file:
        # Python 3.13 refuses certificates of version 1, which is what gateways come with; who is trusted is said.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
