"""A guided chat about HER2."""

__version__ = "0.1.0"
