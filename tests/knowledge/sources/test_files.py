import io
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from casewright.knowledge.sources import archive
from casewright.knowledge.sources.errors import SourceUnusable
from casewright.knowledge.sources.files import FileSource, files_at, uploaded_file
from casewright.knowledge.sources.models import Defaults

PLAIN = b"# Plain\n\nText."


async def read(source: FileSource) -> tuple[dict[str, str], dict[str, str]]:
    """Titles by key, and what is wrong by file."""
    readings = await source.read(list(await source.fingerprints("")))
    drafts = {draft.key: draft.title for reading in readings for draft in reading.drafts}
    return drafts, {problem.name: problem.message for reading in readings for problem in reading.problems}


def packed(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


async def test_a_folder_is_read_with_all_folders_in_it_and_other_files_are_left_out(tmp_path: Path) -> None:
    for name in ("one.md", "guides/two.html", "picture.png", ".hidden/three.md", "guides/.four.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PLAIN)
    assert await read(files_at(tmp_path, Defaults())) == ({"one": "Plain", "guides-two": "Two"}, {})


async def test_a_file_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_bytes(PLAIN)
    (tmp_path / "bad.pdf").write_bytes(b"nothing")
    (tmp_path / "wrong.md").write_text("---\ntitle: A\nautor: me\n---\nText.")
    drafts, problems = await read(files_at(tmp_path, Defaults()))
    assert drafts == {"good": "Plain"}
    assert "no PDF that can be read" in problems["bad.pdf"]
    assert "autor: there is no such field" in problems["wrong.md"]


async def test_front_matter_says_more_than_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: A\nlanguage: en\n---\nText.")
    source = files_at(tmp_path / "a.md", Defaults(language="de", product="Pump"))
    await source.fingerprints("")
    ((draft,),) = [reading.drafts for reading in await source.read(["a.md"])]
    assert (draft.language, draft.product) == ("en", "Pump")


@pytest.mark.parametrize("name", ["page.exe", "README"])
async def test_a_single_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PLAIN)
    with pytest.raises(SourceUnusable, match=r"it must end in \.csv, \.docx"):
        await files_at(tmp_path / name, Defaults()).fingerprints("")


async def test_a_folder_without_anything_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="nothing to read"):
        await files_at(tmp_path, Defaults()).fingerprints("")


async def test_what_lies_in_an_archive_is_read_as_if_in_a_folder() -> None:
    content = packed({"guides/Plain.md": PLAIN, "__MACOSX/guides/._Plain.md": b"x", "a.png": b"x"})
    assert await read(uploaded_file("docs.zip", content, Defaults())) == ({"guides-plain": "Plain"}, {})


@pytest.mark.parametrize("path", ["../evil.md", "/etc/evil.md", "a/../../evil.md", "C:\\evil.md", "..\\evil.md"])
async def test_a_path_that_leads_out_of_an_archive_is_refused(path: str) -> None:
    drafts, problems = await read(uploaded_file("docs.zip", packed({path: PLAIN, "good.md": PLAIN}), Defaults()))
    assert drafts == {"good": "Plain"}
    assert ["leads outside the archive" in message for message in problems.values()] == [True]


async def test_links_locked_files_and_archives_in_archives_are_refused() -> None:
    link = zipfile.ZipInfo("link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(link, "/etc/passwd")
        made.writestr("inner.zip", packed({"a.md": PLAIN}))
        made.writestr("locked.md", PLAIN)
    content = bytearray(file.getvalue())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(b"locked.md"))
    content[entry + 8] |= 1
    drafts, problems = await read(uploaded_file("docs.zip", bytes(content), Defaults()))
    assert drafts == {}
    assert "a link to another file" in problems["link.md"]
    assert "within another archive" in problems["inner.zip"]
    assert "locked by a password" in problems["locked.md"]


async def test_an_archive_that_unpacks_to_far_too_much_is_refused_whole() -> None:
    bomb = packed({"good.md": PLAIN, "bomb.md": b"a" * (archive.LARGE + 1)})
    drafts, problems = await read(uploaded_file("docs.zip", bomb, Defaults()))
    assert drafts == {}
    assert "which no articles do" in problems["archive"]


async def test_too_many_or_too_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({f"{n}.md": PLAIN for n in range(4)})
    monkeypatch.setattr(archive, "MOST_FILE_BYTES", 5)
    _, problems = await read(uploaded_file("docs.zip", content, Defaults()))
    assert len(problems) == 4
    monkeypatch.setattr(archive, "MOST_FILES", 3)
    _, problems = await read(uploaded_file("docs.zip", content, Defaults()))
    assert "3 are the most" in problems["archive"]


async def test_an_archive_that_lies_about_its_sizes_is_found_out() -> None:
    content = bytearray(packed({"a.md": os.urandom(500)}))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    drafts, problems = await read(uploaded_file("docs.zip", bytes(content), Defaults()))
    assert drafts == {}
    assert "pack it again" in problems["a.md"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut"])
async def test_what_is_no_archive_says_so(content: bytes) -> None:
    _, problems = await read(uploaded_file("docs.zip", content, Defaults()))
    assert "no ZIP archive" in problems["archive"]
