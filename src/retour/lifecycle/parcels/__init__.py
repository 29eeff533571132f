"""Parcels of a return: labels, pick-ups, scans, the way back."""
