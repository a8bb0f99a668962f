"""Keeping a content file under review: what changed between two of them, who read it and when, and a draft from a text."""
