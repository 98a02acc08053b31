#!/usr/bin/env python3
"""Checks that every module includes and links lower layers only, and third-party headers stay where they belong.

The order is the one drawn in docs/architecture.md; the table there and the one here are compared.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "hark"

LAYERS = {
    "core": 0,
    "io": 1, "crypto": 1, "calendar": 1, "simd": 1,
    "columnar": 2, "contract": 2, "stats": 2,
    "tabular": 3, "lake": 3, "engine": 3, "chart": 3, "generate": 3, "portal": 3, "series": 3,
    "pipeline": 5, "insight": 5,
    "report": 6,
    "cli": 8,
}
# Edges inside a layer that an ADR allows.
ALLOWED_SIBLINGS = {("contract", "columnar")}

# Third-party header -> the module, or modules, that may include it, in .cc files only.
OWNERS = {
    r"nlohmann/": "core", r"yaml-cpp/": "core",
    r"zlib\.h": "io", r"zstd\.h": "io", r"curl/": "io",
    r"openssl/": "crypto",
    r"date/": "calendar",
    r"boost/": "stats",
    r"Eigen/": ("stats", "series"),
    r"duckdb": "engine",
    r"CLI/": "cli",
}


def may_use(user, used):
    return user == used or (user, used) in ALLOWED_SIBLINGS or LAYERS[used] < LAYERS[user]


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+[<"]([^">]+)[">]', line)
        if found:
            yield number, found.group(1)


def check_includes(problems):
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        module = path.relative_to(SOURCE).parts[0]
        if module not in LAYERS:
            problems.append(f"{path.relative_to(ROOT)}: folder '{module}' is no known module")
            continue
        is_test = path.name.endswith(("_test.cc", "_fuzz.cc"))
        for number, header in includes(path):
            where = f"{path.relative_to(ROOT)}:{number}"
            ours = re.match(r"hark/([a-z]+)/", header)
            if ours:
                used = ours.group(1)
                if used not in LAYERS:
                    problems.append(f"{where}: includes unknown module '{used}'")
                elif not may_use(module, used) and not (is_test and LAYERS[used] <= LAYERS[module]):
                    problems.append(f"{where}: {module} (layer {LAYERS[module]}) may not include {used} (layer {LAYERS[used]})")
                continue
            for pattern, owner in OWNERS.items():
                if re.match(pattern, header):
                    owners = owner if isinstance(owner, tuple) else (owner,)
                    if module not in owners:
                        problems.append(f"{where}: <{header}> belongs to {' and '.join(owners)}")
                    elif path.suffix == ".h":
                        problems.append(f"{where}: <{header}> in a header; keep it in a .cc file")


def check_link_edges(problems):
    for path in sorted(SOURCE.glob("*/CMakeLists.txt")):
        module = path.parent.name
        call = re.search(r"hark_add_module\((.*?)\)", path.read_text(encoding="utf-8"), re.S)
        if not call:
            problems.append(f"{path.relative_to(ROOT)}: no hark_add_module")
            continue
        words = call.group(1).split()
        if words[0] != module:
            problems.append(f"{path.relative_to(ROOT)}: declares module '{words[0]}'")
        if "DEPS" not in words:
            continue
        for word in words[words.index("DEPS") + 1:]:
            if word.isupper():
                break
            if word not in LAYERS or not may_use(module, word):
                problems.append(f"{path.relative_to(ROOT)}: {module} may not link {word}")


def check_picture(problems):
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = {name: int(layer) for name, layer in re.findall(r"^\| `([a-z]+)/` \|[^|]*\| (\d) \|$", text, re.M)}
    if drawn != LAYERS:
        problems.append(f"docs/architecture.md draws {drawn}, this test enforces {LAYERS}")


def main():
    problems = []
    check_includes(problems)
    check_link_edges(problems)
    check_picture(problems)
    for problem in problems:
        print(problem)
    print("layers: " + (f"{len(problems)} problems" if problems else "all edges point down"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
