"""A return is asked for, offered, granted, ended."""
