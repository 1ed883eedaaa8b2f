"""Token counts without a network, and trimming to a budget."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.models.base import Message, count, count_text, fill_cache, fit


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "gpt-4.1", "house-model", ""])
def test_any_model_is_counted(model: str) -> None:
    assert count_text("hello world", model) == 2


def test_words_that_steer_a_chat_are_counted_as_text() -> None:
    assert count_text("<|endoftext|>", "gpt-4o") > 1


def test_it_works_in_a_fresh_process_without_a_network(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "def no(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = no\n"
        "from interviewer.models.base import count_text\n"
        "print(count_text('hello world', 'gpt-4o'))\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "TIKTOKEN_CACHE_DIR"}
    environment["INTERVIEWER_HOME"] = str(tmp_path / "home")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert ran.stdout.strip() == "2", ran.stderr
    assert len(list((tmp_path / "home" / "tiktoken").iterdir())) == 2


def test_the_cache_is_filled_once(tmp_path: Path) -> None:
    fill_cache(tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    fill_cache(tmp_path)
    assert times == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_the_oldest_messages_go_first_and_the_system_prompt_stays() -> None:
    chat = [Message("system", "rules"), *(Message("user", f"turn {number} " * 20) for number in range(5))]
    kept = fit(chat, count(chat[:1]) + count(chat[-2:]))
    assert kept == [chat[0], *chat[-2:]]
    assert fit(chat, count(chat)) == chat
    assert fit(chat, 1) == [chat[0], chat[-1]], "the last message is never dropped"
