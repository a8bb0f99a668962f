"""Runs the bot: training when inputs changed, actions in the server's process, the launcher and the terminal chat."""
