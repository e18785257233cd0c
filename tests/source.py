"""The project's own files, as the standing suites read them: parsed modules, templates, findings.

The suites scan whatever is in the tree, so a new package is held to the rules without being named.
"""

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "labeling")
EDGES = frozenset({"views", "api", "admin"})
FORBIDDEN_STEMS = frozenset(
    {"common", "helper", "helpers", "misc", "service", "services", "util", "utilities", "utils"}
)


@dataclass(frozen=True)
class Module:
    """One Python file of the project.

    Attributes:
        name: dotted, as it is imported.
        package: the layered package it belongs to ("labeling.jobs", "accounts", or "labeling" for
            the composition root).
        floor: its first name below the package ("views", "models", ...), "" for the package itself.
    """

    path: Path
    name: str
    package: str
    floor: str
    tree: ast.Module
    lines: tuple[str, ...]

    def line(self, node: ast.AST) -> str:
        """The source line on which a node begins, stripped."""
        return self.lines[getattr(node, "lineno", 1) - 1].strip()


@dataclass(frozen=True)
class Finding:
    """A line that breaks a rule. `key` is what an allow-list names: module and enclosing scope."""

    key: str
    where: str
    line: str

    def __str__(self) -> str:
        return f"{self.where}: {self.line}   [{self.key}]"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the project, without migrations and tests."""
    return tuple(
        _module(path)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )


def _module(path: Path) -> Module:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    depth = 1 if parts[0] == "accounts" else 2
    inside = len(parts) >= depth and (ROOT / Path(*parts[:depth])).is_dir()
    package = ".".join(parts[:depth]) if inside else parts[0]
    floor = parts[depth] if inside and len(parts) > depth else ""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    return Module(path, ".".join(parts), package, floor, tree, tuple(text.splitlines()))


@cache
def layered_packages() -> frozenset[str]:
    """Every package that holds code: `accounts` and the folders of `labeling`."""
    return frozenset(module.package for module in modules() if module.package != "labeling")


@cache
def contracts() -> Mapping[str, Mapping[str, list[str]]]:
    """The import contracts of pyproject.toml by their id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def scan(
    among: Iterable[Module], breaks: Callable[[ast.AST, tuple[ast.AST, ...]], bool]
) -> list[Finding]:
    """Each node for which `breaks(node, ancestors)` holds; ancestors come nearest first."""
    return [
        Finding(_key(module, ancestors), _where(module.path, node), module.line(node))
        for module in among
        for node, ancestors in walk(module.tree)
        if breaks(node, ancestors)
    ]


def walk(root: ast.AST) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node below `root` as the source has them, each with its ancestors, nearest first."""
    waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(root, ())]
    while waiting:
        node, ancestors = waiting.pop()
        if ancestors:
            yield node, ancestors
        inner = (node, *ancestors)
        waiting.extend((child, inner) for child in reversed(list(ast.iter_child_nodes(node))))


def _key(module: Module, ancestors: tuple[ast.AST, ...]) -> str:
    scopes = [
        scope.name
        for scope in reversed(ancestors)
        if isinstance(scope, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return ".".join([module.name, *scopes])


def _where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def hold(found: Iterable[Finding], allowed: Mapping[str, str] = MappingProxyType({})) -> None:
    """Fail the test, in words, unless every finding is allowed and every exception is needed.

    Arguments:
        found: the lines that break the rule.
        allowed: exceptions, from a finding's key to the reason why it stands.
    """
    found = list(found)
    keys = {finding.key for finding in found}
    complaints = [str(finding) for finding in found if finding.key not in allowed]
    complaints += [f"stale allow-list entry: {key}" for key in allowed if key not in keys]
    complaints += [f"no reason given: {key}" for key, reason in allowed.items() if not reason]
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def templates() -> list[Path]:
    """Every template of the project, pages and mails."""
    return [path for path in sources(".html", ".txt") if path.is_relative_to(ROOT / "templates")]


def sources(*suffixes: str) -> list[Path]:
    """Every file of our own with one of these suffixes, migrations aside."""
    return [
        path
        for folder in (*PACKAGES, "templates", "static", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and "migrations" not in path.parts
    ]
