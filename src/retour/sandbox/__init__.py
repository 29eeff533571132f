"""The outside world in miniature: processor, carrier, sink and mailbox, faults to order."""
