"""One module per subject; everything is importable from here."""

from .appeal import Appeal
from .call import Call
from .engine import Engine
from .event import Event
from .lane import Lane, LaneRule
from .meta_prompt import MetaPrompt
from .picture import Picture
from .price import Price, TokenPrice
from .purse import LedgerEntry, Purse
from .review import Review
from .trail import Generation, Trail

__all__ = [
    "Appeal",
    "Call",
    "Engine",
    "Event",
    "Generation",
    "Lane",
    "LaneRule",
    "LedgerEntry",
    "MetaPrompt",
    "Picture",
    "Price",
    "Purse",
    "Review",
    "TokenPrice",
    "Trail",
]
