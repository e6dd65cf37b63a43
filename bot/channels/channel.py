"""The port, as channels know it; see `bot.channel`."""

from bot.channel import Channel, Gap, Hears, Intake, Standing, Starts, Traits

__all__ = ["Channel", "Gap", "Hears", "Intake", "Standing", "Starts", "Traits"]
