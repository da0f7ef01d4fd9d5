"""Whole public pages, kept until something public changes.

What the public sees changes only by a release, by staff editing an election's frame (office,
election, key dates, candidates), or by a new day beginning. The key of a kept page holds all
three, so a kept page is never stale, in any worker, and nothing has to be cleared.
"""

import datetime as dt
import gzip
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

View = Callable[..., HttpResponse]


class PageStore(LocMemCache):
    """Pages in the memory of one worker. Its key function and its checks are left out for speed."""
