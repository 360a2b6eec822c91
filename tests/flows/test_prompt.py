"""The prompt of `crossrec sql`: it goes on until one leaves, and always reads what was published last."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from flows import query
from flows.cli_prompt import prompt
from flows.settings import Settings
from flows.warehouse import connect


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A published file with nothing in it yet."""
    settings = Settings(home=tmp_path)
    with connect(settings.published):
        return settings


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str | type[BaseException] | Callable[[], str]) -> None:
    """Let input() give these lines one after the other, raise what is an exception, and call what can be called."""
    typed = iter([*lines, EOFError])

    def read(_prompt: str) -> str:
        line = next(typed)
        if isinstance(line, str):
            return line
        if isinstance(line, type):
            raise line
        return line()

    monkeypatch.setattr("builtins.input", read)


def test_prompt_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A statement goes over several lines, an error ends nothing, Ctrl-C drops what was typed and Ctrl-D leaves."""
    lines = ("select 'one;", "two' as x", ";", "select nonsense;", "drop", KeyboardInterrupt, "select 7 as y;")
    type_in(monkeypatch, *lines)
    assert prompt(settings, "published", "csv", None) == 0
    out, err = capsys.readouterr()
    assert out.split("\n", 1)[1] == 'x\n"one;\ntwo"\n\ny\n7\n\n'
    assert "nonsense" in err and "drop" not in err


def test_prompt_reads_what_was_published_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is open only while it answers, so a night published meanwhile is what the next statement reads."""

    def publish() -> str:
        with connect(settings.published) as connection:
            connection.execute("create or replace table newest as select 1 as number")
        return "select number from newest;"

    type_in(monkeypatch, "select number from newest;", publish, ".quit", "select 2;")
    assert prompt(settings, "published", "csv", None) == 0
    out, err = capsys.readouterr()
    assert "newest does not exist" in err and out.endswith("number\n1\n")


def test_a_statement_can_be_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends a statement that takes long, not the prompt."""
    long = "select sum(sqrt(x)) from range(20000000000) as numbers (x);"

    def press_soon(connection: Any, statement: Any) -> Any:
        if "range" in statement.query:
            Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
        return execute(connection, statement)

    execute = query._execute
    monkeypatch.setattr(query, "_execute", press_soon)
    type_in(monkeypatch, long, "select 8 as z;")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell runs in the background
    try:
        assert prompt(settings, "published", "csv", None) == 0
    finally:
        signal.signal(signal.SIGINT, before)
    out, err = capsys.readouterr()
    assert "stopped" in err and out.endswith("z\n8\n\n")
