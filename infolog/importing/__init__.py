"""An office's existing log, from its file to drafts that a person has looked at."""
