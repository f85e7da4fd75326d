"""Where the files are that come along but are not code: the built pages and the demo's companies.

A wheel carries them inside the package, in `bundled/` (put there by `hatch_build.py`); a checkout has them where they
are written and built.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(str(files("casewright")))
_BUNDLED: Final = _PACKAGE / "bundled"
_CHECKOUT: Final = _PACKAGE.parents[1]

WEB: Final = _BUNDLED / "web" if _BUNDLED.is_dir() else _CHECKOUT / "web" / "dist"
EXAMPLES: Final = _BUNDLED / "examples" if _BUNDLED.is_dir() else _CHECKOUT / "examples"
