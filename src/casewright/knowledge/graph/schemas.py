"""The wire's shapes of the graph."""

from uuid import UUID

from casewright.kit.model import Model
from casewright.knowledge.graph.models import NodeKind, RelationKind


class NodeView(Model):
    """`name`: an article's key, a product's or a procedure's name, an error code, or a case's record id. `title`: an article's."""

    kind: NodeKind
    name: str
    title: str
    article_id: UUID | None


class RelationView(Model):
    """`about`: an article or a procedure, of a product or an error code. `requires`: an article goes on from another. `supersedes`: an
    article was kept in place of another. `contradicts`: it has an open conflict with another. `resolves`: an article's answer, or a
    procedure, solved what a case was about."""

    source_kind: NodeKind
    source_name: str
    relation: RelationKind
    target_kind: NodeKind
    target_name: str


class NeighbourhoodView(Model):
    """The node that was asked for first. `complete` false: there are more relations than these."""

    nodes: tuple[NodeView, ...]
    relations: tuple[RelationView, ...]
    complete: bool
