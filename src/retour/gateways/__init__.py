"""The ways out: every byte that leaves this process for somebody else's machine.

Here live the outgoing HTTP client with its egress guard, the mail sender and the rendering of
merchants' templates in child processes. Never here: SQL, retry schedules, or any decision about a
return. Only this room may import pycurl, aiosmtplib, liquid or mrml.
"""
