#!/usr/bin/env python3
"""How loads scale: 1 % of new or restated keys on top of a full load, and two threads against one. See bench/run.

usage: loads.py HARK FILE RUNS   FILE: an NYC 311 export with unique keys
"""
import csv
import datetime
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from compare import timed  # noqa: E402

CLOCK = "%m/%d/%Y %I:%M:%S %p"


def write_increments(file, folder):
    """One per cent of the rows: with new keys in the last two months, and restated over all months."""
    chosen, random_source, latest, most = [], random.Random(311), None, 0
    with open(file, newline="", encoding="utf-8") as source:
        reader = csv.reader(source)
        header = next(reader)
        key, created, changed = (header.index(name) for name in ("Unique Key", "Created Date", "Resolution Action Updated Date"))
        for row in reader:
            most = max(most, int(row[key]))
            when = datetime.datetime.strptime(row[created], CLOCK) if random_source.random() < 0.01 else None
            if when is None:
                continue
            latest = max(latest or when, when)
            chosen.append(row)
    names = []
    for name in ("new", "restated"):
        path = folder / f"{name}.csv"
        with open(path, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            for i, row in enumerate(chosen):
                row = list(row)
                if name == "new":
                    row[key] = str(most + 1 + i)
                    row[created] = (latest - datetime.timedelta(seconds=random_source.randrange(60 * 86400))).strftime(CLOCK)
                else:
                    row[changed] = (latest + datetime.timedelta(days=1)).strftime(CLOCK)
                writer.writerow(row)
        names.append(path)
    return names, len(chosen)


def main():
    hark, file, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    version = subprocess.run([hark, "version"], capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory(dir=pathlib.Path(file).parent) as folder:
        folder = pathlib.Path(folder)
        (new, restated), rows = write_increments(file, folder)
        print(f"{version}, {os.cpu_count()} threads, {os.path.getsize(file) / 1e9:.3f} GB, increments of {rows} rows, medians of {runs}")
        lake, base, report = folder / "lake", folder / "base", folder / "report"
        times = {}

        def take(name, command):
            times.setdefault(name, []).append(timed(command))

        for run in range(runs):
            for threads in (1, 2):
                shutil.rmtree(lake, ignore_errors=True)
                take(f"ingest, {threads} threads", [hark, "ingest", lake, file, "--quiet", "--threads", str(threads)])
                take(f"report --basic FILE, {threads} threads", [hark, "report", file, "--basic", "-o", report, "--quiet", "--threads", str(threads)])
            if run == 0:
                shutil.copytree(lake, base)
            for name, increment in (("1 % new keys in the last two months", new), ("1 % restated, all months", restated)):
                shutil.rmtree(lake, ignore_errors=True)
                shutil.copytree(base, lake)
                take(name, [hark, "ingest", lake, increment, "--quiet"])
    full = statistics.median(run[0] for run in times["ingest, 2 threads"])
    print(f"{'':38}  median   least    most     cpu  peak MiB  / full load")
    for name, measured in times.items():
        seconds, memory, processor = zip(*measured)
        print(f"{name:38} {statistics.median(seconds):7.2f} {min(seconds):7.2f} {max(seconds):7.2f} {statistics.median(processor):7.2f} "
              f"{max(memory):9.0f} {statistics.median(seconds) / full:12.2f}")
    for work in ("ingest", "report --basic FILE"):
        one, two = (statistics.median(run[0] for run in times[f"{work}, {threads} threads"]) for threads in (1, 2))
        print(f"{work}: one thread takes {one / two:.2f} times as long as two")


if __name__ == "__main__":
    main()
