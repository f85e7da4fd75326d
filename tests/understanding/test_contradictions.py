import pytest

from casewright.understanding.contradictions import find_contradiction


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Enable and disable the same feature", "enable the same feature", "disable the same feature"),
        ("Raise and lower the priority of case 5", "raise the priority of case 5", "lower the priority of case 5"),
        ("Enable MFA for Bob. Disable MFA for Bob.", "enable MFA for Bob", "disable MFA for Bob"),
        ("Close and reopen case 00001093", "close case 00001093", "reopen case 00001093"),
        ("please close case 00001093 and reopen it", "close case 00001093", "reopen case 00001093"),
        (
            "Bitte den Fall 00001093 schließen und wieder öffnen",
            "schließen den Fall 00001093",
            "wieder öffnen den Fall 00001093",
        ),
        ("Activar y desactivar la exportación", "activar la exportación", "desactivar la exportación"),
        ("I want to keep my account and delete it", "keep my account", "delete my account"),
        ("Bitte die Meldungen einschalten und ausschalten", "einschalten die Meldungen", "ausschalten die Meldungen"),
    ],
)
def test_opposite_requests_for_the_same_thing_contradict(text: str, first: str, second: str) -> None:
    assert find_contradiction(text) == (first, second)


@pytest.mark.parametrize(
    "text",
    [
        "disable MFA and then enable it again",
        "How do I enable and disable MFA?",
        "enable or disable it",
        "my account was locked, please unlock it",
        "turn on the export and turn off the import",
        "please add Bob and remove Alice",
        "open a case and close the old one",
        "close case 00001093 and reopen case 00001094",
        "enable MFA for Bob and disable MFA for Alice",
        "open a new case and close case 00001093",
    ],
)
def test_steps_questions_and_different_things_do_not_contradict(text: str) -> None:
    assert find_contradiction(text) is None
