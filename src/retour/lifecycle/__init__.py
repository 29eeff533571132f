"""The life of a return: tables, guards and ``decide``. Pure: no clock, no database, no settings."""
