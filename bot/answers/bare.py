"""Messages that hold nothing but named parts and small words: "and for stage 3 then?", "ok, Tukysa"."""

from __future__ import annotations

import re

from bot.answers.reading import Reading

NAMED = ("stage", "line", "ordinal", "drug", "term")
ASKS = re.compile(r"\s*(?:whats?|wats?|when|how|which|who|can|is|are|does|do|will|should|could|where)\b", re.I)
_WORD = re.compile(r"[\w'+&-]+")
_FILLER = frozenset(
    "a about again also an and ask at but can cos do does er erm for from go going got has have hers her him his how i "
    "if im in is it its just know like line lines look me mean meant mine mum mums mom moms my no not now of oh ok okay "
    "on one only or our please pls same say said she sister so sorry stage still tell than that thats the their them "
    "then there they thing think this thx to tx um umm us want was we well what whats when where "
    "which who wife with would yeah yes you your actually wait instead case dad friend aunt daughter nope nah both too "
    "really right exactly be being been get give given though tho actualy rather hang hmm what's that's it's i'm didnt "
    "did didn't dont don't bit up out new different cancer breast person someone someones patient patients people xx x compare n "
    "back never mind see once s re m question but shes hes typo mistake oops whoops doctor doc onc said told says again "
    "supposing suppose wot adn fr nd an plz lol haha fine right oh more one other thing aftr about 4 k u r ok y lot "
    "ones folk folks guys girls".split()
)


def only_parts(reading: Reading) -> bool:
    """Tells whether nothing is left of the message but small words once the named parts are taken out."""
    rest = list(reading.text)
    for mention in reading.mentions:
        if mention.kind in NAMED:
            rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    words = (word.lower().strip("'+&-") for word in _WORD.findall("".join(rest)))
    return all(word in _FILLER or not word for word in words)
