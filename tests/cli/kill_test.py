#!/usr/bin/env python3
"""Kills the program at random moments: no row is lost, none is there twice, and a rerun ends in the same lake.

usage: kill_test.py HARK [--kills N] [--rows N] [--seed S] [--scenario load|concurrent|both]

load:       one ingest is killed; the lake is as before or as after.
concurrent: two ingests and a vacuum that compacts run at once on a lake whose next commit writes a checkpoint, and are
            killed together; each load is there whole or not at all, and the versions that history offers can be read.
            Before that, eight ingests at once must all land, each once.
"""
import argparse
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time


def run(*command, check=True):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=600)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return done


def picture_of(hark, lake, without="_ingested_at"):
    """The rows of trusted and quarantine without the load's clock, the landing files that belong to a load, the loads."""
    if not (lake / "trusted" / "nyc311" / "_delta_log").is_dir():
        return None
    rows = run(hark, "sql", lake, f"SELECT * EXCLUDE ({without}) FROM requests ORDER BY ALL", "--format", "csv").stdout
    refused = ""
    if (lake / "quarantine" / "nyc311" / "_delta_log").is_dir():
        refused = json.loads(run(hark, "quarantine", "ls", lake, "--json").stdout)["data"]
    loads = json.loads(run(hark, "history", lake / "trusted" / "nyc311", "--limit", "100", "--json").stdout)["data"]["history"]
    landed = sorted(entry["details"]["landing"] for entry in loads if "landing" in entry["details"])
    return hashlib.sha256(rows.encode()).hexdigest(), json.dumps(refused), landed


def kill_loads(arguments, folder, rng):
    """The first scenario. True if all went well."""
    hark = arguments.hark
    first, second = folder / "first.csv", folder / "second.csv"
    run(hark, "generate", "nyc311", "--rows", arguments.rows // 2, "--seed", 1, "-o", first)
    run(hark, "generate", "nyc311", "--rows", arguments.rows, "--seed", 2, "-o", second)
    reference = folder / "reference"
    run(hark, "ingest", reference, first)
    before = picture_of(hark, reference)
    prepared = folder / "prepared"
    shutil.copytree(reference, prepared)
    started = time.monotonic()
    run(hark, "ingest", reference, second)
    duration = time.monotonic() - started
    after = picture_of(hark, reference)
    assert before != after
    outcomes = {"as before": 0, "as after": 0}
    for number in range(arguments.kills):
        lake = folder / "lake"
        shutil.copytree(prepared, lake)
        process = subprocess.Popen([hark, "ingest", str(lake), str(second)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = rng.uniform(0, duration * 1.1)
        time.sleep(moment)
        process.kill()
        process.wait()
        now = picture_of(hark, lake)
        if now not in (before, after):
            print(f"kill {number} after {moment:.3f} s: the lake is neither as before nor as after")
            return False
        outcomes["as after" if now == after else "as before"] += 1
        run(hark, "ingest", lake, second)
        if picture_of(hark, lake) != after:
            print(f"kill {number} after {moment:.3f} s: the rerun ended in another lake")
            return False
        shutil.rmtree(lake)
    print(f"{arguments.kills} kills within {duration:.2f} s (seed {arguments.seed}): "
          f"{outcomes['as before']} as before, {outcomes['as after']} as after, every rerun the same lake")
    return True


def kill_concurrent(arguments, folder, rng):
    """The second scenario. True if all went well."""
    hark = arguments.hark

    def picture(hark, lake):
        # Of copies in two files the one that came first stays, and which that is is chance here.
        return repr(picture_of(hark, lake, "_ingested_at, _file, _record"))

    folder = folder / "concurrent"
    folder.mkdir()
    whole = folder / "whole.csv"
    run(hark, "generate", "nyc311", "--rows", 6000, "--seed", 3, "-o", whole)
    header, *records = whole.read_bytes().splitlines(keepends=True)
    size = len(records) // 12
    parts = [folder / f"part{n}.csv" for n in range(12)]
    for n, part in enumerate(parts):
        part.write_bytes(header + b"".join(records[n * size:(n + 1) * size]))

    # Eight at once, on an empty lake: each lands once.
    eight = folder / "eight"
    run(hark, "init", eight)
    writers = [subprocess.Popen([hark, "ingest", str(eight), str(part)], stdout=subprocess.DEVNULL) for part in parts[:8]]
    statuses = [writer.wait() for writer in writers]
    one_by_one = folder / "one_by_one"
    for part in parts[:8]:
        run(hark, "ingest", one_by_one, part)
    if any(statuses) or picture(hark, eight) != picture(hark, one_by_one):
        print(f"eight ingests at once: statuses {statuses}, or not each of them landed once")
        return False

    # Ten loads: the next commit is version 10, which writes a checkpoint.
    for part in parts[8:10]:
        run(hark, "ingest", one_by_one, part)
    run(hark, "vacuum", one_by_one, "--retain", "0", "--allow-short-retention")
    commands = [["ingest", parts[10]], ["ingest", parts[11]],
                ["vacuum", "--compact", "--retain", "0", "--allow-short-retention"]]

    def start(lake):
        return [subprocess.Popen([hark, command, str(lake), *map(str, rest)], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) for command, *rest in commands]

    expected = {}
    for loads in ((), (10,), (11,), (10, 11)):
        lake = folder / "expected"
        shutil.copytree(one_by_one, lake)
        for load in loads:
            run(hark, "ingest", lake, parts[load])
        expected[picture(hark, lake)] = loads
        shutil.rmtree(lake)
    assert len(expected) == 4
    lake = folder / "lake"
    shutil.copytree(one_by_one, lake)
    started = time.monotonic()
    assert not any(process.wait() for process in start(lake))
    duration = time.monotonic() - started
    shutil.rmtree(lake)

    outcomes = {loads: 0 for loads in expected.values()}
    num_read = 0
    for number in range(arguments.kills):
        shutil.copytree(one_by_one, lake)
        processes = start(lake)
        moment = rng.uniform(0, duration * 1.1)
        time.sleep(moment)
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
        where = f"kill {number} after {moment:.3f} s"
        now = picture(hark, lake)
        if now not in expected:
            print(f"{where}: a load is there in part, or twice")
            return False
        outcomes[expected[now]] += 1
        table = lake / "trusted" / "nyc311"
        history = json.loads(run(hark, "history", table, "--limit", "100", "--json").stdout)["data"]["history"]
        offered = [entry["version"] for entry in history if entry["readable"]]
        for version in rng.sample(offered, min(2, len(offered))):
            run(hark, "sql", f"{lake}@v{version}", "SELECT count(*) FROM requests")
            num_read += 1
        for command, *rest in commands:
            run(hark, command, lake, *rest)
        if expected.get(picture(hark, lake)) != (10, 11):
            print(f"{where}: the rerun ended in another lake")
            return False
        sick = run(hark, "doctor", "--lake", lake, check=False)
        if sick.returncode != 0:
            print(f"{where}: the doctor finds after the rerun\n{sick.stdout}")
            return False
        shutil.rmtree(lake)
    counts = ", ".join(f"{count} with {len(loads)} of 2 loads" if loads != (11,) else f"{count} with the second alone"
                       for loads, count in outcomes.items())
    print(f"{arguments.kills} kills of two ingests and a vacuum within {duration:.2f} s (seed {arguments.seed}): {counts}; "
          f"{num_read} older versions read; every rerun the same lake, and whole")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hark")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=311)
    parser.add_argument("--scenario", choices=("load", "concurrent", "both"), default="both")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if arguments.scenario != "concurrent" and not kill_loads(arguments, folder, rng):
            return 1
        if arguments.scenario != "load" and not kill_concurrent(arguments, folder, rng):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
