#!/usr/bin/env python3
"""The figures of `hark report --basic FILE` in pandas, to be timed beside hark.

usage: pandas_analysis.py usual|tuned FILE.csv

"usual" is what the notebooks of 311 data do: the whole file, dates guessed, a function called for every row, a function for every
group. "tuned" reads only the columns it needs, tells the date's format, and leaves the loops to pandas.
Prints seconds per step and in all.
"""
import sys
import time

import pandas as pd
from scipy.stats import chi2_contingency, kruskal

CLOCK = "%m/%d/%Y %I:%M:%S %p"
GROUPS = ("Agency", "type", "Borough", "hour", "weekday", "month")


def read_usual(file):
    requests = pd.read_csv(file, low_memory=False)
    for column in ("Created Date", "Closed Date"):
        requests[column] = pd.to_datetime(requests[column], errors="coerce")
    return requests.drop_duplicates("Unique Key")


def prepare_usual(requests):
    def hours_to_close(row):
        if pd.isnull(row["Closed Date"]):
            return None
        return (row["Closed Date"] - row["Created Date"]).total_seconds() / 3600

    requests["hours"] = requests.apply(hours_to_close, axis=1)
    requests["type"] = requests["Complaint Type"].apply(lambda text: text.strip().lower())
    requests["hour"] = requests["Created Date"].apply(lambda created: created.hour)
    requests["weekday"] = requests["Created Date"].apply(lambda created: created.day_name())
    requests["month"] = requests["Created Date"].apply(lambda created: created.month)
    return requests[~(requests["hours"] < 0)]


def group_usual(requests, by):
    return requests.groupby(by).apply(lambda group: pd.Series({
        "requests": len(group),
        "closed": group["hours"].notnull().sum(),
        "at once": (group["hours"] == 0).sum(),
        "in ten minutes": (group["hours"] < 1 / 6).sum(),
        "mean": group["hours"].mean(),
        "median": group["hours"].median(),
        "p90": group["hours"].quantile(0.9),
        "in a day": (group["hours"] <= 24).sum(),
    }))


def read_tuned(file):
    requests = pd.read_csv(file, usecols=["Unique Key", "Agency", "Complaint Type", "Borough", "Created Date", "Closed Date"],
                           dtype={"Agency": "category", "Complaint Type": "category", "Borough": "category"})
    for column in ("Created Date", "Closed Date"):
        requests[column] = pd.to_datetime(requests[column], format=CLOCK)
    return requests.drop_duplicates("Unique Key")


def prepare_tuned(requests):
    texts = requests["Complaint Type"].cat
    requests["hours"] = (requests["Closed Date"] - requests["Created Date"]).dt.total_seconds() / 3600
    requests["type"] = texts.categories.str.strip().str.lower().take(texts.codes)
    requests["type"] = requests["type"].astype("category")
    requests["hour"] = requests["Created Date"].dt.hour
    requests["weekday"] = requests["Created Date"].dt.day_of_week
    requests["month"] = requests["Created Date"].dt.month
    return requests[~(requests["hours"] < 0)]


def group_tuned(requests, by):
    hours = requests["hours"]
    counted = pd.DataFrame({by: requests[by], "hours": hours, "zero": hours == 0, "instant": hours < 1 / 6, "day": hours <= 24})
    groups = counted.groupby(by, observed=True)
    figures = groups.agg(requests=("zero", "size"), closed=("hours", "count"), at_once=("zero", "sum"),
                         in_ten_minutes=("instant", "sum"), mean=("hours", "mean"), in_a_day=("day", "sum"))
    return figures.join(groups["hours"].quantile([0.5, 0.9]).unstack())


def main():
    style, file = sys.argv[1], sys.argv[2]
    read, prepare, group = {"usual": (read_usual, prepare_usual, group_usual),
                            "tuned": (read_tuned, prepare_tuned, group_tuned)}[style]
    started = last = time.perf_counter()

    def done(step):
        nonlocal last
        now = time.perf_counter()
        print(f"  {step:12} {now - last:8.2f} s", flush=True)
        last = now

    print(f"pandas {pd.__version__}, {style}:")
    requests = read(file)
    done("read")
    requests = prepare(requests)
    done("prepare")
    for by in GROUPS:
        group(requests, by)
    done("group")
    closed = requests.dropna(subset="hours")
    kruskal(*[group["hours"] for _, group in closed.groupby("type", observed=True)])
    done("kruskal")
    chi2_contingency(pd.crosstab(requests["type"], requests["Borough"]))
    done("chi-square")
    print(f"  {'in all':12} {last - started:8.2f} s")


if __name__ == "__main__":
    main()
