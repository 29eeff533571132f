"""A ChannelEngine to practise with: its API in miniature, one account for each sandbox."""
