"""Goods on the dock: received, corrected, judged, put away."""
