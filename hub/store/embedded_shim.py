"""Become another program that dies with the process that started it.

Run as a file: `python embedded_shim.py <pid of the parent> <program> <arguments…>`.
Linux only keeps the promise; elsewhere the program outlives a killed parent and holds the lock of
its data folder, and the next start names its process id.
SIGKILL rather than SIGTERM: all that was acknowledged is journalled, and the next start finds port
and folder free at once instead of after an orderly stop.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != int(sys.argv[1]):  # it died before the line above
            os._exit(1)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
