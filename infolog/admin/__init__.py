from . import requests  # noqa: F401
