"""The service as a process: it answers, and ends with 0 when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def health(port):
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return answer.status
        except OSError:
            time.sleep(0.05)
    return None


def test_it_answers_and_ends_with_0_on_term():
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "@@name_snake@@"], env={**os.environ, "PORT": str(port)}) as service:
        try:
            assert health(port) == 200
            service.send_signal(signal.SIGTERM)
            assert service.wait(10) == 0
        finally:
            service.kill()
