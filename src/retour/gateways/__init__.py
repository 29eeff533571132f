"""The ways out: every byte that leaves this process for somebody else's machine.

Here live the outgoing HTTP client with its egress guard, the mail sender, and the children that
render merchants' templates and read strangers' photos. Never here: SQL, retry schedules, or any
decision about a return. Only this room may import pycurl, aiosmtplib, liquid, mrml or Pillow.
"""
