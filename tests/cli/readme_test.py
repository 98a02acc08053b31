#!/usr/bin/env python3
"""Runs the README's tour and holds what it shows against what the program prints.

usage: readme_test.py HARK

A line "…" stands for lines left out; times and speeds differ from run to run. Skipped (exit 77) where ../shared is not there.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
HARK = pathlib.Path(sys.argv[1]).resolve()


def normal(line):
    line = re.sub(r"in [\d.]+ s \([^)]*\)", "in … s", line)
    return re.sub(r"\s+", " ", re.sub(r"-{3,}", "---", line)).strip()


def tour():
    """Commands with the lines the README shows under them."""
    steps = []
    for block in re.findall(r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ hark "):
                steps.append((line[2:], []))
            elif steps and block.startswith("$ "):
                steps[-1][1].append(line)
    return steps


def main():
    if not DATA.is_dir():
        print("readme: skipped, ../shared/data is not there")
        return 77
    wrong = 0
    steps = tour()
    with tempfile.TemporaryDirectory() as folder:
        for path in DATA.rglob("*.csv"):
            os.symlink(path, pathlib.Path(folder) / path.name)
        (pathlib.Path(folder) / "bin").mkdir()
        os.symlink(HARK, pathlib.Path(folder) / "bin" / "hark")
        environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
        for command, shown in steps:
            done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                print(f"{command}: exit {done.returncode}: {done.stderr}")
                wrong += 1
                continue
            printed = [normal(line) for line in done.stdout.splitlines()]
            at = 0
            for line in shown:
                if line.strip() in ("…", ""):
                    continue
                if normal(line) not in printed[at:]:
                    print(f"{command}: the README shows <<{line}>>, which is not printed (any more) at its place")
                    wrong += 1
                    continue
                at = printed.index(normal(line), at) + 1
    print(f"readme: {len(steps)} commands of the tour run, {wrong} differences")
    return 1 if wrong or not steps else 0


if __name__ == "__main__":
    sys.exit(main())
