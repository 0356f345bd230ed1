"""The garbage collector of a process that keeps much for long and makes few cycles."""

import gc

NEW, YOUNG, OLD = 20_000, 20, 100
"""Objects more than were freed before the newest are looked at, and rounds before older ones."""


def settle() -> None:
    """Once, when the program stands: what is there now stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW, YOUNG, OLD)
