"""Channels: the account at ChannelEngine, what marketplaces declared there, and its ping."""
