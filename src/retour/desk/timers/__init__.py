"""Timers looked at (``listing``) and reached: a sandbox's clock and what fires on its way."""
