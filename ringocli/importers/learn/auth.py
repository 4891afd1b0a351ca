"""The credentials of a paste as the ``auth`` of a template, their values in the book of properties."""

from __future__ import annotations

from ringocli.importers.learn.placeholders import placeholders
from ringocli.importers.learn.properties import PropertyBook, is_stand_in
from ringocli.importers.model import BasicAuth, BearerAuth, Pasted


def auth_of(pasted: Pasted, book: PropertyBook, names: tuple[str, ...]) -> dict[str, str] | None:
    """``names`` are what the provider's own preset calls them: a token, or a user name and a password."""
    match pasted.auth:
        case BearerAuth(token=token, where=where):
            suggested = names[0] if len(names) == 1 else "API key"
            return {"type": "Bearer", "token": _credential(token, f"{where}, token", suggested, book, names)}
        case BasicAuth(username=username, password=password, where=where):
            user, word = names if len(names) == 2 else ("Username", "Password")
            auth = {"type": "Basic", "username": _credential(username, f"{where}, user name", user, book, names)}
            hidden = password or not username
            return auth | {"password": _credential(password, f"{where}, password", word, book, names) if hidden else ""}
    return None


def _credential(text: str, where: str, suggested: str, book: PropertyBook, names: tuple[str, ...]) -> str:
    found = list(placeholders(text))
    if found and not (len(found) == 1 and found[0].end - found[0].start == len(text.strip())):
        return book.filled(text, where, suggested)
    suggestions = [text, suggested] if is_stand_in(text) and not names else [suggested]
    return f"${book.name_for(text, where, suggestions, exact=bool(names))}$"
