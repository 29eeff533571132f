"""The shopper's portal: find the order, choose, say why, check, send.  Start at ``journey``."""
