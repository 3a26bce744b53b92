"""The people: who they are, what they may do, and whom they are close to."""

from peers.models.care import Assessment, CareModality, Level, Modality, Stay
from peers.models.closeness import Block, Connection
from peers.models.invitation import Invitation
from peers.models.roles import Grant
from peers.models.user import User

__all__ = [
    "Assessment",
    "Block",
    "CareModality",
    "Connection",
    "Grant",
    "Invitation",
    "Level",
    "Modality",
    "Stay",
    "User",
]
