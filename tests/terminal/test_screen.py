from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from casewright.terminal.screen import Screen


def screen(width: int = 80, *, plain: bool = False) -> tuple[Screen, StringIO, StringIO]:
    out, complaints = StringIO(), StringIO()
    console = Console(file=out, width=width, force_terminal=not plain, color_system=None)
    return Screen(console, Console(file=complaints, width=width), plain=plain), out, complaints


def test_what_would_steer_the_terminal_is_taken_out_of_what_others_wrote() -> None:
    shown, out, _ = screen()
    shown.show(Text("Hello\x1b]0;owned\x07 \x1b[2Jthere\x9b31m"))
    assert out.getvalue() == "Hello]0;owned [2Jthere31m\n"


def test_through_a_pipe_a_paragraph_is_one_line() -> None:
    shown, out, _ = screen(width=20, plain=True)
    shown.show(Text("word " * 30))
    assert out.getvalue().count("\n") == 1


def test_through_a_pipe_complaints_go_elsewhere() -> None:
    shown, out, complaints = screen(plain=True)
    shown.complain("The server cannot be reached.")
    assert (out.getvalue(), complaints.getvalue()) == ("", "The server cannot be reached.\n")


def test_what_comes_while_someone_types_stands_above_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright.terminal.screen.typed_so_far", lambda: "half a line")
    shown, out, _ = screen()
    shown.prompt_stands("› ")
    shown.show(Text("Hello"))
    assert out.getvalue() == "\r\x1b[JHello\n› half a line"


def test_a_line_that_has_wrapped_is_taken_away_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright.terminal.screen.typed_so_far", lambda: "x" * 50)
    shown, out, _ = screen(width=20)
    shown.prompt_stands("› ")
    shown.show(Text("Hello"))
    assert out.getvalue().startswith("\x1b[2A\r\x1b[J")


def test_two_things_stand_side_by_side_from_140_columns_on() -> None:
    assert screen(width=140)[0].is_wide
    assert not screen(width=139)[0].is_wide
    assert not screen(width=200, plain=True)[0].is_wide
