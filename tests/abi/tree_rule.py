"""The shape of the tree: no circles of folders, no crowded folder, and one name for one thing in the plugin."""

import re
from collections import Counter, defaultdict
from pathlib import PurePosixPath

import dependency_rule as rule

FILES_MAX = 25

# A class, structure or enumeration of a namespace, or another name for a type; not what is declared only or nested.
TYPE = re.compile(r"^(?:(?:class|struct|union|enum(?: class)?) (?:CRM_\w+\(.*?\) )?(\w+)(?: final)?"
                  r"(?:\s*:(?!:)[^;{]*)?\s*\{|using (\w+) =)", re.M)


def folder_of(path):
    return str(PurePosixPath(path).parent)


def included(path, text, tree):
    """The files of the tree that a file includes."""
    for match in rule.INCLUDE.finditer(text):
        name = match[1][1:-1]
        target = f"plugin_api/include/{name}" if match[1].startswith("<") else rule.resolved(path, name, tree)
        if target in tree:
            yield target


def folders_included(tree):
    """{folder: {folder that it includes: one include of it}}"""
    edges = defaultdict(dict)
    for path, text in sorted(tree.items()):
        for target in included(path, text, tree):
            if folder_of(target) != folder_of(path):
                edges[folder_of(path)].setdefault(folder_of(target), f"{path} includes {target}")
    return edges


def reached_from(folder, edges):
    reached, open_ends = set(), [folder]
    while open_ends:
        for further in edges.get(open_ends.pop(), {}):
            if further not in reached:
                reached.add(further)
                open_ends.append(further)
    return reached


def circles(tree):
    """A line for each step of each circle of folders, with an include that makes it."""
    edges = folders_included(tree)
    reached = {folder: reached_from(folder, edges) for folder in edges}
    return [f"{folder} -> {further}: {include}"
            for folder, steps in sorted(edges.items()) for further, include in sorted(steps.items())
            if folder in reached.get(further, ())]


def crowded(paths, exceptions):
    """A line for each folder with more files than it may have; `exceptions` are the numbers of those that may."""
    files = Counter(folder_of(path) for path in paths)
    over = [f"{folder}: {count} files, at most {exceptions.get(folder, FILES_MAX)}; make folders of it"
            for folder, count in sorted(files.items()) if count > exceptions.get(folder, FILES_MAX)]
    spare = [f"{folder}: has {files[folder]} files; lower its exception of {count}, or take it away"
             for folder, count in sorted(exceptions.items()) if files[folder] < count]
    return over + spare


def twice(places):
    return [f"{name}: {' and '.join(sorted(found))}" for name, found in sorted(places.items()) if len(found) > 1]


def file_names_twice(paths):
    """A line for each name, without its suffix, that files of two folders have."""
    places = defaultdict(set)
    for path in paths:
        places[PurePosixPath(path).stem].add(folder_of(path))
    return twice(places)


def type_names_twice(tree):
    """A line for each name that types of namespaces have in two files."""
    places = defaultdict(set)
    for path, text in tree.items():
        for match in TYPE.finditer(text):
            places[match[1] or match[2]].add(path)
    return twice(places)
