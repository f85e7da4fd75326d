"""The graph of a company's knowledge."""

from enum import StrEnum

from casewright.kit.model import Model
from casewright.knowledge.models import ArticleId


class NodeKind(StrEnum):
    ARTICLE = "article"
    PRODUCT = "product"
    ERROR_CODE = "error_code"
    PROCEDURE = "procedure"
    CASE = "case"


class RelationKind(StrEnum):
    """From source to target. `about`: an article or a procedure, of a product or an error code. `requires`: an article goes on from
    another. `supersedes`: an article was kept in place of another. `contradicts`: an article has an open conflict with another.
    `resolves`: an article's answer, or a procedure, solved what a case was about."""

    ABOUT = "about"
    REQUIRES = "requires"
    SUPERSEDES = "supersedes"
    CONTRADICTS = "contradicts"
    RESOLVES = "resolves"


class Node(Model):
    """`name`: an article's key, a product's or a procedure's name, an error code, or a case's record id."""

    kind: NodeKind
    name: str


class KnownNode(Node):
    """`title`: an article's, in its language."""

    title: str = ""
    article_id: ArticleId | None = None


class Relation(Model):
    source: Node
    kind: RelationKind
    target: Node


class Neighbourhood(Model):
    """Nodes near one, that one first, and the relations between them. `complete` False: there are more than were asked for."""

    nodes: tuple[KnownNode, ...]
    relations: tuple[Relation, ...]
    complete: bool = True
