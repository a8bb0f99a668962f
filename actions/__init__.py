"""Rasa custom actions: thin, one per file. They hand the reading to `bot.answers` and utter its reply."""
