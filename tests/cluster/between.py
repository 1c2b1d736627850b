"""An HTTP proxy between a driver and an API server that can break, hold or watch one request at a time. Knows no case."""

import contextlib
import http.client
import http.server
import json
import socket
import struct
import threading
import time


class Request:
    def __init__(self, number, method, target, body):
        self.number, self.method, self.target = number, method, target
        self.path = target.partition("?")[0]
        self.body = body.decode(errors="replace")

    def changes(self, path):
        """Whether it is a change of an object whose path ends so, in earnest."""
        return self.method not in ("GET", "HEAD") and "dryRun" not in self.target and self.path.endswith(path)


class Between:
    """`rule(request)` says what becomes of a request: None lets it pass; a number is answered; "reset" and "hang" never reach the server;
    "lost" reaches it and its answer does not come back; "hold" waits for `released`, and "trap" does
    and goes nowhere then; a function is called before the answer goes out;
    ("cut", seconds) ends an answer that flows for longer."""

    def __init__(self, port):
        self.port, self.rule, self.seen = port, lambda request: None, []
        self.lock, self.held, self.released = threading.Lock(), threading.Event(), threading.Event()
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

            def handle_one_request(self):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    return super().handle_one_request()
                self.close_connection = True

            def any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with between.lock:
                    request = Request(len(between.seen) + 1, self.command, self.path, body)
                    between.seen.append(request)
                between.treat(self, request, body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def use(self, rule):
        self.rule, self.seen = rule, []
        self.held.clear()
        self.released.clear()

    def treat(self, peer, request, body):
        what = self.rule(request)
        if what in ("hold", "trap"):
            self.held.set()
            self.released.wait(60)
        if isinstance(what, int):
            return self.refuse(peer, what)
        if what == "hang":
            self.released.wait(40)
        if what in ("reset", "hang", "trap"):
            return self.reset(peer)
        self.forward(peer, request, body, what)

    def refuse(self, peer, status):
        text = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "broken on purpose", "code": status}).encode()
        peer.send_response(status)
        peer.send_header("Content-Type", "application/json")
        peer.send_header("Content-Length", str(len(text)))
        peer.end_headers()
        peer.wfile.write(text)

    def reset(self, peer):
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.connection.close()
        peer.close_connection = True

    def forward(self, peer, request, body, what):
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            server.request(request.method, request.target, body or None,
                           {name: value for name, value in peer.headers.items() if name.lower() not in ("host", "connection", "content-length", "accept-encoding")})
            answer = server.getresponse()
            if what == "lost":
                answer.read()
                return self.reset(peer)
            if callable(what):
                what()
            self.hand_on(peer, answer, time.monotonic() + what[1] if isinstance(what, tuple) else None)
        finally:
            server.close()

    def hand_on(self, peer, answer, end):
        peer.send_response(answer.status)
        for name in ("Content-Type", "Retry-After"):
            if answer.headers.get(name):
                peer.send_header(name, answer.headers[name])
        if answer.length is not None:
            text = answer.read()
            peer.send_header("Content-Length", str(len(text)))
            peer.end_headers()
            peer.wfile.write(text)
            return
        peer.send_header("Transfer-Encoding", "chunked")
        peer.end_headers()
        while part := answer.read1(65536):
            peer.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            if end and time.monotonic() > end:
                return self.reset(peer)
        peer.wfile.write(b"0\r\n\r\n")
