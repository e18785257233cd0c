"""The README promises commands and shows tables; both are held to what the code does."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands import readme_tables
from accounts.roles import Role
from labeling.core.workflow import actions
from tests.source import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tables_are_what_the_registries_say():
    call_command("readme_tables")


def test_every_verb_stands_in_the_role_table():
    table = "\n".join(readme_tables.role_table())
    assert all(f"`{verb}`" in table for _model, verb in actions)
    assert all(str(role.label).lower() in table for role in Role)


def test_a_stale_table_is_told(monkeypatch, tmp_path):
    stale = tmp_path / "README.md"
    stale.write_text("<!-- table: roles -->\nold\n<!-- end of table -->\n")
    monkeypatch.setattr(readme_tables, "README", stale)
    with pytest.raises(CommandError, match="stale"):
        call_command("readme_tables")
    call_command("readme_tables", "--write")
    call_command("readme_tables")


@pytest.mark.parametrize("heading", ["Run", "Test"])
def test_run_and_test_are_one_block_each(heading):
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^```", section, re.MULTILINE)) == 2


def test_every_package_is_on_the_map():
    packages = [path.parent for path in (ROOT / "labeling").glob("*/__init__.py")]
    missing = [path.name for path in packages if not re.search(rf"\b{path.name}/", TEXT)]
    assert not missing


def test_every_dependency_has_a_reason():
    names = re.findall(r"^([A-Za-z0-9-]+)", "\n".join(pins("run") + pins("test")), re.MULTILINE)
    missing = [name for name in names if f"| {name.lower()} |" not in TEXT.lower()]
    assert not missing


def test_every_variable_of_the_environment_is_explained():
    code = (ROOT / "labeling" / "environment.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"((?:LABELDESK_[A-Z0-9_]+|[A-Z]+(?:_BROKER)?_URL))"', code))
    missing = names - set(re.findall(r"`(\w+)`", TEXT))
    assert missing <= {"LABELDESK_OWNER_PASSWORD"}, "which create_owner's own help explains"


def test_every_link_to_a_file_leads_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert not [link for link in links if not (ROOT / link).exists()]


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_pin_is_hashed_and_names_no_host(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^\S+==\S+ \\\n +--hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE))
    assert not re.search(r"https?://|file:|--index-url|--find-links", text)


def pins(name: str) -> list[str]:
    """The lines of a requirements file that name a package."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("-", "#"))]
