"""Files such as others' programs write them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PAGE = """<!doctype html>
<html lang="de-AT"><head><meta charset="utf-8"><title>Export | Aurora Help</title>
<link rel="canonical" href="https://help.aurora.example/export">
<style>
  body {font-family: sans-serif; line-height: 1.4} pre, code {font-family: monospace}
  table, td, th {border: 1px solid #888; border-collapse: collapse; padding: 4px}
  @media print {header, nav, footer {display: none}}
</style></head>
<body>
<header><nav><a href="/">Home</a> <a href="/all">All articles</a></nav></header>
<main>
<h1>Export your data<a class="anchor" href="#top">¶</a></h1>
<p>An export holds all records that your user may see. It is <b>kept for 48 hours</b>, then it is deleted for good, together with the
link that was mailed. How to bring data in is told in <a href="../import.html">Import</a>.</p>
<script>track("visit")</script>
<h2>Plans and limits</h2>
<table>
<thead><tr><th>Plan</th><th>Exports a day</th><th>Rows | at most</th></tr></thead>
<tbody><tr><td>Starter</td><td>1</td><td>10,000</td></tr><tr><td>Enterprise</td><td>24</td><td>5,000,000</td></tr></tbody>
</table>
<h2>Steps</h2>
<p>To export by hand:</p>
<ol><li>Open <b>Settings &gt; Data</b>.</li>
<li>Choose <i>Export</i>.<ul><li>CSV for sheets</li><li>JSON for programs, which is what you want if another program is to read it,
whatever that is</li></ul></li>
<li>Wait for the mail.</li></ol>
<h3>From a script</h3>
<p>Call the address with <code>EXPORT_TOKEN</code> set:</p>
<pre><code class="language-bash">curl -X POST https://api.aurora.example/exports \\
  -H "Authorization: Bearer $EXPORT_TOKEN"

# prints the id</code></pre>
<p>If it ends with <code>EXPORT_TIMEOUT</code>, export fewer objects; a*b*c and snake_case are what they are.</p>
<img src="data:image/png;base64,AAAA" alt="">
</main>
<footer>© Aurora Cloud. <a href="/terms">Terms</a></footer>
</body></html>
"""


@pytest.fixture(scope="session")
def printed_page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """`PAGE` as a PDF, made by Chromium."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    return printed(folder / "page.html")


def printed(page: Path, *options: str) -> bytes:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail("No Chromium was found: `apt install chromium` gives one.", pytrace=False)
    unprotected = ["--no-sandbox"] if os.geteuid() == 0 else []
    file = page.with_suffix(".pdf")
    subprocess.run(
        [
            program,
            "--headless",
            "--disable-gpu",
            *unprotected,
            *options,
            f"--user-data-dir={page.parent / 'profile'}",
            f"--print-to-pdf={file}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return file.read_bytes()
