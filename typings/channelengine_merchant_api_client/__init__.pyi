"""Types for what we use of ChannelEngine's generated client, which has none."""
