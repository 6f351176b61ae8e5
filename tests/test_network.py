"""Whether servers answer."""

import socket
import time

from kgan._network import unreachable


def test_a_server_that_does_not_answer_is_noticed_within_the_limit():
    with socket.socket() as silent:  # accepts and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        assert unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.5)
        assert 0.3 < time.monotonic() - start < 5
    assert unreachable("http://name.invalid", seconds=0.5)
