"""`python -m bot`: the same command as `bot`, for a checkout whose scripts are not on the path."""

from bot.cli import main

main()
