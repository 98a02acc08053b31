#!/usr/bin/env python3
"""Reads Delta tables that hark writes with deltalake, Polars and DuckDB's delta extension, and compares them with what must be in them.

usage: delta_tables.py TABLE EXPECTED.json        one table
       delta_tables.py --samples LAKE_DELTA_SAMPLE   the tables of that program, and back: deltalake appends, hark reads

EXPECTED.json is one object; every member is optional:
  version            the latest version
  files              names of the data files on disk, relative to the table's folder
  columns            [[name, type]...], types as hark names them: boolean integer long double date timestamp string
  partition_columns  [name...]
  rows               number of rows
  sums               {column: sum}, whole numbers exactly, others to 1e-9 relative
  nulls              {column: number of nulls}
  rows_by_version    [rows at version 0, 1, ...]
  first_version      the first version the log still has (a checkpoint stands for those before); 0 if absent
  txns               {appId: version}
Checked besides, always: each file is on disk with the size and the rows the log says, its statistics hold for every
value in it, and a filter on a bound finds what a full scan finds. Runs in the environment of requirements.txt.
"""
import datetime
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

import deltalake
import duckdb
import duckdb_extension_delta
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

problems = []


def open_duckdb():
    """DuckDB with its delta extension, which PyPI has as a file; nothing is fetched."""
    db = duckdb.connect()
    extension, = pathlib.Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension")
    db.execute(f"LOAD '{extension}'")
    return db


def expect(holds, *what):
    if not holds:
        problems.append(" ".join(str(w) for w in what))


def adds_of(table):
    """The log's view of the active files: name on disk, size, statistics, partition values."""
    rows = pa.table(table.get_add_actions(flatten=False)).to_pylist()
    return [dict(row, name=urllib.parse.unquote(row["path"])) for row in rows]


def as_bound(value):
    """A bound from the log, comparable with the values of a column."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=datetime.timezone.utc)
    return value


def check_file(where, folder, add):
    path = folder / add["name"]
    if not path.is_file():
        expect(False, where, "is not on disk:", add["name"])
        return
    expect(path.stat().st_size == add["size_bytes"], where, add["name"], "size", add["size_bytes"])
    data = pq.ParquetFile(path).read()
    expect(data.num_rows == add["num_records"], where, add["name"], "rows", add["num_records"])
    for column in data.column_names:
        values = data.column(column)
        nulls = (add.get("null_count") or {}).get(column)
        expect(nulls in (None, values.null_count), where, column, "null count", nulls, "not", values.null_count)
        low, high = (as_bound((add.get(end) or {}).get(column)) for end in ("min", "max"))
        if values.null_count == len(values):
            continue
        if pa.types.is_string(values.type):
            least, greatest = (f(v.encode() for v in values.to_pylist() if v is not None) for f in (min, max))
            low, high = (v.encode() if v is not None else None for v in (low, high))
        else:
            least, greatest = (pc.min_max(values)[end].as_py() for end in ("min", "max"))
        expect(low is None or low <= least, where, column, "lower bound", low, "above", least)
        expect(high is None or high >= greatest, where, column, "upper bound", high, "below", greatest)


def check_filters(where, table, rows):
    """A reader that skips files by their statistics must find what is there."""
    for column in rows.column_names:
        values = rows.column(column)
        if rows.num_rows == values.null_count or pa.types.is_boolean(values.type):
            continue
        for end in ("min", "max"):
            bound = pc.min_max(values)[end]
            wanted = pc.sum(pc.equal(values, bound)).as_py()
            found = table.to_pyarrow_table(filters=pc.field(column) == bound).num_rows
            expect(found == wanted, where, "filter", column, "=", bound, "finds", found, "not", wanted)


def check(path, expected):
    path = pathlib.Path(path)
    where = path.name
    table = deltalake.DeltaTable(str(path))
    expect(table.protocol().min_reader_version == 1, where, "reader version", table.protocol())
    expect(table.protocol().min_writer_version == 2, where, "writer version", table.protocol())
    if "version" in expected:
        expect(table.version() == expected["version"], where, "version", table.version())
    if "partition_columns" in expected:
        found = table.metadata().partition_columns
        expect(found == expected["partition_columns"], where, "partition columns", found)
    if "columns" in expected:
        found = [[f["name"], f["type"]] for f in json.loads(table.schema().to_json())["fields"]]
        expect(found == expected["columns"], where, "columns", found, "not", expected["columns"])
    adds = adds_of(table)
    if "files" in expected:
        found = sorted(add["name"] for add in adds)
        expect(found == sorted(expected["files"]), where, "files", found)
    for add in adds:
        check_file(where, path, add)

    rows = table.to_pyarrow_table()
    expect(rows.num_rows == sum(add["num_records"] for add in adds), where, "statistics count other rows")
    frame = pl.scan_delta(str(path)).collect()
    db = open_duckdb()
    scan = "delta_scan('" + str(path).replace("'", "''") + "')"
    for reader, count in (("deltalake", rows.num_rows), ("polars", frame.height),
                          ("duckdb", db.execute(f"SELECT count(*) FROM {scan}").fetchone()[0])):
        if "rows" in expected:
            expect(count == expected["rows"], where, reader, "rows", count, "not", expected["rows"])
    for column, wanted in expected.get("sums", {}).items():
        sums = {"deltalake": pc.sum(rows.column(column)).as_py() or 0, "polars": frame[column].sum(),
                "duckdb": db.execute(f'SELECT coalesce(sum("{column}"), 0) FROM {scan}').fetchone()[0]}
        for reader, found in sums.items():
            same = found == wanted if isinstance(wanted, int) else math.isclose(found, wanted, rel_tol=1e-9)
            expect(same, where, reader, "sum of", column, "is", found, "not", wanted)
    for column, wanted in expected.get("nulls", {}).items():
        found = rows.column(column).null_count
        expect(found == wanted, where, column, "has", found, "nulls, not", wanted)
        expect(frame[column].null_count() == wanted, where, "polars", column, "nulls")
    check_filters(where, table, rows)

    first_version = expected.get("first_version", 0)
    for version, wanted in enumerate(expected.get("rows_by_version", [])):
        if version < first_version:
            continue
        found = deltalake.DeltaTable(str(path), version=version).to_pyarrow_table().num_rows
        expect(found == wanted, where, "version", version, "has", found, "rows, not", wanted)
    for app, wanted in expected.get("txns", {}).items():
        expect(table.transaction_version(app) == wanted, where, "txn", app, table.transaction_version(app))
    history = table.history()
    expect(len(history) == table.version() + 1 - first_version, where, "history has", len(history), "entries")
    for entry in history:
        expect(entry.get("operation") and entry.get("runId"), where, "history entry", entry)
    return rows.num_rows


def check_back(program, path):
    """deltalake appends to the table and compacts it; hark reads the result."""
    def hark_reads():
        return json.loads(subprocess.run([program, "read", str(path)], check=True, capture_output=True, text=True).stdout)

    table = deltalake.DeltaTable(str(path))
    before = table.to_pyarrow_table()
    deltalake.write_deltalake(str(path), before.slice(0, 17), mode="append",
                              commit_properties=deltalake.CommitProperties(
                                  app_transactions=[deltalake.Transaction("sample", 99)]))
    table.update_incremental()
    read = hark_reads()
    expect(read["version"] == table.version(), "hark reads version", read["version"], "not", table.version())
    expect(read["rows"] == before.num_rows + 17, "hark reads rows", read["rows"])
    expect(read["sample_txn"] == 99, "hark reads txn", read["sample_txn"])
    expect(sorted(read["files"]) == sorted(add["name"] for add in adds_of(table)), "hark reads files", read["files"])
    table.optimize.compact()
    table.update_incremental()
    read = hark_reads()
    expect(read["version"] == table.version(), "after compaction hark reads version", read["version"])
    expect(read["rows"] == before.num_rows + 17, "after compaction hark reads rows", read["rows"])
    expect(sorted(read["files"]) == sorted(add["name"] for add in adds_of(table)), "after compaction hark reads files")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] != "--samples":
        num_rows = check(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text()))
        num_tables = 1
    else:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.argv[2], "write", folder], check=True)
            expectations = sorted(pathlib.Path(folder).glob("*.json"))
            num_tables = len(expectations)
            num_rows = sum(check(path.with_suffix(""), json.loads(path.read_text())) for path in expectations)
            for name in ("loads", "partitioned_by_text", "checkpointed"):
                check_back(sys.argv[2], pathlib.Path(folder) / name)
    for problem in problems:
        print(problem)
    print(f"{num_tables} tables, {num_rows} rows, deltalake {deltalake.__version__}, polars {pl.__version__}, "
          f"duckdb {duckdb.__version__} with delta: "
          + (f"{len(problems)} problems" if problems else "all equal"))
    return 1 if problems or num_tables == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
