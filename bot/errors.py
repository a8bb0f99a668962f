"""Errors that a person running the bot reads: each names the value, the cause and what to do."""

from __future__ import annotations


class BotError(Exception):
    """Base of the errors this project raises on purpose; its text is meant to be shown as it is."""


class ContentError(BotError):
    """The content file of the guide is not valid.

    Attributes:
        problems: one line per problem, each with file, line, value and what to do.
    """

    def __init__(self, problems: list[str]) -> None:
        """Joins the problems into one readable text."""
        self.problems = problems
        count = len(problems)
        head = f"The content file has {count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))


class StoreError(BotError):
    """The SQL store cannot be reached, is missing, or was built from other content."""


class StoreDown(BotError):
    """The conversation store cannot be read or written right now; nothing of the message was kept.

    It holds no text of a visitor, so that it may be logged as it is.
    """


class ConversationChanged(BotError):
    """Somebody else wrote or erased the conversation while a message was being answered; nothing of the message was kept."""

    def __init__(self) -> None:
        """Says so, and what to do."""
        super().__init__("The conversation was changed or erased while a message was answered. Send the message again.")


class ClinicError(BotError):
    """The clinic file (clinic.yml) is missing or not valid."""


class ModelError(BotError):
    """No trained model can be found or loaded."""
