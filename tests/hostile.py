"""A receiver that misbehaves, for tests: raw sockets on 127.0.0.1, each request answered as a script says."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.loopback import unused_port

BROKEN = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
RESET, HANG, CLOSE = b"<reset>", b"<hang>", b"<close>"
"""What may be done instead of a reply."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A whole request: its webhook-id, its bytes, its time of arrival, and the answer."""

    id: str
    payload: bytes
    at: float
    answer: bytes

    @property
    def accepted(self) -> bool:
        return self.answer == OK


Decide = Callable[[str, int], bytes]
"""The answer to a request: from its webhook-id and how often that id was received before."""


@dataclass
class Receiver:
    """A running receiver. ``log`` has every whole request in order of arrival."""

    port: int
    decide: Decide
    log: list[Arrival] = field(default_factory=list)
    open: set[socket.socket] = field(default_factory=set)
    listener: socket.socket | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def accepted(self) -> list[str]:
        return [one.id for one in self.log if one.accepted]

    def start(self) -> None:
        """Listen, again on the same port after ``stop``."""
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=512, reuse_port=False)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections and reset those that are open, as a crash would."""
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        with self.lock:
            for client in tuple(self.open):
                _reset(client)
            self.open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        buffer = b""
        try:
            while True:
                end = buffer.find(b"\r\n\r\n")
                length = int(found[1]) if end >= 0 and (found := re.search(rb"Content-Length: (\d+)", buffer)) else 0
                if end < 0 or len(buffer) < end + 4 + length:
                    chunk = client.recv(65536)
                    if not chunk:
                        return
                    buffer += chunk
                    continue
                payload, buffer = buffer[: end + 4 + length], buffer[end + 4 + length :]
                if not self._answer(client, payload):
                    return
        except OSError:
            return
        finally:
            with self.lock:
                self.open.discard(client)
            client.close()

    def _answer(self, client: socket.socket, payload: bytes) -> bool:
        found = re.search(rb"webhook-id: (\S+)", payload)
        name = found[1].decode() if found else ""
        with self.lock:
            answer = self.decide(name, sum(one.id == name for one in self.log) if len(self.log) < 2000 else 0)
            self.log.append(Arrival(id=name, payload=payload, at=time.monotonic(), answer=answer))
        if answer == RESET:
            _reset(client)
        elif answer == HANG:
            self.over.wait(30)
        elif answer != CLOSE:
            client.sendall(answer)
            return answer.startswith(b"HTTP/1.1") and b"Connection: close" not in answer and _is_whole(answer)
        return False


def _is_whole(answer: bytes) -> bool:
    found = re.search(rb"Content-Length: (\d+)", answer)
    return found is not None and len(answer.partition(b"\r\n\r\n")[2]) == int(found[1])


def _reset(client: socket.socket) -> None:
    try:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    except OSError:
        pass


@contextmanager
def receiver(decide: Decide = lambda name, times: OK) -> Iterator[Receiver]:
    """A receiver for as long as the block lasts."""
    running = Receiver(port=unused_port(), decide=decide)
    running.start()
    try:
        yield running
    finally:
        running.over.set()
        running.stop()
