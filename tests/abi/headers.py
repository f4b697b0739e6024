"""Reads the C headers of the interface: structures, fields, function pointers with their tags, constants."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "plugin_api" / "include"
NOT_CONSTANTS = {"CRM_EXPORT", "CRM_TYPEOF", "CRM_HAS"}


def c_headers():
    """Every C header of the interface."""
    return sorted((INCLUDE / "crm").glob("*.h")) + sorted((INCLUDE / "crm" / "ext").glob("*.h"))


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def bodies(text):
    """(name, body) of every structure of a header."""
    return re.findall(r"typedef struct (\w+) \{(.*?)\n\} \1;", text, flags=re.S)


def field_name(declaration):
    """The field that a declaration of a structure declares."""
    function = re.search(r"\(\*(\w+)\)", declaration)
    return function[1] if function else re.search(r"(\w+)(?:\[\w+\])?$", declaration)[1]


def structures():
    """name -> names of its fields in order, over all headers."""
    found = {}
    for header in c_headers():
        for name, body in bodies(without_comments(header.read_text(encoding="utf-8"))):
            declarations = [" ".join(part.split()) for part in body.split(";")]
            found[name] = [field_name(declaration) for declaration in declarations if declaration]
    return found


def constants():
    """Names of all constants that the headers define."""
    found = []
    for header in c_headers():
        text = without_comments(header.read_text(encoding="utf-8"))
        found += [name for name in re.findall(r"^#define (CRM_\w+)\b(?!\() *\S", text, flags=re.M) if name not in NOT_CONSTANTS]
    return found


def function_tags():
    """"structure.function" -> the tag of the comment before it, or None."""
    found = {}
    for header in c_headers():
        for name, body in bodies(header.read_text(encoding="utf-8")):
            for comment, function in re.findall(r"(?:/\*((?:(?!\*/).)*)\*/\s*)?[^;/]*?\(\*(\w+)\)\(", body, flags=re.S):
                tag = re.search(r"\[(\w+)\]", comment)
                found[f"{name}.{function}"] = tag[0] if tag else None
    return found
