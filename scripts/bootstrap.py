"""First lines of the launcher: refuse a Python that does not fit, then set up and run.

Must parse on any Python 3.6 or newer, and imports the standard library only.
"""

import sys

OLDEST, TOO_NEW = (3, 11), (3, 14)

if not OLDEST <= sys.version_info[:2] < TOO_NEW:
    sys.stderr.write(
        "Lianluo needs Python 3.11, 3.12 or 3.13; this is Python %s (%s).\n"
        "联络需要 Python 3.11、3.12 或 3.13。Nothing was installed 尚未安装任何东西。\n"
        % (sys.version.split()[0], sys.executable)
    )
    raise SystemExit(2)

from launcher.commands import main  # noqa: E402

raise SystemExit(main(sys.argv[1:]))
