"""The small language in which a rule file writes its arithmetic: exact numbers, comparisons, a few functions.

`basic / 30 * 120`, `min(days, 45)`, `band(years, (5, 14), (10, 30))`, `ended == "terminated" and years >= 1`.
Guarantees: rationals, never floats; nothing but the names and functions given; no attribute, index, loop or
call of anything else can be written. Does not: round. That is done once, at the end, by the ledger.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from app.law.errors import MissingFactError, RuleFileError

Value = Fraction | str | bool | None
MAX_CHARACTERS: Final = 400
_MAX_NODES: Final = 120

_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISON: Final[dict[type[ast.cmpop], Callable[[Fraction, Fraction], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def band(value: Fraction, *steps: tuple[Fraction, Fraction]) -> Fraction:
    """The second number of the highest step that `value` reaches, else 0: band(7, (5, 14), (10, 30)) is
    14.
    """
    reached = [amount for start, amount in steps if value >= start]
    return reached[-1] if reached else Fraction(0)


def whole(value: Fraction) -> Fraction:
    """Without its part: whole(6.9) is 6."""
    return Fraction(value.numerator // value.denominator)


_FUNCTIONS: Final[dict[str, Callable[..., Fraction]]] = {"min": min, "max": max, "band": band, "whole": whole}


@dataclass(frozen=True)
class Expression:
    """One parsed expression of a rule."""

    text: str
    tree: ast.expr

    @classmethod
    def parse(cls, text: str, *, place: str) -> Expression:
        """`RuleFileError` with the place for anything that is not in the language."""
        if len(text) > MAX_CHARACTERS:
            raise RuleFileError(place, f"is longer than {MAX_CHARACTERS} characters")
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise RuleFileError(place, f'"{text}" is not an expression') from error
        nodes = list(ast.walk(tree))
        if len(nodes) > _MAX_NODES:
            raise RuleFileError(place, "has too many parts; write it as several steps")
        for node in nodes:
            _require_known(node, place)
        return cls(text.strip(), tree)

    @property
    def names(self) -> frozenset[str]:
        """The facts and earlier steps that it uses."""
        called = {node.func.id for node in ast.walk(self.tree) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
        return frozenset(node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)) - called

    def value(self, names: Mapping[str, Value]) -> Value:
        """The result. `MissingFactError` when a name has no value that the result depends on."""
        return _value(self.tree, names)

    def number(self, names: Mapping[str, Value]) -> Fraction:
        """The result, which must be a number."""
        return _number(self.tree, names)

    def holds(self, names: Mapping[str, Value]) -> bool:
        """The result of a condition."""
        return _value(self.tree, names) is True


def _require_known(node: ast.AST, place: str) -> None:
    fine: tuple[type[ast.AST], ...] = (
        ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.Tuple,
        ast.Load,
        ast.And, ast.Or, ast.Not, ast.USub, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.IfExp,
        *_ARITHMETIC, *_COMPARISON,
    )  # fmt: skip
    if not isinstance(node, fine):
        raise RuleFileError(place, f"{type(node).__name__} cannot be used in a rule")
    if isinstance(node, ast.Call) and not _is_known_call(node):
        raise RuleFileError(place, f"only {', '.join(sorted(_FUNCTIONS))} can be called in a rule")
    if isinstance(node, ast.Constant) and type(node.value) not in (int, str, float, bool):
        raise RuleFileError(place, "only numbers and words in quotes can be written in a rule")


def _is_known_call(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords


def _value(node: ast.expr, names: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=bool() as truth):
            return truth
        case ast.Constant(value=str() as word):
            return word
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.Name(id=name):
            found = names.get(name)
            if found is None:
                raise MissingFactError(name)
            return found
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_truth(part, names) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_truth(part, names) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _truth(part, names)
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -_number(part, names)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _truth(test, names) else orelse, names)
        case ast.Compare():
            return _compare(node, names)
        case ast.BinOp(left=left, op=sign, right=right):
            first, second = _number(left, names), _number(right, names)
            if isinstance(sign, ast.Div) and second == 0:
                raise MissingFactError(ast.unparse(right))
            return _ARITHMETIC[type(sign)](first, second)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_argument(argument, names) for argument in arguments))
    raise RuleFileError(ast.unparse(node), "cannot be computed")


def _argument(node: ast.expr, names: Mapping[str, Value]) -> Fraction | tuple[Fraction, ...]:
    if isinstance(node, ast.Tuple):
        return tuple(_number(part, names) for part in node.elts)
    return _number(node, names)


def _compare(node: ast.Compare, names: Mapping[str, Value]) -> bool:
    left = node.left
    for sign, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, ast.In | ast.NotIn):
            options = [_value(part, names) for part in right.elts] if isinstance(right, ast.Tuple) else []
            holds = (_value(left, names) in options) == isinstance(sign, ast.In)
        elif isinstance(sign, ast.Eq | ast.NotEq):
            holds = (_value(left, names) == _value(right, names)) == isinstance(sign, ast.Eq)
        else:
            holds = _COMPARISON[type(sign)](_number(left, names), _number(right, names))
        if not holds:
            return False
        left = right
    return True


def _number(node: ast.expr, names: Mapping[str, Value]) -> Fraction:
    value = _value(node, names)
    if isinstance(value, bool) or not isinstance(value, Fraction):
        raise RuleFileError(ast.unparse(node), "is not a number")
    return value


def _truth(node: ast.expr, names: Mapping[str, Value]) -> bool:
    return _value(node, names) is True
