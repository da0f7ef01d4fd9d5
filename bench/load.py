"""Sends requests to one page for a while and says how it did."""

import os
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

CONCURRENCY = 8
# A run ends by the clock; this is for a clock that lies.
REQUESTS_AT_MOST = 200_000
SECONDS_PER_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What one page cost, over all the rounds it was asked for."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    # Requests a second, round by round.
    rounds: list[float] = field(default_factory=list)

    @property
    def requests_per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms_per_request(self) -> float:
        return 1000 * self.cpu_seconds / len(self.latencies)

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Target:
    """One page of one server. ``pid`` is the server's own, the parent of its workers."""

    address: str
    path: str
    pid: int
    cookie: str = ""

    @property
    def request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {self.address.removeprefix('http://')}"]
        lines += ["Accept-Encoding: gzip", "Connection: keep-alive"]
        lines += [f"Cookie: {self.cookie}"] if self.cookie else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def measure(target: Target, seconds: float, figures: Figures) -> None:
    """Ask for the page from several connections at once, and add what was seen to ``figures``."""
    seen: list[list[float]] = [[] for _ in range(CONCURRENCY)]
    faults: list[Exception] = []
    cpu, began = _cpu_seconds(target.pid), time.perf_counter()

    def visit(latencies: list[float]) -> None:
        try:
            _visit(target, began + seconds, latencies)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=visit, args=[latencies]) for latencies in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    elapsed = time.perf_counter() - began
    figures.seconds += elapsed
    figures.cpu_seconds += _cpu_seconds(target.pid) - cpu
    figures.rounds.append(sum(map(len, seen)) / elapsed)
    for latencies in seen:
        figures.latencies += latencies


def worker_megabytes(pid: int) -> float:
    """The resident memory of the largest worker of the server ``pid``."""
    pages = [int(Path(f"/proc/{w}/statm").read_text().split()[1]) for w in _workers(pid)]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def _visit(target: Target, until: float, latencies: list[float]) -> None:
    host, _, port = target.address.removeprefix("http://").partition(":")
    request, connection = target.request, None
    try:
        for _ in range(REQUESTS_AT_MOST // CONCURRENCY):
            began = time.perf_counter()
            if began >= until:
                return
            connection = connection or socket.create_connection((host, int(port)), timeout=30)
            try:
                connection.sendall(request)
                keep = _read_answer(connection, target.path)
            except ConnectionError:
                # Closed between two requests, as a server may.
                keep = False
            else:
                latencies.append(time.perf_counter() - began)
            if not keep:
                connection.close()
                connection = None
    finally:
        if connection:
            connection.close()


def _read_answer(connection: socket.socket, path: str) -> bool:
    """Read one whole answer. Returns whether the connection stays open."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{path} answers {head.splitlines()[0].decode()}")
    lower = head.lower()
    length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0])
    remaining = length - len(body)
    while remaining > 0:
        remaining -= len(_receive(connection))
    return b"connection: close" not in lower


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(262_144)
    if not received:
        raise ConnectionError("closed")
    return received


def _workers(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    """Processor time of all workers of the server ``pid`` so far."""
    ticks = 0
    for worker in _workers(pid):
        after_name = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks * SECONDS_PER_TICK
