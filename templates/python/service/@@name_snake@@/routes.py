"""What the service answers: a function of a request's method and path. It knows no socket."""

import json
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


def text(status, words):
    return Answer(status, "text/plain; charset=utf-8", f"{words}\n".encode())


def answer_to(target):
    """`target` is a path, which a query may follow."""
    path = target.partition("?")[0]
    if path == "/health":
        return Answer(200, "application/json", json.dumps({"status": "ok"}).encode() + b"\n")
    if path == "/":
        return text(200, "@@name@@")
    return text(404, "there is no such page")
