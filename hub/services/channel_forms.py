"""Between a form filled in and a configuration document. Pure functions.

A form is flat, by dotted name; a document has tables, as it would stand in the TOML file.
"""

from collections.abc import Mapping
from typing import Any

from hub.ports import Doc, FieldType, FieldValue, KindForm

Values = Mapping[str, FieldValue]


def as_tables(form: KindForm, values: Values) -> Doc:
    """What is given, None is nothing; a table of which something is given is filled up with its
    defaults."""
    given = {name: value for name, value in values.items() if value is not None}
    tables = {name.rpartition(".")[0] for name in given}
    known = {field.name: field.default for field in form.fields}
    whole = {
        name: default
        for name, default in known.items()
        if default is not None and "." in name and name.rpartition(".")[0] in tables
    }
    doc: Doc = {}
    for name, value in {**whole, **given}.items():
        *steps, last = name.split(".")
        table = doc
        for step in steps:
            table = table.setdefault(step, {})
        table[last] = value
    return doc


def as_values(form: KindForm, document: Mapping[str, Any]) -> dict[str, FieldValue]:
    """Of the fields that are no secrets, what the document gives."""
    hidden = form.names(FieldType.SECRET)
    found: dict[str, FieldValue] = {}
    for field in form.fields:
        value: Any = document
        for step in field.name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None and field.name not in hidden:
            found[field.name] = list(value) if isinstance(value, (tuple, list)) else value
    return found


def moved(form: KindForm, before: Values, after: Values) -> bool:
    """Whether secrets would go to another address than before."""
    defaults = {field.name: field.default for field in form.fields}
    return any(
        (before.get(name) or defaults[name]) != (after.get(name) or defaults[name])
        for name in form.names(FieldType.ADDRESS)
    )
