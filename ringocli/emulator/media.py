"""Uploaded files, served under unguessable names, so that a provider can fetch what a user attached.

A browser displays the common image formats; everything else is offered as a download, and nothing is ever executed.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

from ringocli.emulator.limits import MAX_STORED_BYTES
from ringocli.emulator.sample_files import SAMPLES
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.reader import StoredFile
from ringocli.http.exchange import Reply

INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
"""What a browser may display; SVG is not among them, since it may contain scripts."""

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_UNSAFE = re.compile(r"[^\w.() -]|^\.+", re.ASCII)


class MediaFiles:
    """Stores files and serves them. The sample files have fixed, guessable names and no content worth protecting."""

    def __init__(self, ledger: Ledger, base_url: str) -> None:
        self._ledger = ledger
        self._base_url = base_url

    async def add(self, name: str, content_type: str | None, content: bytes) -> dict[str, object]:
        """Store a file; returns its URL and metadata as the API shows them.

        Raises:
            LocalError: it cannot be stored.
        """
        token = secrets.token_urlsafe(18)
        media_type = (content_type or "").partition(";")[0].strip().lower()
        media_type = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
        clean = _UNSAFE.sub("_", name.rpartition("/")[2].rpartition("\\")[2]).strip()[:100] or "file"
        file = StoredFile(name=clean, content_type=media_type, content=content)
        await self._ledger.write(lambda store: store.add_file(token, file, MAX_STORED_BYTES))
        return {
            "schema_version": 1,
            "url": f"{self._base_url}/files/{token}/{quote(clean)}",
            "name": clean,
            "content_type": media_type,
            "bytes": len(content),
        }

    @property
    def samples(self) -> list[dict[str, str]]:
        """The sample files with their URLs."""
        return [
            {"name": name, "url": f"{self._base_url}/files/sample/{name}", "content_type": sample.content_type}
            for name, sample in SAMPLES.items()
        ]

    async def serve(self, token: str, name: str) -> Reply | None:
        """The reply that serves a file; None if there is no file of that name."""
        if token == "sample":
            sample = SAMPLES.get(name)
            file = StoredFile(name=name, content_type=sample.content_type, content=sample.content()) if sample else None
        else:
            file = await self._ledger.read(lambda store: store.file(token))
            file = file if file is not None and file.name == name else None
        if file is None:
            return None
        disposition = "inline" if file.content_type in INLINE_TYPES else "attachment"
        return Reply(
            status=200,
            headers=(
                ("Content-Type", file.content_type),
                ("Content-Disposition", f'{disposition}; filename="{file.name}"'),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("Cache-Control", "private, max-age=86400"),
            ),
            body=file.content,
        )
