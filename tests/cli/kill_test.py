#!/usr/bin/env python3
"""Kills loads at random moments: the lake is as before or as after, and a rerun ends in the same lake.

usage: kill_test.py HARK [--kills N] [--rows N] [--seed S]
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


def picture(hark, lake):
    """The rows of trusted and quarantine without the load's clock, the landing files that belong to a load, the loads."""
    if not (lake / "trusted" / "nyc311" / "_delta_log").is_dir():
        return None
    rows = run(hark, "sql", lake, "SELECT * EXCLUDE (_ingested_at) FROM requests ORDER BY ALL", "--format", "csv").stdout
    refused = ""
    if (lake / "quarantine" / "nyc311" / "_delta_log").is_dir():
        refused = json.loads(run(hark, "quarantine", "ls", lake, "--json").stdout)["data"]
    loads = json.loads(run(hark, "history", lake / "trusted" / "nyc311", "--limit", "100", "--json").stdout)["data"]["history"]
    landed = sorted(entry["details"]["landing"] for entry in loads if "landing" in entry["details"])
    return hashlib.sha256(rows.encode()).hexdigest(), json.dumps(refused), landed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hark")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=311)
    arguments = parser.parse_args()
    hark, rng = arguments.hark, random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        first, second = folder / "first.csv", folder / "second.csv"
        run(hark, "generate", "nyc311", "--rows", arguments.rows // 2, "--seed", 1, "-o", first)
        run(hark, "generate", "nyc311", "--rows", arguments.rows, "--seed", 2, "-o", second)
        reference = folder / "reference"
        run(hark, "ingest", reference, first)
        before = picture(hark, reference)
        prepared = folder / "prepared"
        shutil.copytree(reference, prepared)
        started = time.monotonic()
        run(hark, "ingest", reference, second)
        duration = time.monotonic() - started
        after = picture(hark, reference)
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
            now = picture(hark, lake)
            if now not in (before, after):
                print(f"kill {number} after {moment:.3f} s: the lake is neither as before nor as after")
                return 1
            outcomes["as after" if now == after else "as before"] += 1
            run(hark, "ingest", lake, second)
            if picture(hark, lake) != after:
                print(f"kill {number} after {moment:.3f} s: the rerun ended in another lake")
                return 1
            shutil.rmtree(lake)
        print(f"{arguments.kills} kills within {duration:.2f} s (seed {arguments.seed}): "
              f"{outcomes['as before']} as before, {outcomes['as after']} as after, every rerun the same lake")
    return 0


if __name__ == "__main__":
    sys.exit(main())
