#!/usr/bin/env python3
"""Reads the Parquet files that hark writes with pyarrow, DuckDB and Polars, and compares them with what went in.

usage: parquet_roundtrip.py COLUMNAR_PARQUET_SAMPLE

The sample program writes each file with its rows beside it (columnar_parquet_sample.cc says how). Checked for each file:
every value with every reader (doubles by their bits), EXCEPT ALL in both directions in DuckDB, types, row groups, the
statistics in the footer, and the statistics that go to the Delta log. Runs in the environment of requirements.txt.
"""
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ARROW_TYPES = {
    "boolean": pa.bool_(), "integer": pa.int32(), "long": pa.int64(), "double": pa.float64(), "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"), "string": pa.string(),
}
STORED_AS = {"boolean": pa.bool_(), "integer": pa.int32(), "long": pa.int64(), "double": pa.float64(), "date": pa.int32(),
             "timestamp": pa.int64(), "string": pa.string()}
problems = []


def expect(holds, *what):
    if not holds:
        problems.append(" ".join(str(w) for w in what))


def bits(value):
    return None if value is None else struct.unpack("<q", struct.pack("<d", value))[0]


def double(value):
    return struct.unpack("<d", struct.pack("<q", int(value)))[0]


def stored(value, kind):
    """A value of NAME.jsonl as Python has it: days and microseconds stay integers."""
    if value is None or kind in ("boolean", "string"):
        return value
    return double(value) if kind == "double" else int(value)


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return bits(a) == bits(b)
    return a == b


def plain(column, kind):
    """Values of an Arrow column as `stored` gives them."""
    if kind in ("date", "timestamp"):
        column = column.cast(STORED_AS[kind])
    return column.to_pylist()


def compare(name, reader, table, about, truth):
    expect(table.num_rows == len(truth), name, reader, "has", table.num_rows, "rows, not", len(truth))
    expect(table.column_names == [c["name"] for c in about["columns"]], name, reader, "columns", table.column_names)
    for i, column in enumerate(about["columns"]):
        got = plain(table.column(i), column["type"])
        want = [row[i] for row in truth]
        wrong = [row for row, (g, w) in enumerate(zip(got, want)) if not same(g, w)]
        expect(not wrong, name, reader, column["name"], "differs in", len(wrong), "rows, first", wrong[:1])


def bounds_of(values, kind):
    """Least and greatest as the file's statistics must have them; none where there are none."""
    values = [v for v in values if v is not None]
    if not values or kind == "boolean" or (kind == "double" and any(math.isnan(v) for v in values)):
        return None
    if kind == "string":
        values = [v.encode() for v in values]
    return min(values), max(values)


def check_footer(name, path, about, truth):
    metadata = pq.read_metadata(path)
    expect(metadata.num_rows == len(truth), name, "footer rows", metadata.num_rows)
    expect(metadata.metadata.get(b"sample") == name.encode(), name, "key value", metadata.metadata)
    expect(metadata.format_version in ("2.6", "2.4", "2.0"), name, "version", metadata.format_version)
    groups = [metadata.row_group(g).num_rows for g in range(metadata.num_row_groups)]
    expect(groups == about["row_groups"], name, "row groups", groups)
    first = 0
    for g, size in enumerate(groups):
        for i, column in enumerate(about["columns"]):
            kind = column["type"]
            values = [row[i] for row in truth[first:first + size]]
            chunk = metadata.row_group(g).column(i)
            where = (name, "row group", g, column["name"])
            expect(chunk.compression == "ZSTD", *where, chunk.compression)
            statistics = chunk.statistics
            expect(statistics.null_count == values.count(None), *where, "null count", statistics.null_count)
            bounds = bounds_of(values, kind)
            if kind == "string" and bounds and max(map(len, bounds)) > 256:
                bounds = None
            expect(statistics.has_min_max == (bounds is not None), *where, "has bounds", statistics.has_min_max)
            if bounds and statistics.has_min_max:
                got = (statistics.min_raw, statistics.max_raw)
                if kind == "double":
                    # A bound that is zero has the sign that leaves no zero out.
                    bounds = (-0.0 if bounds[0] == 0 else bounds[0], 0.0 if bounds[1] == 0 else bounds[1])
                elif kind == "string":
                    got = tuple(v if isinstance(v, bytes) else v.encode() for v in got)
                expect(all(map(same, got, bounds)), *where, "bounds", got, "not", bounds)
        first += size


def delta_bounds(bounds):
    """Delta's cut of texts: 32 code points, a greater character after the max (at most 64 in all, or none)."""
    low, high = (b.decode() for b in bounds)
    if len(high) > 32:
        end = next((n for n in range(32, 65) if n >= len(high) or high[n] != "\U0010ffff"), None)
        if end is None:
            return None
        if end < len(high):
            high = high[:end] + ("\x7f" if high[end] < "\x7f" else "\U0010ffff")
    return low[:32], high


def check_stats(name, path, about, truth):
    expect(about["rows"] == len(truth), name, "stats rows", about["rows"])
    expect(about["bytes"] == path.stat().st_size, name, "stats bytes", about["bytes"])
    for i, column in enumerate(about["columns"]):
        values = [row[i] for row in truth]
        expect(column["null_count"] == values.count(None), name, column["name"], "stats nulls", column["null_count"])
        want = bounds_of(values, column["type"])
        if want and column["type"] == "string":
            want = delta_bounds(want)
        got = tuple(stored(column[end], column["type"]) for end in ("min", "max"))
        expect(got == (want or (None, None)), name, column["name"], "stats bounds", got, "not", want)


def check(path):
    name = path.stem
    about = json.loads(path.with_suffix(".json").read_text())
    kinds = [c["type"] for c in about["columns"]]
    # Not splitlines(): it would also split at U+2028 and the like inside a text.
    lines = path.with_suffix(".jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    truth = [[stored(v, k) for v, k in zip(json.loads(line), kinds)] for line in lines]
    names = [c["name"] for c in about["columns"]]
    schema = pa.schema(list(zip(names, (ARROW_TYPES[k] for k in kinds))))
    source = pa.table([pa.array([row[i] for row in truth], STORED_AS[k]).cast(ARROW_TYPES[k]) for i, k in enumerate(kinds)],
                      schema=schema)

    table = pq.read_table(path)
    expect(table.schema.equals(schema), name, "pyarrow schema", table.schema)
    compare(name, "pyarrow", table, about, truth)

    frame = pl.read_parquet(path)
    compare(name, "polars", pa.table({c: frame[c].to_arrow() for c in frame.columns}), about, truth)

    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        compare(name, "duckdb", db.sql(f"FROM read_parquet('{path}')").to_arrow_table(), about, truth)
        db.register("source", source)
        for left, right in (("source", f"read_parquet('{path}')"), (f"read_parquet('{path}')", "source")):
            left_over = db.execute(f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})").fetchone()[0]
            expect(left_over == 0, name, "duckdb:", left_over, "rows of", left, "are not in", right)
        # A filter that the statistics can answer must find what a scan finds.
        for column, kind in zip(names, kinds):
            if kind not in ("long", "integer", "string", "timestamp", "date"):
                continue
            for bound in ("min", "max"):
                found, = db.execute(f'SELECT count(*) FROM read_parquet(\'{path}\') WHERE "{column}" = '
                                    f'(SELECT {bound}("{column}") FROM source)').fetchone()
                wanted, = db.execute(f'SELECT count(*) FROM source WHERE "{column}" = '
                                     f'(SELECT {bound}("{column}") FROM source)').fetchone()
                expect(found == wanted, name, "duckdb filter", column, bound, found, "not", wanted)

    check_footer(name, path, about, truth)
    check_stats(name, path, about, truth)
    return len(truth)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        paths = sorted(pathlib.Path(folder).glob("*.parquet"))
        rows = sum(check(path) for path in paths)
    for problem in problems:
        print(problem)
    print(f"{len(paths)} files, {rows} rows, pyarrow {pa.__version__}, duckdb {duckdb.__version__}, polars {pl.__version__}: "
          + (f"{len(problems)} problems" if problems else "all equal"))
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
