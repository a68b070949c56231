"""The faults that are worth planting in a security check, each a change of one place of a source text.

Guards that refuse are switched off, a part of a condition no longer counts, a boundary moves by one, a label
or a number is another, an argument of a hash is left out or swapped, a call that checks is left out, a
refusal becomes a plain return. Docstrings, type hints and the sentences of errors are left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

_COMPARISONS: Final = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_WRITTEN: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_BOUND_BY: Final = frozenset({"info", "context", "aad", "associated_data", "salt"})
_LIMITS: Final = frozenset({"limit", "below", "length", "size"})
_SILENT: Final = frozenset({"range", "isinstance", "min", "max", "zip", "same", "compare_digest"})
"""What is the same in either order, or breaks at once."""

_Place: TypeAlias = ast.expr | ast.stmt
_Change: TypeAlias = tuple[str, _Place, str]
"""The kind of fault, what is replaced, and by what."""


@dataclass(frozen=True)
class Fault:
    """One change: `new` instead of what stands between two offsets of the source's bytes."""

    line: int
    kind: str
    old: str
    new: str
    start: int
    end: int

    def planted(self, source: str) -> str:
        raw = source.encode()
        return (raw[: self.start] + self.new.encode() + raw[self.end :]).decode()

    def __str__(self) -> str:
        old, new = (" ".join(text.split())[:90] for text in (self.old, self.new))
        return f"{self.line:4d} {self.kind:9s} {old}  ->  {new}"


def faults(source: str) -> list[Fault]:
    """Every fault of this source that is still Python and not what stood there, in the order of its lines."""
    found: dict[str, Fault] = {}
    finder = _Finder(source)
    for fault in finder.all():
        planted = fault.planted(source)
        if planted != source and planted not in found and _is_python(planted):
            found[planted] = fault
    return sorted(found.values(), key=lambda fault: (fault.start, fault.end, fault.kind))


def _is_python(source: str) -> bool:
    try:
        compile(source, "fault", "exec")
    except SyntaxError:
        return False
    return True


def _counts(side: ast.expr) -> bool:
    """Whether this is a number for sure: a sum is the same in either order."""
    return (isinstance(side, ast.Constant) and type(side.value) is int) or ast.unparse(side).endswith(
        "_BYTES"
    )


class _Finder:
    def __init__(self, source: str) -> None:
        self._raw = source.encode()
        self._tree = ast.parse(source)
        self._lines = [0]
        for line in self._raw.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._hints = {id(part) for hint in self._annotations() for part in ast.walk(hint)}

    def all(self) -> Iterator[Fault]:
        for node in ast.walk(self._tree):
            if id(node) in self._hints:
                continue
            for kind, place, new in self._of(node):
                yield self._fault(kind, place, new)

    def _of(self, node: ast.AST) -> Iterator[_Change]:
        match node:
            case ast.If(test=test, body=[*_, ast.Raise() | ast.Return() | ast.Continue() | ast.Break()]):
                yield "guard", test, "(False)"
            case ast.BoolOp(op=operator, values=parts):
                neutral = "(True)" if isinstance(operator, ast.And) else "(False)"
                yield from (("part", part, neutral) for part in parts)
            case ast.Compare():
                yield from self._comparisons(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield "not", node, f"({self._text(operand)})"
            case ast.Expr(value=ast.Call()):
                yield "call", node, "None"
            case ast.Raise():
                yield "raise", node, "return None"
            case ast.Call():
                yield from self._arguments(node)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                one, other = self._text(left), self._text(right)
                yield "left out", node, f"({one})"
                yield "left out", node, f"({other})"
                if not (_counts(left) or _counts(right)):
                    yield "swapped", node, f"({other} + {one})"
            case ast.List(elts=parts, ctx=ast.Load()) if len(parts) > 1:
                yield from self._entries(node)
            case ast.Constant(value=bytes(data)) if data:
                yield "constant", node, repr(data + b"x")
            case ast.Constant(value=str(text)) if text.startswith("kantha"):
                yield "constant", node, repr(text + "x")
            case ast.AnnAssign(value=ast.expr() as value, target=ast.Name(id=name)) if name.isupper():
                yield from self._numbers(value)

    def _comparisons(self, node: ast.Compare) -> Iterator[_Change]:
        sides = [f"({self._text(side)})" for side in (node.left, *node.comparators)]
        for turned in range(len(node.ops)):
            text = sides[0]
            for place, operator in enumerate(node.ops):
                names = _COMPARISONS if place == turned else _WRITTEN
                text += f" {names[type(operator)]} {sides[place + 1]}"
            yield "boundary", node, f"({text})"
        for side in node.comparators:
            yield from self._numbers(side)

    def _arguments(self, node: ast.Call) -> Iterator[_Change]:
        name = ast.unparse(node.func).split(".")[-1]
        if name in ("same", "compare_digest", "all") or name.endswith(("_holds", "verify")):
            yield "always", node, "True"
        if name == "any":
            yield "always", node, "False"
        for given in node.keywords:
            if given.arg in _BOUND_BY:
                yield "unbound", given.value, "b''"
            if given.arg in _LIMITS:
                yield from self._numbers(given.value)
        if len(node.args) > 1 and name not in _SILENT and not isinstance(node.args[1], ast.Constant):
            one, other = node.args[:2]
            before = self._raw[self._start(node) : self._start(one)].decode()
            between = self._raw[self._end(one) : self._start(other)].decode()
            after = self._raw[self._end(other) : self._end(node)].decode()
            yield "swapped", node, before + self._text(other) + between + self._text(one) + after

    def _entries(self, node: ast.List) -> Iterator[_Change]:
        entries = [self._text(part) for part in node.elts]
        for place in range(len(entries)):
            yield "left out", node, f"[{', '.join(entries[:place] + entries[place + 1 :])}]"
        yield "swapped", node, f"[{', '.join([entries[1], entries[0], *entries[2:]])}]"

    def _numbers(self, node: ast.expr) -> Iterator[_Change]:
        """A limit is one more, whatever it is made of."""
        if isinstance(node, ast.Constant | ast.BinOp) and all(
            type(part.value) is int for part in ast.walk(node) if isinstance(part, ast.Constant)
        ):
            yield "limit", node, f"({self._text(node)} + 1)"

    def _annotations(self) -> Iterator[ast.AST]:
        for node in ast.walk(self._tree):
            hints = [getattr(node, "annotation", None), getattr(node, "returns", None)]
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                hints = [node.value]
            yield from (hint for hint in hints if isinstance(hint, ast.AST))

    def _fault(self, kind: str, place: _Place, new: str) -> Fault:
        start, end = self._start(place), self._end(place)
        return Fault(place.lineno, kind, self._raw[start:end].decode(), new, start, end)

    def _start(self, place: _Place) -> int:
        return self._lines[place.lineno - 1] + place.col_offset

    def _end(self, place: _Place) -> int:
        assert place.end_lineno is not None
        assert place.end_col_offset is not None
        return self._lines[place.end_lineno - 1] + place.end_col_offset

    def _text(self, node: _Place) -> str:
        return self._raw[self._start(node) : self._end(node)].decode()
