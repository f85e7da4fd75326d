"""A page of HTML that needs nothing else: no script, no font, no address of anybody's. Light or dark as the reader has it."""

from html import escape
from importlib.resources import files


def document(title: str, body: str, style: str = "") -> str:
    """`body` is HTML; `style` is CSS that comes after `page.css`, whose colours it may use."""
    base = files("casewright.kit").joinpath("page.css").read_text(encoding="utf8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{base}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
