"""Text that XML can contain."""

from __future__ import annotations


def xml_text(text: str) -> str:
    """Text with a question mark for each character that XML 1.0 does not allow; markup is not escaped."""
    return "".join(char if _is_allowed(char) else "?" for char in text)


def _is_allowed(char: str) -> bool:
    return char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
