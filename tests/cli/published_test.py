#!/usr/bin/env python3
"""Holds the program against published numbers (../shared/golden/published.json), and says how many.

usage: published_test.py HARK HARK_STATS_TEST

Every entry that the main job or the analysis needs is checked here, or by the named test of the statistics library where the program
has no switch for it. Entries of later work are listed by name. Skipped (exit 77) where ../shared is not there.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

SHARED = pathlib.Path(__file__).resolve().parents[2].parent / "shared"
HARK = sys.argv[1]
STATS_TEST = sys.argv[2]
NEEDED = {"main-job", "analysis"}


def answer(*arguments):
    done = subprocess.run([HARK, *map(str, arguments), "--json", "--quiet"], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"hark {' '.join(map(str, arguments[:2]))}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["data"]


def write(folder, name, rows):
    path = folder / name
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def kruskal(entry, folder):
    groups = entry["input"]["groups"]
    rows = [(value, f"g{i}") for i, group in enumerate(groups) for value in group]
    data = answer("test", "kruskal", write(folder, "k.csv", [("value", "team"), *rows]), "--value", "value", "--by", "team")
    return {"H": data["h"], "df": data["df"], "p": data["p"], "epsilon_squared": data["epsilon_squared"]}


def chi_square_totals(entry, folder):
    table = entry["input"]["table"]
    rows = [["side", *(f"c{i}" for i in range(len(table[0])))], *([f"r{i}", *row] for i, row in enumerate(table))]
    path = write(folder, "c.csv", rows)
    refused = subprocess.run([HARK, "test", "chi2", "--table", path], capture_output=True, text=True, timeout=120)
    assert refused.returncode == 2 and "--totals strip" in refused.stderr, refused.stderr
    right = answer("test", "chi2", "--table", path, "--totals", "strip")
    wrong = answer("test", "chi2", "--table", path, "--totals", "keep")
    return {"right_df": right["df"], "right_p": right["p"], "wrong_df": wrong["df"], "wrong_p": wrong["p"]}


def elapsed(folder, start, end):
    """Hours between two clocks of New York, as a request's time to close."""
    rows = [("Unique Key", "Created Date", "Closed Date", "Agency", "Complaint Type", "Status"),
            (1, start, end, "NYPD", "Noise", "Closed")]
    data = answer("kpi", "requests", write(folder, "d.csv", rows), "--contract", "nyc311")
    return {"hours": data["closed_only"]["median_hours"]}


def dst_elapsed(entry, folder):
    return elapsed(folder, entry["input"]["start"], entry["input"]["end"])


def dst_day(entry, folder):
    assert entry["input"]["date"] == "2023-11-05"
    return elapsed(folder, "2023-11-05T00:00:00", "2023-11-06T00:00:00")


def contact_chp(entry, folder):
    # The exports at hand leave 2023 out, so that half of the entry cannot be held.
    metrics = SHARED / "data" / "vancouver" / "0x1ay_metrics_to2024-09_open-years.csv"
    months = answer("kpi", "contact", metrics, "--since", "2024-01-01", "--until", "2024-08-01")
    return {"2024-01..2024-07": months["chp"]}


def in_statistics(test):
    def check(entry, folder):
        done = subprocess.run([STATS_TEST, f"--gtest_filter={test}"], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "[  PASSED  ] 1 test." in done.stdout, done.stdout
        return None
    return check


CHECKS = {
    # The program pools groups of fewer than five values (METRICS section 3), the library does not.
    "kw_ties": in_statistics("KruskalWallis.HoldsThePublishedValues"),
    "kw_no_ties": kruskal, "kw_airquality_ozone_by_month": kruskal, "kw_plantgrowth": kruskal,
    "chisq_totals_must_be_refused_or_stripped": chi_square_totals,
    "chisq_yates_2x2": in_statistics("ChiSquare.PublishedYatesCorrectionHolds"),
    "dst_day_length_autumn": dst_day, "dst_elapsed_spring": dst_elapsed,
    "contact_published_chp": contact_chp,
    "gof_uniform": in_statistics("GoodnessOfFit.HoldsThePublishedValues"),
    "gof_rescaled": in_statistics("GoodnessOfFit.HoldsThePublishedValues"),
    "km_aml_maintained": in_statistics("KaplanMeier.HoldsThePublishedAmlCurve"),
    "logrank_aml": in_statistics("LogRank.GivesThePublishedValues"),
    "logrank_freireich": in_statistics("LogRank.GivesThePublishedValues"),
    "logrank_tiny_all_events": in_statistics("LogRank.GivesThePublishedValues"),
    "logrank_tiny_censored": in_statistics("LogRank.GivesThePublishedValues"),
    "nist_strd_numacc1": in_statistics("StandardDeviation.HoldsNistsCertifiedValues"),
    "nist_strd_numacc3": in_statistics("StandardDeviation.HoldsNistsCertifiedValues"),
    "nist_strd_numacc4": in_statistics("StandardDeviation.HoldsNistsCertifiedValues"),
    "kitagawa_identity": in_statistics("Kitagawa.GivesThePublishedIdentity"),
}


def holds(entry, field, value):
    expected = entry["expected"][field]
    if value is None:
        return False
    tolerance = entry["tolerance"]
    if "kind" not in tolerance:
        tolerance = tolerance.get(field, tolerance.get("*", {"kind": "abs", "value": 0}))
    allowed = tolerance["value"] * (abs(expected) if tolerance["kind"] == "rel" else 1)
    return abs(value - expected) <= allowed


def main():
    path = SHARED / "golden" / "published.json"
    if not path.is_file():
        print("published: skipped, ../shared/golden is not there")
        return 77
    entries = json.loads(path.read_text())["entries"]
    checked, wrong, missing, untestable, optional, later = 0, [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries:
            name = entry["name"]
            if not entry["testable"]:
                untestable.append(name)
            elif entry["needed_by"] not in NEEDED:
                later.append(name)
            elif entry.get("optional") and name not in CHECKS:
                optional.append(name)
            elif name not in CHECKS:
                missing.append(name)
            else:
                found = CHECKS[name](entry, pathlib.Path(folder))
                checked += 1
                for field, value in (found or {}).items():
                    if field in entry["expected"] and not holds(entry, field, value):
                        wrong.append(f"{name}.{field}: {value}, published {entry['expected'][field]}")
    print(f"published: {checked} entries of {', '.join(sorted(NEEDED))} checked, {len(wrong)} numbers wrong, {len(missing)} without a check")
    print("not testable (the full input is not there):", ", ".join(untestable))
    print("optional, and nothing here needs it:", ", ".join(optional))
    print("of later work:", ", ".join(later))
    for line in wrong + missing:
        print(line)
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
