"""PURE: rows in, figures and text out. Called by `handlers`, `schedules` and the command line."""
