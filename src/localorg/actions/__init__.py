"""Invocable actions: the standard ones the org has, by name."""

from collections.abc import Mapping

from localorg.actions.base import Action
from localorg.actions.email_simple import EMAIL_SIMPLE
from localorg.actions.knowledge import KNOWLEDGE_ACTIONS

STANDARD_ACTIONS: Mapping[str, Action] = {action.name: action for action in (EMAIL_SIMPLE, *KNOWLEDGE_ACTIONS)}
