"""Words as they are compared: what two people type for the same question becomes the same line."""

import unicodedata

_NO_APOSTROPHE = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")


def normalise(text: str, language: str) -> str:
    """Lower case, full-width forms folded, signs dropped; Chinese without any space."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_NO_APOSTROPHE)
    words = "".join(char if char.isalnum() else " " for char in folded).split()
    return ("" if language == "zh" else " ").join(words)
