"""What the service answers."""

import json

import pytest

from @@name_snake@@.routes import answer_to


def test_health_is_ok():
    answer = answer_to("/health?deep=1")
    assert answer.status == 200
    assert json.loads(answer.body) == {"status": "ok"}


def test_the_greeting_names_the_service():
    assert answer_to("/").body == b"@@name@@\n"


@pytest.mark.parametrize("path", ["/nothing", "/health/more"])
def test_unknown_paths_are_not_found(path):
    assert answer_to(path).status == 404
