"""Delivery: lease a lane, render its head, send it, settle what came of it."""
