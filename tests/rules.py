"""What the architecture suite looks for in a syntax tree.

Each rule is asked of every node with its ancestors, nearest first, and answers whether that node
breaks it.
"""

import ast

Ancestors = tuple[ast.AST, ...]

STATE_FIELDS = frozenset(
    {"stage", "state", "status", "stopped_at", "archived_at", "deactivated_at", "removed_at"}
)
WRITING_METHODS = frozenset(
    {"bulk_create", "bulk_update", "create", "get_or_create", "save", "update_or_create"}
)
SUBQUERIES = frozenset({"Exists", "Subquery", "OuterRef"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})


def imports_inside_a_function(node: ast.AST, ancestors: Ancestors) -> bool:
    """An inline import hides an arrow between two modules."""
    return isinstance(node, ast.Import | ast.ImportFrom) and any(
        isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) for scope in ancestors
    )


def is_called_do_or_new(node: ast.AST, ancestors: Ancestors) -> bool:
    """`do_` and `new_` say nothing that the rest of a name does not."""
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.startswith(
        ("do_", "new_")
    )


def writes(node: ast.AST, ancestors: Ancestors) -> bool:
    """A call that changes rows.

    `update` counts with keywords and `delete` without arguments, which is how querysets are called
    and dictionaries and caches are not.
    """
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    method = node.func.attr
    if method == "update":
        return bool(node.keywords)
    if method == "delete":
        return not (node.args or node.keywords)
    return method in WRITING_METHODS


def reads_past_visible_to(node: ast.AST, ancestors: Ancestors) -> bool:
    """A manager that is not asked `visible_to` at once, or a shortcut that takes the whole model.

    A subquery is bound to the rows of the query around it, so it shows nothing by itself.
    """
    if isinstance(node, ast.Call):
        return _called(node) in {"get_object_or_404", "get_list_or_404"} and any(
            isinstance(argument, ast.Name) and argument.id[:1].isupper()
            for argument in node.args[:1]
        )
    if not (isinstance(node, ast.Attribute) and node.attr in MANAGERS):
        return False
    after = ancestors[0] if ancestors else None
    if isinstance(after, ast.Attribute) and after.attr in {"visible_to", "none"}:
        return False
    return not any(
        isinstance(above, ast.Call) and _called(above) in SUBQUERIES for above in ancestors
    )


def writes_a_state(node: ast.AST, ancestors: Ancestors) -> bool:
    """An assignment to a state column of an object, or an `update` of one."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(target, ast.Attribute)
            and target.attr in STATE_FIELDS
            and not (isinstance(target.value, ast.Name) and target.value.id == "self")
            for target in targets
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and any(keyword.arg in STATE_FIELDS for keyword in node.keywords)
    )


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
