"""A mail server for this machine only: it keeps what it accepts, and can be as unkind as real ones.

``python -m scripts.mail_sink PORT_FILE ACCEPTED_FILE [SEED]`` runs one until it is ended.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

# What can happen to a message, as the address or chance decides.
LATER, NEVER = "later", "never"  # 4xx and 5xx for the recipient
LATER_AFTER_ALL, NEVER_AFTER_ALL = "later-after-all", "never-after-all"  # … once it is there
CUT = "cut"  # the connection ends at the recipient
CUT_UNHEARD = "cut-unheard"  # … when the message was sent, and was not accepted
CUT_UNSAID = "cut-unsaid"  # … when it was accepted, before the answer
FAULTS = (LATER, NEVER, LATER_AFTER_ALL, NEVER_AFTER_ALL, CUT, CUT_UNHEARD, CUT_UNSAID)

AT_RECIPIENT = {LATER: "450 4.2.0 Later, please", NEVER: "550 5.1.1 No such letter box"}
AT_MESSAGE = {LATER_AFTER_ALL: "451 4.3.0 Later", NEVER_AFTER_ALL: "554 5.7.1 Not this"}

Decide = Callable[[str], str]


def by_address(address: str) -> str:
    """``later.17@example.org`` meets LATER; any other address is served."""
    name = address.partition("@")[0].partition(".")[0]
    return name if name in FAULTS else ""


def by_chance(seed: int, *, share: float = 0.08) -> Decide:
    chance = random.Random(seed)  # noqa: S311  nothing is protected by it
    return lambda address: chance.choice(FAULTS) if chance.random() < share else ""


class Handler:
    """``keep`` is called before the server says that it accepted a message."""

    def __init__(self, decide: Decide, keep: Callable[[str, bytes], None]) -> None:
        self.decide, self.keep = decide, keep

    async def handle_RCPT(  # noqa: N802  the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.fault = self.decide(address)
        if envelope.fault == CUT:
            server.transport.abort()
        if envelope.fault in AT_RECIPIENT:
            return AT_RECIPIENT[envelope.fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if envelope.fault in AT_MESSAGE:
            return AT_MESSAGE[envelope.fault]
        if envelope.fault != CUT_UNHEARD:
            self.keep(envelope.rcpt_tos[0], envelope.content)
        if envelope.fault in (CUT_UNHEARD, CUT_UNSAID):
            server.transport.abort()
        return "250 2.0.0 Kept"


class _AnyPort(Controller):
    """On whichever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Sink:
    """The server in a thread of this process. ``messages`` are those it accepted, with whom for."""

    def __init__(self, decide: Decide = by_address) -> None:
        self.messages: list[tuple[str, Message]] = []
        self._controller = _AnyPort(
            Handler(decide, self._keep), hostname="127.0.0.1", port=0, ready_timeout=20
        )

    def _keep(self, address: str, content: bytes) -> None:
        self.messages.append((address, message_from_bytes(content)))

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)


def numbers_in(file: Path) -> list[str]:
    """The Message-IDs a sink wrote to ``file``, each as often as it accepted it."""
    return file.read_text().split() if file.exists() else []


def main() -> None:
    port_file, accepted_file = Path(sys.argv[1]), Path(sys.argv[2])
    seed = int(sys.argv[3]) if sys.argv[3:] else None
    log = os.open(accepted_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def keep(_: str, content: bytes) -> None:
        head = content.partition(b"\r\n\r\n")[0]
        line = next(each for each in head.split(b"\r\n") if each.lower().startswith(b"message-id:"))
        os.write(log, line.partition(b":")[2].strip() + b"\n")
        if seed is not None:
            os.fsync(log)

    decide = by_chance(seed) if seed is not None else lambda _: ""
    controller = _AnyPort(Handler(decide, keep), hostname="127.0.0.1", port=0)
    controller.start()
    # Whole or not there: whoever waits for it reads no half number.
    ready = port_file.with_suffix(".new")
    ready.write_text(str(controller.port))
    ready.rename(port_file)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    controller.stop()


if __name__ == "__main__":
    main()
