"""A hash that is the same everywhere and for ever, in every language that rules
are written in: keys and terms are kept by the host between batches."""

from __future__ import annotations

from collections.abc import Iterable

_MASK = 0xFFFF_FFFF_FFFF_FFFF


def hash_of(texts: Iterable[str]) -> int:
    """FNV-1a over 64 bits with an end after each text, finished with the mixer of
    MurmurHash3."""
    hash = 0xCBF2_9CE4_8422_2325
    for text in texts:
        for byte in (*text.encode(), 0xFF):
            hash = ((hash ^ byte) * 0x0000_0100_0000_01B3) & _MASK
    hash = ((hash ^ (hash >> 33)) * 0xFF51_AFD7_ED55_8CCD) & _MASK
    hash = ((hash ^ (hash >> 33)) * 0xC4CE_B9FE_1A85_EC53) & _MASK
    return hash ^ (hash >> 33)
