"""An integrator's server, as a process of its own: writes down what comes, then answers 204.

Arguments: the port, and the file that gets one JSON line a notice. Says `ready` when it listens.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


class Notices(BaseHTTPRequestHandler):
    book: Path

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.book.open("a", encoding="utf-8") as book:
            book.write(json.dumps({"headers": headers, "body": body}) + "\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def main() -> None:
    port, book = sys.argv[1:]
    Notices.book = Path(book)
    with HTTPServer(("127.0.0.1", int(port)), Notices) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
