"""Answers requests on a port until TERM or INT, and lets those that run then end. It knows no route."""

import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from @@name_snake@@.routes import answer_to


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):
        answer = answer_to(self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for the requests that run
    request_queue_size = 128


def serve(port):
    server = Server(("", port), Handler)

    def end(*_):
        # shutdown() waits for serve_forever(), which this thread runs.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with server:
        server.serve_forever(poll_interval=0.1)
