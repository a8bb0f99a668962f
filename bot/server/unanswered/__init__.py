"""Keeps what the guide does not answer, without identifiers and cut off from conversations (docs/unanswered.md)."""
