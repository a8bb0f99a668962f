"""Channels between visitors and the bot: how a message comes in and how a reply goes out."""
