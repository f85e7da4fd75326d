"""Background work: drawing the graph anew where something has changed."""

import procrastinate

from casewright.knowledge.graph.service import KnowledgeGraph
from casewright.knowledge.ports import Companies


def register(app: procrastinate.App, graph: KnowledgeGraph, companies: Companies) -> None:
    """Adds the schedule to the worker's queue. Where nothing has changed, it costs a query a company."""

    @app.periodic(cron="*/2 * * * *")
    @app.task(queueing_lock="knowledge.draw_graph", name="knowledge.draw_graph")
    async def draw_graph(timestamp: int) -> None:
        for tenant in await companies.all():
            await graph.catch_up(tenant.id)
