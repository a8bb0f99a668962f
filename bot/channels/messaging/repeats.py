"""Which of a platform's messages were taken already, so that one that is sent again is answered once."""

from __future__ import annotations

from collections import OrderedDict

MOST_KEPT = 10_000


class Repeats:
    """The ids that came last; the oldest make room. The conversation store knows the older ones."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Takes how many ids to keep."""
        self._most = most
        self._kept: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __len__(self) -> int:
        """The number of ids that are kept."""
        return len(self._kept)

    def knows(self, sender: str, message_id: str) -> bool:
        """Tells whether a message was taken."""
        return (sender, message_id) in self._kept

    def keep(self, sender: str, message_id: str) -> None:
        """Keeps a message's id."""
        self._kept[sender, message_id] = None
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
