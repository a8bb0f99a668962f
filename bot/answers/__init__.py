"""Pure functions from what was said and what was asked before to one reply. No Rasa here, and no I/O but the guide's queries."""
