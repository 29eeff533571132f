"""Agents side by side: who has a return open, what is put off, decisions that can be taken back."""
