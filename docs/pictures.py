"""Make the pictures of the documentation: the emulator's page in chromium, and terminals as SVG.

``python docs/pictures.py`` writes docs/emulator.png and docs/pictures/*.svg. Look at them before committing: they are not
compared by a test, since fonts differ between machines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from ringocli.testing import Emulator, emulator

HERE = Path(__file__).parent
TELNYX = HERE.parent / "samples" / "telnyx.json"
NUMBER, CONTACT = "+12025550100", "+13105550199"
COLUMNS = 84
TYPO = '{"data": {"event_type": "message.received", "payload": {"sender": "+13105550199", "to": [{"phone_number": "+12025550100"}], "text": "Hi"}}}'

# The fonts of the reader's machine: no picture loads anything.
SVG = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)

TERMINALS = {
    "validate": "ringocli validate typo.json",
    "match": "ringocli match telnyx-custom.json webhook.json",
}


def terminals() -> None:
    """The output of some commands, in colour."""
    with tempfile.TemporaryDirectory() as folder:
        text = TELNYX.read_text("utf-8")
        Path(folder, "telnyx-custom.json").write_text(text, "utf-8")
        Path(folder, "typo.json").write_text(text.replace('"$content$"', '"$contents$"', 1), "utf-8")
        Path(folder, "webhook.json").write_text(TYPO, "utf-8")
        for name, command in TERMINALS.items():
            environment = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
            done = subprocess.run(
                [sys.executable, "-m", *command.split()],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115
            console.print(Text(f"$ {command}", style="bold"))
            console.print(Text.from_ansi(done.stdout + done.stderr))
            path = HERE / "pictures" / f"{name}.svg"
            path.parent.mkdir(exist_ok=True)
            console.save_svg(str(path), title="ringocli", code_format=SVG, unique_id=name)


def page() -> None:
    """The emulator's page after a short conversation and a webhook that does not match."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with emulator(TELNYX, instant=True) as ringotel, sync_playwright() as playwright:
        _converse(ringotel)
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        view.goto(ringotel.url)
        view.get_by_text("unmatched").first.wait_for()
        view.get_by_text("Live", exact=True).wait_for()
        view.screenshot(path=HERE / "emulator.png")
        browser.close()


def _converse(ringotel: Emulator) -> None:
    sent = ringotel.send(CONTACT, "Hi, your bike is ready. We close at 6.", from_=NUMBER)
    ringotel.wait(event="messageDelivered", after=sent["id"])
    ringotel.reply(NUMBER, "Great, thanks! Are you open on Sunday?", from_=CONTACT)
    sent = ringotel.send(CONTACT, "Yes, from 10 to 2.", from_=NUMBER)
    ringotel.wait(event="messageDelivered", after=sent["id"])
    webhook = Request(ringotel.webhook_url, TYPO.encode(), {"Content-Type": "application/json"})
    try:
        urlopen(webhook).close()
    except HTTPError as error:  # it matches no event, as intended
        error.close()


if __name__ == "__main__":
    terminals()
    page()
