"""What an error shows to whoever sees it, for the tests that nothing secret is in it."""

from __future__ import annotations


def told_by(error: BaseException) -> str:
    """The words of an error and of all that would be shown with it."""
    shown, told = [], error
    while True:
        shown.append(repr(told))
        under = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
        if under is None:
            return "\n".join(shown)
        told = under
