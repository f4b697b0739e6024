"""The dependency rule of the architecture, over the #include lines of a tree.

`host_stub` and `plugins` include `plugin_api`, never each other; the pure parts include the standard library and one
another in one direction; SQLite, OpenSSL and Boost.DLL stay where they are wrapped.
"""

import re
from pathlib import PurePosixPath

HISTORY = "plugins/message_history"
EXAMPLES = "plugin_api/examples"  # programs of others, who have the headers of the interface and what they like
SUFFIXES = (".h", ".hpp", ".c", ".cpp", ".inc", ".in")
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*(.*?)[ \t]*(?://.*|/\*.*)?$", re.M)

# Where an include path of quotes starts from, apart from the file's own folder.
ROOTS = {"plugins": HISTORY, "host_stub": "host_stub", "plugin_api": "plugin_api/include"}

# Parts that may include the standard library and, of this project, only what is named here.
PURE = {
    f"{HISTORY}/model": ["model"],
    f"{HISTORY}/attribution": ["attribution", "model"],
    f"{HISTORY}/catalog": ["catalog", "model"],
}

# Headers that only these folders may include.
WRAPPED = {
    r"sqlite3\w*\.h|SQLiteCpp/.*": [f"{HISTORY}/store/sqlite"],
    r"openssl/.*": [f"{HISTORY}/export/proof", "host_stub/keys", EXAMPLES],
    r"boost/dll(/.*|\.hpp)": ["host_stub/loader"],
    r"boost/.*": ["host_stub"],
}

C_LIBRARY = {"stddef.h", "stdint.h"}


def is_under(path, folder):
    return path == folder or path.startswith(folder + "/")


def is_standard(name):
    """Headers of the C++ standard library have neither a folder nor a suffix."""
    return re.fullmatch(r"[a-z0-9_]+", name) is not None


def resolved(path, name, tree):
    """The file of the tree that #include "name" in `path` means, or None."""
    folder = PurePosixPath(path).parent
    for start in (str(folder), ROOTS[path.split("/")[0]]):
        parts = []
        for part in (*PurePosixPath(start).parts, *PurePosixPath(name).parts):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part != ".":
                parts.append(part)
        target = "/".join(parts)
        if target in tree or f"{target}.in" in tree:  # or made of it by CMake
            return target
    return None


def wrong_quoted(path, name, tree):
    """What is wrong with #include "name", or None."""
    part = path.split("/")[0]
    target = resolved(path, name, tree)
    if target is None:
        return "is in no part that this file may include"
    if target.split("/")[0] != part:
        return f"is of {target.split('/')[0]}; {part} may include itself and plugin_api through <crm/...>"
    for folder, allowed in PURE.items():
        if is_under(path, folder) and not any(is_under(target, f"{HISTORY}/{name}") for name in allowed):
            return f"may not be included by {folder}, which is pure"
    return None


def wrong_interface_header(path, name):
    """What is wrong with #include <name> in a header of the interface, or None."""
    in_wrapper = is_under(path, "plugin_api/include/crm/cpp")
    if name.startswith("crm/"):
        return None if in_wrapper or not name.startswith("crm/cpp/") else "is C++, which the C headers may not include"
    if in_wrapper:
        return None if is_standard(name) else "is not of the C++ standard library"
    return None if name in C_LIBRARY else f"is not among libc's {', '.join(sorted(C_LIBRARY))}"


def wrong_angled(path, name, tree):
    """What is wrong with #include <name>, or None."""
    for pattern, folders in WRAPPED.items():
        if re.fullmatch(pattern, name) and not any(is_under(path, folder) for folder in folders):
            return f"belongs in {' or '.join(folders)} only"
    if name.startswith("crm/") and f"plugin_api/include/{name}" not in tree:
        return "is not a header of plugin_api"
    if is_under(path, "plugin_api") and not is_under(path, EXAMPLES):
        return wrong_interface_header(path, name)
    if any(is_under(path, folder) for folder in PURE) and not is_standard(name):
        return "is not of the C++ standard library, and this part is pure"
    if re.search(r"(^|/)(host_stub|plugins|plugin_api)/", name):
        return "reaches into another part; plugin_api is included as <crm/...>"
    return None


def violations(tree):
    """Lines that say what breaks the rule in a tree of {path: text}; an empty list is none."""
    found = []
    for path, text in sorted(tree.items()):
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            operand = match[1]
            if re.fullmatch(r'"[^"]+"', operand):
                wrong = wrong_quoted(path, operand[1:-1], tree)
                for pattern in WRAPPED:
                    if re.fullmatch(pattern, operand[1:-1]):
                        wrong = wrong_angled(path, operand[1:-1], tree) or wrong
            elif re.fullmatch(r"<[^>]+>", operand):
                wrong = wrong_angled(path, operand[1:-1], tree)
            else:
                wrong = "is not a plain file name; write it out"
            if wrong:
                found.append(f"{path}:{line}: {operand} {wrong}")
    return found
