"""Word documents (DOCX) in, Markdown out, by way of HTML."""

import io
import zipfile
from typing import Final

import mammoth  # type: ignore[import-untyped]

from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.archive import check_size
from casewright.knowledge.sources.errors import ArchiveRefused, DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.naming import key_of, title_of
from casewright.knowledge.sources.web_page import read_page

_CODE_STYLES: Final = ("HTML Preformatted", "Preformatted Text", "Source Code", "Code", "Macro Text", "Plain Text")
_STYLES: Final = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Subtitle'] => p:fresh",
        *(f"p[style-name='{name}'] => pre:separator('\\n')" for name in _CODE_STYLES),
        *(f"p[style-name='{name.lower()}'] => pre:separator('\\n')" for name in _CODE_STYLES),
    ]
)


def read(document: Document, defaults: Defaults) -> ArticleDraft:
    """Raises `DocumentUnreadable`."""
    page = read_page(_as_html(document.content))
    return ArticleDraft(
        key=key_of(document.name),
        title=page.title or title_of(document.name),
        body=page.body,
        language=defaults.language,
        audience=defaults.audience,
        product=defaults.product,
    )


def _as_html(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            check_size(parts)
        result = mammoth.convert_to_html(
            io.BytesIO(content), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_picture)
        )
    except ArchiveRefused as error:
        raise DocumentUnreadable(error.message) from None
    except zipfile.BadZipFile:
        raise DocumentUnreadable("this is no Word document; save it as .docx again") from None
    except Exception as error:
        # The library raises whatever its parsers do.
        raise DocumentUnreadable("this Word document is damaged; open it in Word and save it again") from error
    return str(result.value)


def _no_picture(_: object) -> dict[str, str]:
    return {"src": ""}
