"""Ctrl-C on a pseudo-terminal."""

from __future__ import annotations

import os
import select


def end_with_ctrl_c(terminal: int) -> bytes:
    """Press Ctrl-C until the program has closed its end of the terminal; returns what it showed meanwhile.

    Once is not always enough: Python acts on a signal between two instructions, so one that arrives just before it waits for
    a line is noticed only with the next one.
    """
    shown = b""
    os.write(terminal, b"\x03")
    while True:
        if not select.select([terminal], [], [], 1)[0]:
            os.write(terminal, b"\x03")
            continue
        try:
            shown += (piece := os.read(terminal, 65536))
        except OSError:
            return shown
        if not piece:
            return shown
