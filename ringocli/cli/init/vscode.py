"""``init --editor vscode``: the schema beside the template, and the setting that makes VS Code use it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ringocli.errors import LocalError
from ringocli.text import console

SETTINGS = Path(".vscode") / "settings.json"
SCHEMA = Path(".vscode") / "ringotel.schema.json"


def write_settings(template: str | None) -> None:
    """Write the schema, and add it to the settings; everything else in them is left unchanged.

    ``template`` is the file that the schema is for; None means every template below the working folder.

    Raises:
        LocalError: the settings are not JSON, or cannot be written.
    """
    from ringocli.template.schema import SCHEMA as CONTENT
    from ringocli.text.document import Document
    from ringocli.text.files import new_folder, read_text, write_texts
    from ringocli.text.json_editor import with_item, with_member

    matching = [f"/{Path(template).as_posix()}"] if template else _templates() or ["*.ringotel.json"]
    text = read_text(str(SETTINGS)) if os.path.exists(SETTINGS) else "{}\n"
    document = Document.read(str(SETTINGS), text)
    if not isinstance(document.value, dict) or not document.is_json:
        raise LocalError(f"{SETTINGS}: not a JSON object", "Fix it first.")
    url = f"./{SCHEMA.as_posix()}"
    present = [entry for entry in document.value.get("json.schemas", []) if isinstance(entry, dict)]
    missing = [name for name in matching if not any(name in entry.get("fileMatch", []) for entry in present)]
    if missing:
        entry = {"fileMatch": missing, "url": url}
        if "json.schemas" in document.value:
            document = with_item(document, ("json.schemas",), entry)
        else:
            document = with_member(document, (), "json.schemas", [entry])
    with new_folder(SETTINGS.parent):
        schema = json.dumps(CONTENT, ensure_ascii=False, indent=1) + "\n"
        write_texts({SCHEMA: schema, **({SETTINGS: document.text} if missing else {})}, force=True)
    console.note(f"wrote {SCHEMA}; {SETTINGS} uses it for {', '.join(matching)}", "green")


def _templates() -> list[str]:
    """The templates below the working folder, as VS Code names files."""
    from ringocli.template.recognition import is_template
    from ringocli.text.document import Document

    found = []
    for parent, folders, files in os.walk("."):
        folders[:] = [name for name in folders if not name.startswith((".", "node_modules"))]
        for name in sorted(files):
            path = Path(parent) / name
            if name.endswith(".json") and os.path.isfile(path) and os.path.getsize(path) < 1_000_000:
                if is_template(Document.read(name, path.read_text("utf-8", "replace"))):
                    found.append("/" + path.as_posix().removeprefix("./"))
    return found
