#!/usr/bin/env python3
"""Whole-process times of hark and of DuckDB on the same file, one after the other in turn. See bench/run."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

DUCKDB = """
import duckdb, sys
con = duckdb.connect()
con.execute("SET preserve_insertion_order=false")
con.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
"""
PEER = "DuckDB COPY csv -> parquet (zstd)"

# The figures of `hark report --basic FILE` as SQL: per group counts, closed share, quantiles of the hours to close; ranks for
# Kruskal-Wallis; the contingency table. Duplicates are dropped as hark drops them.
DUCKDB_ANALYSIS = """
import duckdb, sys
con = duckdb.connect()
con.execute(f\"\"\"CREATE TEMP TABLE r AS SELECT * FROM (
  SELECT "Unique Key" AS k, "Agency" AS agency, lower("Complaint Type") AS type, "Borough" AS borough, "Created Date" AS c,
         date_diff('second', "Created Date", "Closed Date") AS t
  FROM read_csv('{sys.argv[1]}', timestampformat='%m/%d/%Y %I:%M:%S %p', types={{'Created Date': 'TIMESTAMP', 'Closed Date': 'TIMESTAMP'}}))
  QUALIFY row_number() OVER (PARTITION BY k) = 1\"\"\")
for by in ("agency", "type", "borough", "hour(c)", "dayofweek(c)", "month(c)", "1"):
    con.execute(f\"\"\"SELECT {by}, count(*), count(t), count(*) FILTER (t = 0), count(*) FILTER (t < 600), avg(t), quantile_cont(t, [0.5, 0.9]),
        count(*) FILTER (t <= 86400) FROM r WHERE t IS NULL OR t >= 0 GROUP BY 1\"\"\").fetchall()
con.execute(\"\"\"SELECT type, count(*), sum(rk) FROM (SELECT type, rank() OVER (ORDER BY t) AS rk FROM r WHERE t >= 0) GROUP BY 1\"\"\").fetchall()
con.execute("SELECT type, borough, count(*) FROM r GROUP BY 1, 2").fetchall()
"""
PEER_ANALYSIS = "DuckDB the same figures from csv"


def timed(command):
    """Wall seconds, peak resident MiB and processor seconds of one run."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{' '.join(command[:2])} failed")
    return seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main():
    hark, file, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    import duckdb
    version = subprocess.run([hark, "version"], capture_output=True, text=True).stdout.strip()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    print(f"{version} ({commit}, release), DuckDB {duckdb.__version__}, {cpu}, {os.cpu_count()} threads, "
          f"{os.path.getsize(file) / 1e9:.3f} GB, warm cache, {runs} runs after a warm-up")
    with tempfile.TemporaryDirectory(dir=pathlib.Path(file).parent) as folder:
        folder = pathlib.Path(folder)
        lake, report, parquet = folder / "lake", folder / "report", folder / "out.parquet"
        jobs = {
            "hark run --basic (load, build, check, report)": [hark, "run", str(lake), file, "-o", str(report), "--quiet", "--basic"],
            "hark ingest": [hark, "ingest", str(lake), file, "--quiet"],
            PEER: [sys.executable, "-c", DUCKDB, file, str(parquet)],
            "hark kpi requests": [hark, "kpi", "requests", file, "--quiet"],
            "hark report --basic FILE (all groups, tests)": [hark, "report", file, "--basic", "-o", str(report), "--quiet"],
            PEER_ANALYSIS: [sys.executable, "-c", DUCKDB_ANALYSIS, file],
        }
        times = {name: [] for name in jobs}
        for _ in range(runs + 1):
            for name, command in jobs.items():
                shutil.rmtree(lake, ignore_errors=True)
                times[name].append(timed(command))
    print(f"{'':38}  median   least    most     cpu  peak MiB  / DuckDB")
    for name, measured in times.items():
        # Loads beside the COPY, figures beside the same figures.
        peer = PEER_ANALYSIS if name in (PEER_ANALYSIS, "hark kpi requests") or "report" in name and "run" not in name else PEER
        base = statistics.median(run[0] for run in times[peer][1:])
        seconds, memory, processor = zip(*measured[1:])  # the first warms up
        print(f"{name:38} {statistics.median(seconds):7.2f} {min(seconds):7.2f} {max(seconds):7.2f} "
              f"{statistics.median(processor):7.2f} {max(memory):9.0f} {statistics.median(seconds) / base:9.2f}")


if __name__ == "__main__":
    main()
