"""Widgets: each draws one picture from plain data."""
