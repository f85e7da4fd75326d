import pytest
from rich.console import Console, RenderableType

from casewright.conversations.models import FormField
from casewright.terminal.forms import Form, fault_of
from casewright.terminal.replies import Writer
from casewright.terminal.texts import ENGLISH
from tests.terminal.messages import a_field, options


class Typist:
    """Answers each prompt with the next line, and keeps what was shown."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self._console = Console(width=100, record=True, file=None)
        self.seen = ""

    def read(self, prompt: str) -> str:
        self.seen += prompt
        line = self._lines.pop(0)
        if line == "^C":
            raise KeyboardInterrupt
        self.seen += f"{line}\n"
        return line

    def show(self, *lines: RenderableType) -> None:
        with self._console.capture() as capture:
            for line in lines:
                self._console.print(line)
        self.seen += capture.get()

    def fill_in(self, *fields: FormField) -> dict[str, str]:
        values = Form(fields, Writer(ENGLISH, plain=False), ENGLISH, self.read, self.show).fill_in()
        assert not self._lines, "not all lines were asked for"
        return values


FORMAT = a_field("format", "choice", options=options("csv", "json"))


def test_an_option_is_chosen_by_its_number_or_its_name() -> None:
    assert Typist("2", "").fill_in(FORMAT) == {"format": "json"}
    assert Typist("Csv", "").fill_in(FORMAT) == {"format": "csv"}


def test_a_value_of_the_wrong_kind_is_asked_for_again_with_what_would_be_right() -> None:
    typist = Typist("nonsense", "kim@example.com", "")
    assert typist.fill_in(a_field("email", "email")) == {"email": "kim@example.com"}
    assert "An e-mail address looks like name@example.com." in typist.seen


def test_enter_keeps_what_the_field_holds() -> None:
    typist = Typist("", "")
    assert typist.fill_in(a_field("amount", "money", value="40 USD")) == {"amount": "40 USD"}
    assert "Amount [40 USD] › " in typist.seen


def test_only_an_optional_field_may_be_left_empty() -> None:
    typist = Typist("", "Case", "", "")
    fields = (a_field("subject"), a_field("note", optional=True))
    assert typist.fill_in(*fields) == {"subject": "Case", "note": ""}
    assert "Please fill this in." in typist.seen


def test_a_line_is_corrected_by_its_number_before_the_form_is_sent() -> None:
    typist = Typist("Acount", "csv", "1", "Account", "7", "")
    assert typist.fill_in(a_field("objects"), FORMAT) == {"objects": "Account", "format": "csv"}
    assert "Please choose a number from 1 to 2." in typist.seen


def test_ctrl_c_leaves_the_form() -> None:
    with pytest.raises(KeyboardInterrupt):
        Typist("Account", "^C").fill_in(a_field("objects"), FORMAT)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("email", "kim@example.com", "kim at example"),
        ("code", "123456", "12345"),
        ("case_number", "00001017", "mine"),
        ("http_status", "401", "4010"),
        ("money", "49,90 EUR", "a lot"),
        ("money", "$50", "USD"),
        ("number", "12", "a dozen"),
        ("date", "2027-01-31", "2027-02-31"),
        ("text", "anything", ""),
    ],
)
def test_types_are_checked(kind: str, right: str, wrong: str) -> None:
    field = a_field("slot", kind)
    assert fault_of(field, right, ENGLISH) is None
    assert fault_of(field, wrong, ENGLISH)
