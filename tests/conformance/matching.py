"""Values with variables, and answers compared with what has to be in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
PATH: Final = re.compile(r"\w+|\[\d+\]")


def filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """Return *value* with variables replaced and what stands for long values written out.

    {$repeat: text, times: n} is the text n times; {$list: n, of: value} is n values, in which
    ${i} counts from 0. A text that is nothing but one variable becomes that variable's value.
    """
    match value:
        case str():
            return _filled_text(value, variables)
        case list():
            return [filled(item, variables) for item in value]
        case {"$repeat": text, "times": times}:
            return filled(text, variables) * times
        case {"$list": count, "of": item}:
            return [filled(item, {**variables, "i": i}) for i in range(count)]
        case dict():
            return {key: filled(item, variables) for key, item in value.items()}
    return value


def _filled_text(text: str, variables: Mapping[str, Any]) -> Any:
    if whole := VARIABLE.fullmatch(text):
        return variables[whole.group(1)]
    return VARIABLE.sub(lambda found: str(variables[found.group(1)]), text)


def taken(answer: Any, path: str) -> Any:
    """Return what stands at *path* in the answer, such as results[0].memory.memory_id."""
    for part in PATH.findall(path):
        answer = answer[int(part[1:-1])] if part[0] == "[" else answer[part]
    return answer


def differences(expected: Any, actual: Any, path: str = "answer") -> list[str]:
    """Return how *actual* fails to be what is *expected*; nothing if it is.

    Of an object the named fields are compared, of a list all elements. $any is there, $absent is not;
    {$length: n}, {$text: part of a text}, {$includes: [elements in any order]}, {$excludes: [elements
    that are not there]}, {$last: element}, {$at_least: number}, {$at_most: number} look at less than
    everything.
    """
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected))[0] == "$":
        return _looked_at(*next(iter(expected.items())), actual, path)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _fields(expected, actual, path)
    if isinstance(expected, list) and isinstance(actual, list) and len(actual) == len(expected):
        found = [
            differences(wanted, got, f"{path}[{i}]")
            for i, (wanted, got) in enumerate(zip(expected, actual, strict=True))
        ]
        return [difference for each in found for difference in each]
    is_right = actual is not None and actual != "" if expected == "$any" else expected == actual
    return [] if is_right else [f"{path} is {str(actual)[:300]!r}, not {expected!r}"]


def _fields(expected: dict[str, Any], actual: dict[str, Any], path: str) -> list[str]:
    found: list[str] = []
    for key, wanted in expected.items():
        here = f"{path}.{key}"
        if wanted == "$absent":
            found += [f"{here} is there: {actual[key]!r}"] if key in actual else []
        elif key not in actual:
            found.append(f"{here} is missing in {sorted(actual)}")
        else:
            found += differences(wanted, actual[key], here)
    return found


def _looked_at(operator: str, wanted: Any, actual: Any, path: str) -> list[str]:
    match operator:
        case "$length":
            right = len(actual) == wanted
        case "$text":
            right = wanted in str(actual)
        case "$at_least":
            right = actual >= wanted
        case "$at_most":
            right = actual <= wanted
        case "$includes":
            right = all(any(not differences(one, got) for got in actual) for one in wanted)
        case "$excludes":
            right = not any(not differences(one, got) for got in actual for one in wanted)
        case "$last":
            return differences(wanted, actual[-1] if actual else None, f"{path}[-1]")
        case _:
            raise AssertionError(operator)
    return [] if right else [f"{path} is {str(actual)[:300]!r}, against {operator} {wanted!r}"]
