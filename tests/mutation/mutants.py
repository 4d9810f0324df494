"""Make mutants of a module: one small change of its source each.

A change replaces the text of one syntax node and keeps the number of lines, so that line
numbers stay those of the original.
"""

import ast
import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
NEGATION = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
NAMES = {"bisect_left": "bisect_right", "bisect_right": "bisect_left"}
LOOKUPS = {"gte": "gt", "gt": "gte", "lte": "lt", "lt": "lte"}
# Calls on a queryset that decide which rows it has, and in which order.
QUERYSET = {"filter", "exclude", "order_by", "distinct", "in_force", "active", "confirmed",
            "administrators"}  # fmt: skip
SQL = re.compile(r"\b(SELECT|UPDATE|INSERT)\b")
SQL_TOKENS = {
    " <= ": " < ",
    " >= ": " > ",
    " < ": " <= ",
    " > ": " >= ",
    " = ": " <> ",
    " <> ": " = ",
    " AND ": " OR ",
    " OR ": " AND ",
    " DESC": " ASC",
    " IS NULL": " IS NOT NULL",
    " IS NOT NULL": " IS NULL",
    "LEFT JOIN": "JOIN",
    " + ": " - ",
}
# Decorators that a definition needs to be what it is at all.
STRUCTURAL = {"property", "cached_property", "classmethod", "staticmethod", "dataclass",
              "contextmanager", "wraps", "cache"}  # fmt: skip
COMPOUND = (ast.If, ast.While, ast.For, ast.With, ast.Try, ast.Match, ast.FunctionDef,
            ast.ClassDef)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    module: str  # path of the file from the project's root
    scope: str  # the function, dotted; empty at the level of the module or a class
    line: int
    last_line: int  # of the statement that the change is in, or of its header
    before: str  # the first line that differs
    after: str
    source: str  # of the whole mutated module
    is_nested: bool  # inside a function inside a function
    is_sql: bool  # in a text of the module
    original: str  # the syntax tree of the module as it is

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.module}\n{self.source}".encode()).hexdigest()[:16]

    @property
    def name(self) -> tuple[str, str, str, str]:
        return self.module, self.scope, self.before, self.after


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All changes of a module, in the order of its lines; ``sample`` leaves out those that
    are no mutants."""
    return _numbered(_Mutator(path, source).mutants())


def _numbered(mutants) -> list[Mutant]:
    """Names are unique: a second mutant of the same name gets its number in the function."""
    seen: dict[tuple[str, str, str, str], int] = {}
    result = []
    for mutant in mutants:
        number = seen[mutant.name] = seen.get(mutant.name, 0) + 1
        result.append(
            mutant if number == 1 else replace(mutant, after=f"{mutant.after}  [{number}]")
        )
    return result


def sample(mutants: list[Mutant], number: int, seed: int) -> list[Mutant]:
    """A seeded sample of those that compile and differ from the original and from each
    other. A change of one function leaves the sample of the others as it is."""

    def rank(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.name)).encode()).digest()

    chosen: dict[str, Mutant] = {}
    for mutant in sorted(mutants, key=rank):
        if len(chosen) == number:
            break
        try:
            tree = ast.parse(mutant.source)
            compile(mutant.source, mutant.module, "exec")
        except SyntaxError:
            continue
        if (dump := ast.dump(tree)) != mutant.original:
            chosen.setdefault(dump, mutant)
    return list(chosen.values())


class _Mutator:
    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.lines = source.encode().splitlines(keepends=True)
        self.tree = ast.parse(source)
        self.dump = ast.dump(self.tree)

    def mutants(self) -> Iterator[Mutant]:
        yield from self._body(self.tree.body, (), depth=0)

    # -- Walking ----------------------------------------------------------------

    def _body(self, body: list[ast.stmt], scope: tuple[str, ...], depth: int) -> Iterator[Mutant]:
        for number, statement in enumerate(body):
            if number == 0 and _is_text(statement):
                continue
            yield from self._statement(statement, scope, depth)

    def _statement(
        self, statement: ast.stmt, scope: tuple[str, ...], depth: int
    ) -> Iterator[Mutant]:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from self._definition(statement, scope, depth)
            return
        if _is_skipped(statement, depth):
            return
        last = statement.end_lineno
        if isinstance(statement, COMPOUND):
            last = (
                max(statement.lineno, statement.body[0].lineno - 1)
                if hasattr(statement, "body")
                else statement.lineno
            )
        where = (statement.lineno, last, scope, depth)
        if depth:
            for new in _other_statements(statement):
                yield self._replaced(statement, new, *where, is_statement=True)
        for node, new in _expressions(statement):
            yield self._replaced(node, new, *where)
        for node in _sql_texts(statement):
            yield from self._sql(node, *where)
        for inner in ("body", "orelse", "finalbody"):
            yield from self._body_of(getattr(statement, inner, []), scope, depth)
        for part in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
            yield from self._body_of(part.body, scope, depth)

    def _body_of(self, body, scope, depth) -> Iterator[Mutant]:
        for statement in body:
            yield from self._statement(statement, scope, depth)

    def _definition(self, node, scope: tuple[str, ...], depth: int) -> Iterator[Mutant]:
        if any(_name(base) == "Protocol" for base in getattr(node, "bases", [])):
            return
        where = (node.lineno, node.lineno, (), 0)
        for decorator in node.decorator_list:
            if _name(decorator) not in STRUCTURAL:
                yield self._without_decorator(decorator, *where)
                yield from self._all_of(decorator, where)
        if isinstance(node, ast.ClassDef):
            yield from self._body(node.body, (*scope, node.name), depth)
            return
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                yield from self._all_of(default, where)
        yield from self._body(node.body, (*scope, node.name), depth + 1)

    def _all_of(self, expression: ast.expr, where) -> Iterator[Mutant]:
        for node, new in _expressions(ast.Expr(expression)):
            yield self._replaced(node, new, *where)

    # -- Changing the text --------------------------------------------------------

    def _replaced(self, node, new, first, last, scope, depth, *, is_statement=False) -> Mutant:
        text = new if isinstance(new, str) else ast.unparse(new)
        text = " ".join(text.split("\n")) if not is_statement else text
        padding = "\n" * (node.end_lineno - node.lineno)
        text = f"{text}{padding}" if is_statement else f"({text}{padding})"
        return self._edited(
            (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), text,
            first, last, scope, depth,
        )  # fmt: skip

    def _without_decorator(self, node, *where) -> Mutant:
        start = (node.lineno, node.col_offset - 1)
        padding = "\n" * (node.end_lineno - node.lineno)
        return self._edited(start, (node.end_lineno, node.end_col_offset), padding, *where)

    def _sql(self, node: ast.Constant, *where) -> Iterator[Mutant]:
        for number in range(node.lineno, node.end_lineno + 1):
            line = self.lines[number - 1].decode()
            for token, other in SQL_TOKENS.items():
                for match in re.finditer(re.escape(token), line):
                    start = len(line[: match.start()].encode())
                    end = start + len(token.encode())
                    after_start = number > node.lineno or start > node.col_offset
                    before_end = number < node.end_lineno or end <= node.end_col_offset
                    if after_start and before_end:
                        yield self._edited(
                            (number, start), (number, end), other, *where, is_sql=True
                        )

    def _edited(self, start, end, text: str, first, last, scope, depth, *, is_sql=False) -> Mutant:
        lines = list(self.lines)
        head = lines[start[0] - 1][: start[1]]
        tail = lines[end[0] - 1][end[1] :]
        lines[start[0] - 1 : end[0]] = [head + text.encode() + tail]
        source = b"".join(lines).decode()
        new = source.splitlines()
        old = b"".join(self.lines).decode().splitlines()
        differs = next((n for n, pair in enumerate(zip(old, new, strict=False))
                        if pair[0] != pair[1]), start[0] - 1)  # fmt: skip
        return Mutant(
            self.path, ".".join(scope) if depth else "", first, last,
            old[differs].strip(), " ".join(text.split()) and new[differs].strip(), source,
            depth > 1, is_sql, self.dump,
        )  # fmt: skip


# -- What is left as it is ----------------------------------------------------------


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and not isinstance(statement.value.value, bool | int)
    )


def _is_skipped(statement: ast.stmt, depth: int) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Assert | ast.Global | ast.Nonlocal):
        return True  # an assert here tells the type checker something
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return ast.unparse(statement.value.func).startswith(("log.", "logger.", "logging."))
    if isinstance(statement, ast.Assign) and not depth:
        if isinstance(statement.value, ast.Subscript):  # the name of a type
            return True
        return any(_name(target) == "__all__" for target in statement.targets)
    return False


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call | ast.Subscript):
        return _name(node.func if isinstance(node, ast.Call) else node.value)
    return getattr(node, "attr", None) or getattr(node, "id", "")


# -- The changes -----------------------------------------------------------------


def _other_statements(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Return(value=ast.expr() as value):
            # What calls a rule can't tell None from False.
            if not (isinstance(value, ast.Constant) and repr(value.value) in ("None", "False")):
                yield "return None"
        case ast.Return():
            yield "pass"
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield "pass"
        case ast.Continue():
            yield "break"
        case ast.Break():
            yield "pass"
    if isinstance(statement, ast.AugAssign) and type(statement.op) in ARITHMETIC:
        other = copy.deepcopy(statement)
        other.op = ARITHMETIC[type(statement.op)]()
        yield ast.unparse(other)


def _own_expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of a statement, without annotations and without inner statements."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "body", "orelse", "finalbody",
                    "handlers", "cases") and isinstance(node, ast.stmt):  # fmt: skip
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.expr):
                yield child
                if not isinstance(child, ast.JoinedStr):
                    yield from _own_expressions(child)
            elif isinstance(child, ast.comprehension | ast.keyword | ast.withitem | ast.arguments):
                yield from _own_expressions(child)


def _expressions(statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST | str]]:
    if isinstance(statement, ast.If):
        yield statement.test, "True"
        yield statement.test, "False"
    if isinstance(statement, ast.While):
        yield statement.test, "False"
    for handler in getattr(statement, "handlers", []):
        if isinstance(handler.type, ast.Tuple):
            for one in handler.type.elts:
                yield handler.type, one
    for node in _own_expressions(statement):
        for new in _others(node):
            yield node, new
        for generator in getattr(node, "generators", []):
            for condition in generator.ifs:
                yield condition, "True"
        if isinstance(node, ast.IfExp):
            yield node, node.body
            yield node, node.orelse
        if isinstance(node, ast.Lambda):
            yield node.body, "None"


def _others(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            for table in (BOUNDARY, NEGATION):
                for number, op in enumerate(node.ops):
                    if type(op) in table:
                        other = copy.deepcopy(node)
                        other.ops[number] = table[type(op)]()
                        yield other
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            other = copy.deepcopy(node)
            other.op = ARITHMETIC[type(op)]()
            yield other
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for number in range(len(values)):
                left = [value for n, value in enumerate(values) if n != number]
                yield left[0] if len(left) == 1 else ast.BoolOp(op, left)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Subscript(slice=ast.Slice() as part):
            for name in ("lower", "upper"):
                bound = getattr(part, name)
                if bound is not None and not isinstance(bound, ast.Constant):
                    for op in (ast.Add(), None):
                        other = copy.deepcopy(node)
                        new = ast.BinOp(bound, op, ast.Constant(1)) if op else None
                        setattr(other.slice, name, new)
                        yield other
        case ast.Call():
            yield from _other_calls(node)


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    name = _name(node.func)
    for table in (CALLS, NAMES):
        if isinstance(node.func, ast.Name) and name in table:
            other = copy.deepcopy(node)
            other.func.id = table[name]
            if name == "sorted":
                other.keywords = []
            yield other
    if isinstance(node.func, ast.Attribute) and name in QUERYSET:
        yield node.func.value
    if name in {"filter", "exclude", "Q"}:
        for number, keyword in enumerate(node.keywords):
            if len(node.keywords) + len(node.args) > 1:
                other = copy.deepcopy(node)
                del other.keywords[number]
                yield other
            head, _, lookup = (keyword.arg or "").rpartition("__")
            if lookup in LOOKUPS:
                other = copy.deepcopy(node)
                other.keywords[number].arg = f"{head}__{LOOKUPS[lookup]}"
                yield other


def _sql_texts(statement: ast.stmt) -> Iterator[ast.Constant]:
    for node in _own_expressions(statement):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL.search(node.value)
        ):
            yield node
