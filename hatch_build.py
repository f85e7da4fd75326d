"""What a wheel carries besides the code: the built pages and the demo's companies, found by `casewright.assets`."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = {"web/dist": "casewright/bundled/web", "examples": "casewright/bundled/examples"}


class BundledFiles(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises `FileNotFoundError` for a wheel without pages. An editable installation uses the checkout's own."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web" / "dist" / "index.html").is_file():
            raise FileNotFoundError("web/dist has no pages. Build them first, or let `make wheel` do it.")
        for source, target in BUNDLED.items():
            for file in sorted((root / source).rglob("*")):
                if file.is_file() and not file.name.startswith("."):
                    inside = file.relative_to(root / source).as_posix()
                    build_data["force_include"][str(file)] = f"{target}/{inside}"
