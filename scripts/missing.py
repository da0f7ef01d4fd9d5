class Missing(Exception):
    """Something a check needs is not on this machine; the message says what to install."""
