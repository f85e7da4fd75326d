"""`python -m bench.intents`: how well the demo companies' wishes are told apart, by 5-fold cross-validation."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from casewright.kit.data_directory import default_data_directory
from casewright.understanding.encoder import Encoder
from casewright.understanding.loading import load_intents
from casewright.understanding.training import train

EXAMPLES = Path(__file__).parents[1] / "examples"


def main() -> None:
    console = Console()
    encoder = Encoder.load(default_data_directory() / "models")
    table = Table(
        "company", "intents", "examples", "accuracy", "out of scope found", "wrongly rejected", "ECE", "seconds"
    )
    for file in sorted(EXAMPLES.glob("*/intents.yaml")):
        console.print(f"Training {file.parent.name} …", style="dim")
        report = train(load_intents(file), encoder).header.report
        shares = (report.accuracy, report.out_of_scope_recall, report.false_rejections)
        table.add_row(
            file.parent.name,
            str(report.intents),
            str(report.examples),
            *(f"{share:.1%}" for share in shares),
            f"{report.calibration_error:.3f}",
            f"{report.seconds:.1f}",
        )
    encoder.close()
    console.print(table)


if __name__ == "__main__":
    main()
