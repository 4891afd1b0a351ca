"""Files that the emulator serves, under names that nobody guesses, so that a provider can fetch what a user dropped.

A browser may show the common kinds of pictures; everything else is for downloading, and nothing is ever run.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

from ringocli.emulator.sample_files import SAMPLES
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.sqlite import StoredFile
from ringocli.http.exchange import Reply

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
"""What is shown; SVG is not among them, since it may carry scripts."""

MAX_KEPT_BYTES = 500_000_000

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_UNSAFE = re.compile(r"[^\w.() -]|^\.+", re.ASCII)


class MediaFiles:
    """Takes files and serves them; samples have names of their own that can be guessed, and no content worth it."""

    def __init__(self, ledger: Ledger, base: str) -> None:
        self._ledger = ledger
        self._base = base

    def add(self, name: str, content_type: str | None, content: bytes) -> dict[str, object]:
        """Keep a file; where it is served, and as what.

        Raises:
            LocalError: it cannot be stored.
        """
        token = secrets.token_urlsafe(18)
        kind = (content_type or "").partition(";")[0].strip().lower()
        kind = kind if _TYPE.fullmatch(kind) else "application/octet-stream"
        clean = _UNSAFE.sub("_", name.rpartition("/")[2].rpartition("\\")[2]).strip()[:100] or "file"
        file = StoredFile(name=clean, content_type=kind, content=content)
        self._ledger.store.add_file(token, file, MAX_KEPT_BYTES)
        return {
            "schema_version": 1,
            "url": f"{self._base}/files/{token}/{quote(clean)}",
            "name": clean,
            "content_type": kind,
            "bytes": len(content),
        }

    @property
    def samples(self) -> list[dict[str, str]]:
        """The sample files, with their addresses."""
        return [
            {"name": name, "url": f"{self._base}/files/sample/{name}", "content_type": sample.content_type}
            for name, sample in SAMPLES.items()
        ]

    async def serve(self, token: str, name: str) -> Reply | None:
        """A file as a reply; None where there is none of that name."""
        if token == "sample":
            sample = SAMPLES.get(name)
            file = StoredFile(name=name, content_type=sample.content_type, content=sample.content()) if sample else None
        else:
            file = await self._ledger.read(lambda store: store.file(token))
            file = file if file is not None and file.name == name else None
        if file is None:
            return None
        shows = "inline" if file.content_type in PICTURES else "attachment"
        return Reply(
            status=200,
            headers=(
                ("Content-Type", file.content_type),
                ("Content-Disposition", f'{shows}; filename="{file.name}"'),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("Cache-Control", "private, max-age=86400"),
            ),
            body=file.content,
        )
