"""The ways in and out: each module is one channel behind the protocol of `channel.py`. `bot.app` alone makes them."""
