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

# As DuckDB comes, and told that the order of the rows is of no matter, which is faster: hark's ratios are to the faster one.
DUCKDB_IN_ORDER = """
import duckdb, sys
con = duckdb.connect()
con.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
"""
DUCKDB = DUCKDB_IN_ORDER.replace("con.execute(", 'con.execute("SET preserve_insertion_order=false")\ncon.execute(', 1)
PEER_IN_ORDER = "DuckDB COPY csv -> parquet (zstd), in order (its default)"
PEER = "DuckDB COPY csv -> parquet (zstd), any order"

# Figures as SQL, without what SQL cannot say in passing (Kaplan-Meier, intervals, local clocks). Duplicates are dropped as hark
# drops them. Per group counts, closed share, quantiles of the hours to close; ranks for Kruskal-Wallis; the contingency table.
DUCKDB_ANALYSIS = """
import duckdb, sys
con = duckdb.connect()
def load(more):
    con.execute(f\"\"\"CREATE TEMP TABLE r AS SELECT * FROM (
      SELECT "Unique Key" AS k, "Agency" AS agency, lower("Complaint Type") AS type, "Borough" AS borough, "Created Date" AS c,
             date_diff('second', "Created Date", "Closed Date") AS t{more}
      FROM read_csv('{sys.argv[1]}', timestampformat='%m/%d/%Y %I:%M:%S %p', types={{'Created Date': 'TIMESTAMP', 'Closed Date': 'TIMESTAMP'}}))
      QUALIFY row_number() OVER (PARTITION BY k) = 1\"\"\")
def groups_and_tests(groups):
    for by in groups:
        con.execute(f\"\"\"SELECT {by}, count(*), count(t), count(*) FILTER (t = 0), count(*) FILTER (t < 600), avg(t), quantile_cont(t, [0.5, 0.9]),
            count(*) FILTER (t <= 86400) FROM r WHERE t IS NULL OR t >= 0 GROUP BY 1\"\"\").fetchall()
    con.execute(\"\"\"SELECT type, count(*), sum(rk) FROM (SELECT type, rank() OVER (ORDER BY t) AS rk FROM r WHERE t >= 0) GROUP BY 1\"\"\").fetchall()
    con.execute("SELECT type, borough, count(*) FROM r GROUP BY 1, 2").fetchall()
"""
DUCKDB_GROUPS = DUCKDB_ANALYSIS + """
load("")
groups_and_tests(("agency", "type", "borough", "hour(c)", "dayofweek(c)", "month(c)", "1"))
"""
# What `hark report --basic` counts besides: days, hours by weekday, times to close, concentration, the map.
DUCKDB_REPORT = DUCKDB_ANALYSIS + """
load(', "Closed Date" AS d, "Latitude" AS lat, "Longitude" AS lon')
groups_and_tests(("agency", "type", "borough", "1"))
for by in ("CAST(c AS DATE)", "CAST(d AS DATE)", "dayofweek(c), hour(c)", "CASE WHEN t >= 0 THEN floor(ln(t + 1)) END", "agency, type", "agency, borough", "floor(lat / 0.005), floor(lon / 0.0066)"):
    con.execute(f"SELECT {by}, count(*) FROM r GROUP BY ALL").fetchall()
"""
PEER_GROUPS = "DuckDB groups and tests from csv"
PEER_REPORT = "DuckDB the report's figures from csv"


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
            PEER_IN_ORDER: [sys.executable, "-c", DUCKDB_IN_ORDER, file, str(parquet)],
            "hark kpi requests": [hark, "kpi", "requests", file, "--quiet"],
            "hark report --basic FILE (all groups, tests)": [hark, "report", file, "--basic", "-o", str(report), "--quiet"],
            PEER_GROUPS: [sys.executable, "-c", DUCKDB_GROUPS, file],
            PEER_REPORT: [sys.executable, "-c", DUCKDB_REPORT, file],
        }
        times = {name: [] for name in jobs}
        for _ in range(runs + 1):
            for name, command in jobs.items():
                shutil.rmtree(lake, ignore_errors=True)
                times[name].append(timed(command))
    print(f"{'':58}  median   least    most     cpu  peak MiB  / DuckDB")
    for name, measured in times.items():
        # Loads beside the COPY, figures beside figures; the report beside both.
        is_report = "report" in name and "run" not in name
        peers = [PEER_GROUPS, PEER_REPORT] if is_report else [PEER_GROUPS if name in (PEER_GROUPS, "hark kpi requests") else PEER]
        seconds, memory, processor = zip(*measured[1:])  # the first warms up
        ratios = "".join(f"{statistics.median(seconds) / statistics.median(run[0] for run in times[peer][1:]):9.2f}" for peer in peers)
        print(f"{name:58} {statistics.median(seconds):7.2f} {min(seconds):7.2f} {max(seconds):7.2f} "
              f"{statistics.median(processor):7.2f} {max(memory):9.0f} {ratios}")


if __name__ == "__main__":
    main()
