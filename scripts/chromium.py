"""The Chromium that browser tests drive: the machine's own, or one installed for them."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from scripts.missing import Missing

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HELP = "Install Chromium (on Debian or Ubuntu: apt-get install chromium), then try again."


def find() -> str:
    """Where Chromium is. Raises ``Missing`` when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not os.path.exists(path):
        raise Missing(HELP)
    return path


def find_or_install() -> str:
    """Where Chromium is, after installing it if need be. Raises ``Missing`` when that fails."""
    try:
        return find()
    except Missing:
        pass
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt-get (a few minutes)", flush=True)
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(["apt-get", *command], env=variables, stdout=subprocess.DEVNULL)
    else:
        print("Installing Playwright’s own Chromium (a few minutes)", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    return find()
