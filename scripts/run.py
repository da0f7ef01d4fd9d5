"""Serves the portal with its job worker, both under this one process, until Ctrl-C."""

import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

from honcho.compat import ProcessManager
from honcho.manager import Manager

from scripts.serving import GUNICORN, PORTAL_VARIABLES

STOPPED_BY_SIGNAL = {130, 143}
WELCOME = """
The portal is ready.

  Look here       {address}/
  Staff pages     {address}/admin/
  Sign in         {address}/account/login/code/
                  as a candidate: candidate@example.org
                  as an editor:   editor@example.org
                   to look after people, roles and elections: administrator@example.org
                   for the other roles see demo/people.yaml
  The code        is printed here a moment after you ask for it, with the code of the
                  staff’s authenticator app. Nothing is sent: mail is written to {mail}
  Stop            Ctrl-C
"""


class AskTheParent(ProcessManager):
    """Asks a process to stop, not its children with it: the job worker ends its own in order."""

    def terminate(self, pid: int) -> None:
        os.kill(pid, signal.SIGTERM)


def main() -> int:
    port = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 0
    if not 0 < port < 65536:
        sys.exit("PORT has to be a number from 1 to 65535: make run PORT=8080.")
    if not _is_free(port):
        sys.exit(f"Port {port} is taken: stop what uses it, or run make run PORT={port + 1}.")
    variables = {k: v for k, v in os.environ.items() if k not in PORTAL_VARIABLES}
    address = f"http://127.0.0.1:{port}"
    variables |= {"PYTHONUNBUFFERED": "1", "PUBLIC_ADDRESS": address}
    web = [sys.executable, *GUNICORN, "--log-level", "warning", "--bind", f"127.0.0.1:{port}"]
    manager = Manager()
    manager._procmgr = AskTheParent()
    manager.add_process("web", _shell([*web, "pcc_portal.wsgi"]), env=variables)
    manager.add_process("jobs", _shell([sys.executable, "manage.py", "qcluster"]), env=variables)
    threading.Thread(target=_welcome, args=[address], daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_SIGNAL else manager.returncode or 1


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _shell(command: list[str]) -> str:
    # exec: signals reach the program itself, not a shell around it.
    return f"exec {shlex.join(command)}"


def _welcome(address: str) -> None:
    """Say where to look as soon as the first page is there."""
    while True:
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except urllib.error.HTTPError as answer:
            print(f"The portal’s first page answers {answer.code}: see the lines above.")
            return
        except OSError:
            time.sleep(0.1)
        else:
            mail = os.path.join(os.environ.get("DATA_DIR", "var"), "mail")
            print(WELCOME.format(address=address, mail=os.path.relpath(mail)), flush=True)
            return


if __name__ == "__main__":
    sys.exit(main())
