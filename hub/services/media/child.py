"""The process in which strangers' bytes are read: `python -m hub.services.media.child`.

A job as JSON on standard input, its answer as JSON on standard output. It limits itself before it
reads anything, so that a file made to hurt ends this process and nothing else.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from hub.model.message import MediaKind
from hub.services.media.examining import Claim, Limits, examine

MEGABYTE = 1024 * 1024
MOST_MEMORY = 1536 * MEGABYTE
MOST_WRITTEN = 64 * MEGABYTE
MOST_FILES = 64


def confine(cpu_s: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def work(job: dict[str, Any]) -> dict[str, Any]:
    file = Path(job["file"])
    if job["do"] == "examine":
        kind = job["kind"]
        claim = Claim(
            content_type=job["claimed"], name=job["name"], kind=MediaKind(kind) if kind else None
        )
        found = examine(file.read_bytes(), claim, Limits(**job["limits"]))
        return {
            "code": found.code,
            "content_type": found.content_type,
            "size": found.size,
            "digest": found.digest,
        }
    from hub.services.media.rendering import render  # noqa: PLC0415 - heavy, and only for this job

    return render(file, job["content_type"], pixels=job["pixels"], seconds=job["seconds"])


def main() -> None:
    job = json.load(sys.stdin)
    confine(job["cpu_s"])
    json.dump(work(job), sys.stdout)


if __name__ == "__main__":
    main()
