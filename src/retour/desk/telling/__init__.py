"""Who is told by a machine: subscriptions, their secrets, what they were sent, sending again."""
