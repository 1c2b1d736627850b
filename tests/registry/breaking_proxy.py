"""A TLS proxy before a registry that breaks one chosen request and passes all others on, or refuses what a registry may refuse."""

import http.client
import json
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODES = ("429", "500", "503", "reset", "short")
# What is refused, and how: DENIED as the distribution specification has it, TAG_INVALID as ECR words it.
REFUSALS = {
    "read-only": (403, "DENIED", "requested access to the resource is denied"),
    "immutable-tags": (400, "TAG_INVALID", "The image tag 'v1' already exists in the 'unmoved' repository and cannot be overwritten because the repository is immutable."),
}
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class BreakingProxy:
    """Counts requests; the one at `break_at` (from 0) meets `mode`, once."""

    def __init__(self, upstream_port, certificate, key, ca):
        self.upstream_port, self.ca = upstream_port, ca
        self.lock = threading.Lock()
        self.count, self.break_at, self.mode, self.broken = 0, -1, None, 0
        self.refused = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def arm(self, break_at, mode):
        with self.lock:
            self.count, self.break_at, self.mode, self.broken = 0, break_at, mode, 0

    def refuse(self, what):
        """From now on: one of REFUSALS."""
        self.refused = what

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _next_mode(self):
        with self.lock:
            number, self.count = self.count, self.count + 1
            if number != self.break_at:
                return None
            self.broken += 1
            return self.mode

    def _handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except (OSError, ssl.SSLError):
                    self.close_connection = True

            def body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def relay(self):
                mode, body = proxy._next_mode(), self.body()
                if self.is_refused():
                    status, code, message = REFUSALS[proxy.refused]
                    content = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
                    return self.answer(status, [("Content-Type", "application/json")], content, len(content))
                if mode == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                elif mode in ("429", "500", "503"):
                    self.answer(int(mode), [("Content-Type", "text/plain")], b"broken on purpose\n", 18)
                else:
                    self.answer(*self.upstream(body), is_short=mode == "short")

            def is_refused(self):
                if proxy.refused == "read-only":
                    return self.command not in ("GET", "HEAD")
                return proxy.refused == "immutable-tags" and self.command == "PUT" and "/manifests/" in self.path and "sha256:" not in self.path

            def upstream(self, body):
                context = ssl.create_default_context(cafile=proxy.ca)
                context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # which Python 3.13 adds: the tests' CA says no key usage
                there = http.client.HTTPSConnection("127.0.0.1", proxy.upstream_port, context=context, timeout=60)
                there.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        there.putheader(name, value)
                there.putheader("Content-Length", str(len(body)))
                there.endheaders(body)
                got = there.getresponse()
                content = got.read()
                length = got.headers.get("Content-Length", str(len(content)))
                there.close()
                return got.status, got.getheaders(), content, int(length)

            def answer(self, status, headers, content, length, is_short=False):
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                if is_short:
                    self.wfile.write(content[: len(content) // 2])
                    self.close_connection = True
                elif self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = relay

        return Handler
