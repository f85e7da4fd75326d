"""Small talk that is known by its words costs no vectors."""

import pytest

from casewright.kit.ids import TenantId, new_id
from casewright.understanding.analysis import Analyst
from casewright.understanding.features import Reading
from casewright.understanding.models import DialogueContext, SmallTalk, UnderstandingRequest
from tests.understanding.conftest import NOW, Company


def unread(text: str) -> Reading:
    raise AssertionError(f"{text!r} was encoded")


@pytest.mark.parametrize(
    "text", ["Hello, Olga from the sales team in Cork here.", "Hi!", "Thanks a lot, bye", "Good morning everyone"]
)
def test_it_is_not_encoded(aurora: Company, text: str) -> None:
    analyst = Analyst(aurora.model, unread, ambiguity_gap=0.15, version="test")
    request = UnderstandingRequest(tenant_id=TenantId(new_id()), text=text, tokens={}, context=DialogueContext())
    assert isinstance(analyst.analyse(request, NOW).proposals[0].command, SmallTalk)


def test_an_example_in_its_own_words_is_not_encoded(aurora: Company) -> None:
    analyst = Analyst(aurora.model, unread, ambiguity_gap=0.15, version="test")
    for intent in aurora.model.intents:
        for text in intent.examples if intent.target.small_talk == "who_are_you" else ():
            request = UnderstandingRequest(
                tenant_id=TenantId(new_id()), text=text, tokens={}, context=DialogueContext()
            )
            heard = analyst.analyse(request, NOW)
            assert [one.command for one in heard.proposals] == [SmallTalk(kind="who_are_you")]
