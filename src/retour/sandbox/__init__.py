"""The outside world in miniature: a processor, a carrier, a sink and a mailbox, with faults to order."""
