"""Channels: a merchant's account at ChannelEngine, the returns found there, and what it is told."""
