"""The few pieces the pages are made of. Whatever comes from a record is escaped here and nowhere else."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NewType
from urllib.parse import quote

Html = NewType("Html", str)
"""Text that is safe to send as it is."""

_ADDRESS = re.compile(r"(https?://[^\s<>\"']+)")
_STYLE = """
:root { color-scheme: light dark; --line: #d8dde3; --muted: #5c6773; --link: #0b5cab; --page: #fff; --raised: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --line: #353c45; --muted: #9aa5b1; --link: #7ab8ff; --page: #14181d; --raised: #1d232a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); font: 15px/1.5 system-ui, sans-serif; }
header { padding: 1rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header h1 { margin: 0; font-size: 1.1rem; }
header nav { margin-top: .25rem; display: flex; gap: 1rem; flex-wrap: wrap; }
main { padding: 1.5rem; max-width: 90rem; }
h2 { margin: 0 0 1rem; font-size: 1.3rem; }
h3 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
tbody th { color: var(--muted); font-weight: 400; white-space: nowrap; }
td { overflow-wrap: break-word; }
table.list td { min-width: 6rem; max-width: 28rem; }
td.text { overflow-wrap: anywhere; }
td.text, pre { white-space: pre-wrap; font: inherit; margin: 0; }
pre { margin-top: 1rem; }
.muted { color: var(--muted); }
form { display: grid; gap: .75rem; max-width: 24rem; }
input, button { font: inherit; padding: .5rem; }
form.search { display: flex; flex-wrap: wrap; max-width: 36rem; margin-bottom: 1rem; }
form.search input { flex: 1 1 12rem; min-width: 0; }
nav.pages { display: flex; gap: 1.5rem; margin-top: 1rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 40rem) { header, main { padding: 1rem; } tbody th { white-space: normal; } }
"""


def text(value: object) -> Html:
    return Html(escape(str(value)))


def link(address: str, shown: object) -> Html:
    return Html(f'<a href="{escape(quote(address, safe="/?=&%+"))}">{escape(str(shown))}</a>')


def paragraph(content: Html, *, muted: bool = False) -> Html:
    return Html(f'<p class="muted">{content}</p>' if muted else f"<p>{content}</p>")


def heading(shown: str) -> Html:
    return Html(f"<h3>{escape(shown)}</h3>")


def search_form(address: str, wanted: str, label: str) -> Html:
    return Html(
        f'<form class="search" role="search" method="get" action="{escape(quote(address, safe="/"))}">'
        f'<input name="q" type="search" value="{escape(wanted)}" aria-label="{escape(label)}" '
        f'placeholder="{escape(label)}"><button>Search</button></form>'
    )


def navigation(label: str, links: Sequence[Html]) -> Html:
    return Html(f'<nav class="pages" aria-label="{escape(label)}">{"".join(links)}</nav>' if links else "")


def preformatted(value: str) -> Html:
    """Lines as they are, with addresses to click on."""
    pieces = _ADDRESS.split(value)
    shown = (f'<a href="{escape(p)}">{escape(p)}</a>' if _ADDRESS.fullmatch(p) else escape(p) for p in pieces)
    return Html(f"<pre>{''.join(shown)}</pre>")


def table(headings: Sequence[str], rows: Iterable[Sequence[Html]]) -> Html:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return Html(
        f'<div class="scroll"><table class="list"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def properties(rows: Iterable[tuple[str, Html]]) -> Html:
    body = "".join(f'<tr><th scope="row">{escape(name)}</th><td class="text">{value}</td></tr>' for name, value in rows)
    return Html(f'<div class="scroll"><table><tbody>{body}</tbody></table></div>')


def joined(*parts: Html) -> Html:
    return Html("".join(parts))


def page(org: str, title: str, content: Html) -> str:
    navigation = joined(
        link("/", "Objects"), Html(" "), link("/localorg/mail", "Mailbox"), Html(" "), link("/localorg/state", "State")
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – {escape(org)}</title><style>{_STYLE}</style></head>"
        f"<body><header><h1>{escape(org)}</h1><nav>{navigation}</nav></header>"
        f"<main><h2>{escape(title)}</h2>{content}</main></body></html>"
    )
