"""A company's folder: its profile, and what is wrong with it."""

from base64 import b64decode
from pathlib import Path

import pytest

from casewright.content import MOST_AVATAR_BYTES, ContentUnusable, read_avatar, read_profile

PROFILE = """
slug: company
name: Company
default_language: en
chat:
  agent_name: Aura
  colour: "#0B5CAB"
  avatar: face.svg
  greetings:
    - {page: "/billing*", from: "05:00", until: "11:00", text: {en: Good morning}}
"""
SVG = b'<?xml version="1.0"?>\n<!-- a face -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "face.svg").write_bytes(SVG)
    return tmp_path


def written(folder: Path, old: str = "", new: str = "") -> Path:
    file = folder / "tenant.yaml"
    file.write_text(PROFILE.replace(old, new), encoding="utf8")
    return file


def test_the_chat_block_is_read_with_its_avatar_as_a_data_uri(folder: Path) -> None:
    _, name, profile = read_profile(written(folder))
    assert (name, profile.chat.agent_name, profile.chat.colour) == ("Company", "Aura", "#0b5cab")
    media_type, _, content = profile.chat.avatar.partition(";base64,")
    assert media_type == "data:image/svg+xml"
    assert b64decode(content) == SVG


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"#0B5CAB"', "blue", r'chat\.colour: must be a colour as "#rrggbb"'),
        ('"11:00"', "11:00", r'chat\.greetings\.0\.until: must be an hour in quotes, such as "05:00"'),
        ('"05:00"', '"25:00"', r"chat\.greetings\.0\.from: must be an hour"),
        ("{en: Good morning}", "{de: Guten Morgen}", "number 1: 'text' has nothing in 'en'"),
        ("agent_name", "agentname", r"chat\.agentname: there is no such key"),
        ("face.svg", "none.svg", r"none\.svg cannot be read"),
        ("face.svg", "../face.svg", "must be a file in the company's folder"),
        ("face.svg", "/face.svg", "must be a file in the company's folder"),
        ("face.svg", "face.bmp", r"\.svg, \.png, \.jpg, \.jpeg, \.webp"),
        ("face.svg", '"data:image/png;base64,AAAA"', "must be a file in the company's folder"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(folder: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContentUnusable, match=message):
        read_profile(written(folder, old, new))


def test_an_avatar_that_is_too_large_is_refused_with_the_limit(folder: Path) -> None:
    (folder / "face.svg").write_bytes(SVG + b" " * MOST_AVATAR_BYTES)
    with pytest.raises(ContentUnusable, match=f"at most {MOST_AVATAR_BYTES}"):
        read_avatar(folder, "face.svg")


def test_an_avatar_must_be_what_its_name_says(folder: Path) -> None:
    (folder / "face.png").write_bytes(SVG)
    with pytest.raises(ContentUnusable, match="is no image/png image"):
        read_avatar(folder, "face.png")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\nrest"),
        ("a.jpg", b"\xff\xd8\xff\xe0rest"),
        ("a.JPEG", b"\xff\xd8\xff\xe0rest"),
        ("a.webp", b"RIFF\x01\x02\x03\x04WEBPrest"),
    ],
)
def test_each_kind_of_image_is_taken(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    assert read_avatar(folder, name).startswith("data:image/")
