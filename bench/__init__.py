"""The promises of speed, measured side by side with what they are measured against.

Never here: assertions on absolute numbers, or anything that the product imports.
"""
