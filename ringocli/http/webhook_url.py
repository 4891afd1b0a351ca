"""The webhook URL: whoever knows it can write into the account, so no more than its host is ever shown."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from ringocli.errors import UsageError
from ringocli.text.secret import MIN_SEARCHED_LENGTH, Secret, sent


def address_of(url: Secret) -> Secret:
    """A webhook URL that shows its scheme and host only; its parts are blanked in whatever comes back.

    Raises:
        UsageError: it is no http or https address.
    """
    text = sent(url)
    try:
        parts = urlsplit(text)
        port, usable = parts.port, parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        port, usable = None, False
    if not usable or port == 0 or any(char <= " " or char == "\x7f" for char in text):
        raise UsageError(
            "the webhook URL is no http or https address", "Copy it whole, as in http://127.0.0.1:8025/hook."
        )
    beyond = text.partition("://")[2].partition(parts.netloc)[2]
    pieces = [beyond, parts.path, parts.query, parts.fragment, parts.username or "", parts.password or ""]
    pieces += parts.path.split("/")
    pieces += [value.partition("=")[2] for value in parts.query.split("&")]
    for piece in pieces:
        for face in (piece, unquote(piece)):
            if len(face) >= MIN_SEARCHED_LENGTH:
                Secret(face)  # from here on it is blanked in foreign text
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    shown = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return Secret(text, shown + ("/***" if beyond not in ("", "/") else beyond))
