"""The log as files: in the office’s four columns, or with all that is public."""
