"""`python -m bench.demo_questions`: does the whole system answer unseen questions from the right article?

Each question opens a conversation of its own, as an anonymous customer. It ends *right* (the first source is an article
that answers it, or a procedure began that may), *wrong* (a fact from another article, or another procedure), or *honest*
(no fact is claimed: the agent says that it does not know, suggests articles of which the first is another one, asks back,
or offers a person). How many of the right ones were suggestions is told too."""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.demo_questions.questions import Question, load
from bench.turn.stack import running_stack
from casewright.knowledge.importing import read_articles
from casewright.scenarios.schemas import Connection, TenantAccess
from casewright.scenarios.server import Server

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
PROCEDURES: Final = frozenset(file.stem for file in EXAMPLES.glob("*/procedures/*.yaml"))
WAIT_SECONDS: Final = 30
AT_ONCE: Final = 4

Verdict = Literal["right", "wrong", "honest"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`got`: the first source's key, else the procedure that began, else nothing. `suggested`: it was named as one that may
    answer."""

    question: Question
    verdict: Verdict
    got: str
    suggested: bool = False


def main(
    company: Annotated[str, typer.Option(help="The demo company that is asked.")] = "aurora",
    data: Annotated[Path | None, typer.Option(help="Data folder of the stack. Default: a temporary one.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the verdicts as JSON.")] = None,
) -> None:
    """Ask every question, and print the shares and what was not right."""
    console = Console()
    console.print("Starting a stack …", style="dim")
    with (
        tempfile.TemporaryDirectory(prefix="cw-bench-") as temporary,
        running_stack(data or Path(temporary)) as stack,
    ):
        asked = asyncio.run(_ask_all(stack.connection, company, load(company), console))
    _print(asked, console)
    if json_file:
        lines = [{"ask": one.question.ask, "verdict": one.verdict, "got": one.got} for one in asked]
        json_file.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


async def _ask_all(
    connection: Connection, company: str, questions: Sequence[Question], console: Console
) -> list[Asked]:
    articles = await asyncio.to_thread(read_articles, EXAMPLES / company / "articles")
    keys = {article.title: article.key for article in articles}
    tenant = next(one for one in connection.tenants if one.name.casefold().startswith(company[:5]))
    asked: list[Asked] = []
    async with Server(connection.url) as server:
        for start in track(range(0, len(questions), AT_ONCE), "Asking", console=console):
            some = questions[start : start + AT_ONCE]
            asked += await asyncio.gather(*(_ask(server, tenant, keys, one) for one in some))
    return asked


async def _ask(server: Server, tenant: TenantAccess, keys: dict[str, str], question: Question) -> Asked:
    conversation = await server.open_conversation(tenant.publishable_key, question.language)
    answer = await conversation.send_and_wait({"text": question.ask}, WAIT_SECONDS)
    parts = answer.reply.parts if answer.reply else ()
    for kind, source in ((part.kind, one) for part in parts for one in part.sources if one.type == "article"):
        key, suggested = keys.get(source.title, source.title), kind == "suggestion"
        missed: Verdict = "honest" if suggested else "wrong"
        return Asked(question, "right" if key in question.articles else missed, key, suggested)
    desk = server.desk(tenant.operator_key)
    turns = [await desk.turn(line.id) for line in await desk.turns(conversation.id)]
    for name in (topic.name for turn in turns for topic in turn.topics if topic.name in PROCEDURES):
        return Asked(question, "right" if name in question.procedures else "wrong", name)
    return Asked(question, "honest", "")


def _print(asked: Sequence[Asked], console: Console) -> None:
    shares = Table("verdict", "questions", "share")
    counts = Counter(one.verdict for one in asked)
    for verdict in ("right", "wrong", "honest"):
        shares.add_row(verdict, str(counts[verdict]), f"{counts[verdict] / len(asked):.1%}")
    suggested = sum(one.verdict == "right" and one.suggested for one in asked)
    shares.add_row("right, as a suggestion", str(suggested), f"{suggested / len(asked):.1%}")
    missed = Table("verdict", "question", "got", "would be right")
    for one in asked:
        if one.verdict != "right":
            missed.add_row(one.verdict, one.question.ask, one.got, ", ".join(one.question.articles))
    console.print(missed, shares)


if __name__ == "__main__":
    typer.run(main)
