#!/usr/bin/env python3
"""The figures that ask further, as their users ask for them: from a file, from its lake, as text and as JSON.

usage: analysis_test.py HARK
"""
import csv
import datetime
import random

from program import NOW, Program, main, run


class Analysis(Program):
    def test_a_two_column_file_needs_no_contract(self):
        table = self.write("two.csv", "minutes,team\n" + "".join(f"{i % 7 + (3 if i % 2 else 0)},{'ab'[i % 2]}\n" for i in range(60)))
        data = self.answer("test", "kruskal", table, "--value", "minutes", "--by", "team")["data"]
        self.assertEqual((data["n"], data["df"]), (60, 1))

    def test_differences_between_boroughs_are_tested_and_taken_apart(self):
        ranks = self.answer("test", "logrank", self.city, "--by", "borough", *NOW)["data"]
        kpis = self.answer("kpi", "requests", self.city, *NOW, "--by", "borough")["data"]
        medians = {group["key"]: group["km"]["median_hours"] for group in kpis["groups"]}
        self.assertEqual(ranks["df"], len(ranks["groups"]) - 1)
        for group in ranks["groups"]:
            self.assertEqual(group["median_hours"], medians[group["key"]], group["key"])
        parts = self.answer("decompose", self.city, "--groups", "BRONX,queens", *NOW)["data"]
        self.assertEqual((parts["a"], parts["b"], parts["over"]), ("BRONX", "QUEENS", "complaint_type"))
        self.assertAlmostEqual(parts["rate_effect"] + parts["mix_effect"], parts["difference"], places=9)
        self.assertAlmostEqual(sum(term["rate_effect"] for term in parts["terms"]), parts["rate_effect"], places=9)
        for effect in ("difference", "rate_effect", "mix_effect"):
            low, high = parts[f"{effect}_ci95"]
            self.assertTrue(low < parts[effect] < high, effect)
        years = self.answer("decompose", self.city, "--a", "2023", "--b", "2024", "--value", "closed_24h", *NOW)["data"]
        self.assertEqual((years["groups_by"], years["a"], years["b"]), ("period", "2023", "2024"))
        kpis = [self.answer("kpi", "requests", self.city, *NOW, "--since", f"{year}-01-01", "--until", f"{year + 1}-01-01")["data"]
                for year in (2023, 2024)]
        self.assertEqual([years["n_a"], years["n_b"]], [year["closed"] for year in kpis])
        self.assertIn("(95 %: ", run("decompose", self.city, "--a", "2023", "--b", "2024", *NOW).stdout)
        for words in (("--a", "2023"), (), ("--a", "2023", "--b", "2024", "--groups", "BRONX,QUEENS"), ("--a", "2023", "--b", "2023-05")):
            self.assertEqual(run("decompose", self.city, *words).returncode, 2, words)
        wrong = run("decompose", self.city, "--groups", "BRONX,MARS")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("QUEENS", wrong.stderr)

    def test_no_figure_depends_on_the_order_of_the_records(self):
        with open(self.city, encoding="latin-1", newline="") as file:
            header, *records = csv.reader(file)
        random.Random(5).shuffle(records)
        mixed = self.folder / "mixed.csv"
        with open(mixed, "w", encoding="latin-1", newline="") as file:
            csv.writer(file).writerows([header, *records])
        lake = self.folder / "mixed-lake"
        self.answer("ingest", lake, mixed)
        for words in (("kpi", "departments"), ("hotspots",), ("test", "logrank", "--by", "agency"), ("changes", "--a", "2023", "--b", "2024"),
                      ("kpi", "requests", "--by", "complaint_type")):
            split = next((i for i, word in enumerate(words) if word.startswith("--")), len(words))
            answers = [self.answer(*words[:split], source, *words[split:], *NOW)["data"] for source in (self.city, mixed, lake)]
            for answer in answers:
                for name in ("rows", "duplicates", "superseded", "fold"):  # a lake has removed the duplicates; folds are listed by row
                    answer.pop(name, None)
                for group in answer.get("groups", []):
                    for name in ("rows", "fold"):
                        group.pop(name, None)
            self.assertEqual(answers[0], answers[1], words)
            self.assertEqual(answers[0], answers[2], words)

    def test_calls_that_do_not_add_up_are_told_as_what_they_are(self):
        header = "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n"
        for name, abandoned, told in (("more", 8, "3 more calls were handled or abandoned than were offered"), ("less", 4, "1 call (1.0 % of offered) is neither handled")):
            days = self.write(f"{name}.csv", header + f"2024-03-01;100;95;{abandoned};25.5;0.8;1\n")
            folder = self.folder / f"balance-{name}"
            self.answer("report", days, "-o", folder, "--format", "md", "--basic", *NOW)
            text = (folder / "report.md").read_text()
            self.assertIn(told, text)
            self.assertIn("1 day from 1 March 2024", text)
            if name == "more":
                self.assertIn("1 day has more calls handled", text)

    def test_rows_of_a_plain_table_cannot_be_chosen_by_a_contracts_columns(self):
        table = self.write("plain.csv", "minutes,team\n" + "".join(f"{i % 7},{'ab'[i % 2]}\n" for i in range(60)))
        counts = self.write("counts.csv", "team,x,y\na,10,20\nb,20,10\n")
        for words in (("kruskal", table, "--value", "minutes", "--by", "team", "--where", "team = 'a'"),
                      ("chi2", table, "--a", "minutes", "--b", "team", "--since", "2024-01-01"),
                      ("chi2", "--table", counts, "--until", "2024-01-01")):
            refused = run("test", *words)
            self.assertEqual(refused.returncode, 2, words)
            self.assertIn("plain table", refused.stderr)

    def test_what_became_of_closed_requests_is_told_by_their_texts(self):
        texts = ["The Police Department responded to the complaint and took action to fix the condition."] * 3 + [
            "An inspection of the property was conducted and no violations were found.", "See notes."]
        path = self.write("outcomes.csv", "unique_key,created_date,closed_date,resolution_description\n" + "".join(
            f'{i},2024-03-01T10:00:00,{"2024-03-02T10:00:00" if i else ""},"{text}"\n' for i, text in enumerate(texts)))
        data = self.answer("kpi", "requests", path, "--outcomes", *NOW)["data"]
        self.assertEqual({name: n for name, n in data["outcomes"].items() if n}, {"fixed": 2, "no_violation": 1, "unknown": 1})
        self.assertNotIn("outcomes", self.answer("kpi", "requests", path, *NOW)["data"])
        groups = self.answer("kpi", "requests", path, "--by", "outcome", *NOW)["data"]["groups"]
        self.assertEqual([(group["key"], group["n"]) for group in groups], [("fixed", 2), ("no_violation", 1), ("unknown", 1), (None, 1)])
        self.assertIn("nothing found", run("kpi", "requests", path, "--outcomes", *NOW).stdout)
        refused = run("kpi", "requests", path, "--by", "outcome", "--contract", "chicago311")
        self.assertNotEqual(refused.returncode, 0)

    def test_what_is_still_open_after_some_days_and_where_people_wait_longest(self):
        data = self.answer("kpi", "requests", self.city, *NOW)["data"]
        shares = [entry["share"] for entry in data["still_open"]]
        self.assertEqual([entry["after_days"] for entry in data["still_open"]], [1, 7, 30, 90])
        self.assertEqual(shares, sorted(shares, reverse=True))
        groups = self.answer("kpi", "requests", self.city, *NOW, "--by", "borough")["data"]["groups"]
        medians = [group["km"]["median_hours"] for group in groups if group["key"] not in (None, "Unspecified")]
        self.assertAlmostEqual(data["equity"]["max_min"], max(medians) / min(medians))
        self.assertIn("still_open", groups[0])

    def test_departments_are_compared_like_for_like(self):
        data = self.answer("kpi", "departments", self.city, *NOW)["data"]
        kpis = self.answer("kpi", "requests", self.city, *NOW, "--by", "agency")["data"]
        medians = {group["key"]: group["km"] for group in kpis["groups"]}
        self.assertEqual({d["key"] for d in data["departments"]}, set(medians))
        for department in data["departments"]:
            km = medians[department["key"]]
            self.assertEqual(department["n"], km["n"])
            if department["n"] >= 30:
                self.assertEqual(department["median_hours"], km["median_hours"], department["key"])
            if department["efficiency"]:
                self.assertAlmostEqual(department["efficiency"]["value"], department["median_hours"] / department["expected_median_hours"])
            # In the made-up city every type has one department: nobody can be ranked.
            self.assertIsNone(department["rank"])
            self.assertTrue(department["reason"])
        low, high = data["disparity"]["ci95"]
        self.assertTrue(1 <= low < data["disparity"]["ratio"] < high)
        self.assertIn("shared work", run("kpi", "departments", self.city, *NOW).stdout)
        self.assertEqual(run("kpi", "departments", self.calls).returncode, 2)

    def test_hot_cells_are_told_and_small_ones_are_not_shown(self):
        data = self.answer("hotspots", self.city, *NOW)["data"]
        kpis = self.answer("kpi", "requests", self.city, *NOW, "--by", "borough")["data"]
        self.assertEqual(data["gini"], kpis["gini"])
        top = max((group for group in kpis["groups"] if group["key"]), key=lambda group: group["rows"])
        self.assertEqual((data["top_area"]["name"], data["top_area"]["n"]), (top["key"], top["rows"]))
        low, high = data["top_area"]["ci95"]
        self.assertTrue(low < data["top_area"]["share"] < high)
        self.assertEqual(data["n"] + data["without_place"] + data["outside"], kpis["n"])
        self.assertTrue(all(cell["n"] >= 5 for cell in data["cells"]))
        self.assertEqual(sum(cell["n"] for cell in data["cells"]) + data["not_shown"]["n"], data["n"])
        scores = [cell["gi_z"] for cell in data["cells"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertIn("cells of 500 m", run("hotspots", self.city, *NOW).stdout)
        self.assertEqual(run("hotspots", self.calls).returncode, 2)

    def test_a_change_of_the_daily_rate_is_told_with_its_interval(self):
        start, rows = datetime.date(2024, 1, 1), ["unique_key,created_date,agency"]
        for day in range(70):
            # 12 a day, from 5 February on 18; DSNY's are one in three and do not change.
            per_day = 12 + 6 * (day >= 35) + (day * 7 % 5 - 2)
            for i in range(per_day):
                agency = "DSNY" if i < 4 else "NYPD"
                rows.append(f"{len(rows)},{start + datetime.timedelta(days=day)}T{i % 24:02}:30:00,{agency}")
        path = self.write("rate.csv", "\n".join(rows) + "\n")
        words = ("test", "rate", path, "--since", "2024-01-01", "--until", "2024-03-11", "--a", "2024-01-01..2024-02-04",
                 "--b", "2024-02-05..2024-03-10", *NOW)
        data = self.answer(*words)["data"]
        self.assertEqual((data["a"]["days"], data["b"]["days"]), (35, 35))
        self.assertAlmostEqual(data["ratio"], data["b"]["total"] / data["a"]["total"], places=9)
        self.assertTrue(data["ci95"][0] < 1.5 < data["ci95"][1])
        self.assertLess(data["p"], 1e-10)
        self.assertAlmostEqual(self.answer(*words, "--where", "agency = 'DSNY'")["data"]["ratio"], 1, places=9)
        self.assertIn("1.50", run(*words).stdout)
        # The first and the last day of an export are not whole unless the user says so.
        whole = self.answer("test", "rate", path, "--a", "2024-01", "--b", "2024-02", *NOW)
        self.assertEqual(whole["data"]["a"]["days"], 30)
        self.assertEqual([w["code"] for w in whole["warnings"]], ["period_not_covered"])
        for periods in (("2024-01", "2024"), ("2024-01", "2030"), ("January", "2024-02")):
            self.assertEqual(run("test", "rate", path, "--a", periods[0], "--b", periods[1]).returncode, 2, periods)
        calls = self.answer("test", "rate", self.calls, "--a", "2019-01..2019-03", "--b", "2019-04..2019-06")["data"]
        self.assertEqual(calls["series"], "contact.offered")

    def test_a_change_of_a_share_is_told_with_its_interval(self):
        words = ("test", "rate", self.city, "--a", "2023", "--b", "2024", *NOW)
        data = self.answer(*words, "--share", "sla")["data"]
        for side, year in (("a", 2023), ("b", 2024)):
            sla = self.answer("kpi", "requests", self.city, *NOW, "--since", f"{year}-01-01", "--until", f"{year + 1}-01-01")["data"]["sla"]
            self.assertEqual((data[side]["n"], data[side]["of"], data[side]["share"]), (sla["met"], sla["eligible"], sla["compliance"]))
        self.assertAlmostEqual(data["difference"], data["b"]["share"] - data["a"]["share"])
        self.assertTrue(data["difference_ci95"][0] < data["difference"] < data["difference_ci95"][1])
        self.assertTrue(data["ci95"][0] < data["ratio"] < data["ci95"][1])
        # Days of the made-up city differ by chance.
        self.assertAlmostEqual(data["dispersion"], 1, delta=0.25)
        agency = self.answer(*words, "--share", "agency = nypd")["data"]
        kpis = self.answer("kpi", "requests", self.city, *NOW, "--by", "agency", "--since", "2024-01-01", "--until", "2025-01-01")["data"]["groups"]
        self.assertEqual(agency["b"]["n"], next(group["rows"] for group in kpis if group["key"] == "NYPD"))
        self.assertIn("points  (95 %: ", run(*words, "--share", "sla").stdout)
        calls = self.answer("test", "rate", self.calls, "--a", "2019-01..2019-03", "--b", "2019-04..2019-06", "--share", "handled")["data"]
        chp = self.answer("kpi", "contact", self.calls, "--since", "2019-01-01", "--until", "2019-04-01")["data"]["chp"]
        self.assertAlmostEqual(calls["a"]["share"], chp, places=12)
        for share in ("speed", "agency=MARS", "planet=NYPD", "handled"):
            self.assertEqual(run(*words, "--share", share).returncode, 2, share)
        self.assertEqual(run("test", "rate", self.calls, "--a", "2019-01", "--b", "2019-02", "--share", "sla").returncode, 2)

    def test_hours_add_up_to_days_and_are_the_same_from_a_file_and_from_its_lake(self):
        calls = self.folder / "hours.csv"
        run("generate", "calls", "--rows", "300000", "--seed", "7", "-o", calls)
        wanted = ("--series", "contact.offered", "--every", "hour", "--horizon", "3", "--origin-step", "14")
        answer = self.answer("forecast", calls, *wanted)
        data = answer["data"]
        self.assertIn("few_hour_origins", [warning["code"] for warning in answer["warnings"]])
        hours = data["hourly"]["forecast"]
        self.assertEqual([(hour["date"], hour["hour"]) for hour in hours],
                         [(day["date"], hour) for day in data["forecast"] for hour in range(24)])
        for i, day in enumerate(data["forecast"]):
            self.assertAlmostEqual(day["mean"], sum(hour["mean"] for hour in hours[24 * i:24 * i + 24]), places=6)
        self.assertTrue(all(0 <= hour["lo95"] <= hour["lo80"] <= hour["hi80"] <= hour["hi95"] for hour in hours))
        self.assertEqual([model["model"] for model in data["hourly"]["backtest"]], ["seasonal_naive_168", "day_shares"])
        self.assertLess(data["hourly"]["backtest"][1]["ratio_to_naive"], 1)
        days = self.answer("forecast", calls, *wanted[:2], *wanted[4:])["data"]
        self.assertEqual(days["forecast"], data["forecast"])
        self.assertNotIn("hourly", days)
        lake = self.folder / "hours"
        self.answer("ingest", lake, calls)
        self.assertEqual(self.answer("forecast", lake, *wanted)["data"], data)
        series = self.answer("series", calls, *wanted[:4])["data"]
        week = series["hourly"]["hours_of_week"]
        self.assertEqual([(hour["weekday"], hour["hour"]) for hour in week],
                         [(day, hour) for day in range(1, 8) for hour in range(24)])
        self.assertAlmostEqual(sum(hour["lift"] for hour in week) / 168, 1)
        self.assertGreater(series["hourly"]["strength"]["daily"], 0.9)
        self.assertIn("busiest hours of the week", run("series", calls, *wanted[:4]).stdout)
        daily = run("series", self.calls, *wanted[:4])
        self.assertEqual(daily.returncode, 4)
        self.assertIn("no hours", daily.stderr)
        self.assertEqual(run("forecast", self.city, "--series", "requests.created", "--every", "hour", "--by", "borough",
                             *NOW).returncode, 2)

    def test_a_contact_centres_diagnostics_are_told(self):
        rows = ["Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID"]
        day = datetime.date(2023, 1, 1)
        for i in range(500):
            offered = (1000 if day.weekday() < 5 else 400) + i * 37 % 91
            lost = 200 if i == 300 else i % 3
            if i not in (100, 101):
                rows.append(f"{day};{offered};{offered - 10 - lost};10;30.5;{0.9 if i < 365 else 0.912345};{i + 1}")
            day += datetime.timedelta(days=1)
        path = self.write("days.csv", "\n".join(rows) + "\n")
        found = self.answer("kpi", "contact", path)["data"]["diagnostics"]
        self.assertEqual([change["kind"] for change in found["denominator"]["changes"]], ["precision"])
        self.assertEqual([day["date"] for day in found["reconciliation"]["out_of_line"]], ["2023-10-28"])
        self.assertEqual((found["missing"]["days"], found["missing"]["unexplained"]), (2, 2))
        effects = {(effect["driver"], effect["key"]): effect for effect in found["drivers"]["effects"]}
        saturday = effects["weekday", "Saturday"]
        # Five days of 1,045 and two of 445 or so, against their geometric mean.
        self.assertAlmostEqual(saturday["effect"], (445 / 1045) ** (5 / 7) - 1, delta=0.02)
        self.assertTrue(saturday["ci95"][0] < saturday["effect"] < saturday["ci95"][1])
        self.assertGreater(found["drivers"]["shares"][0]["share"], 0.9)
        self.assertEqual(self.answer("kpi", "contact", path, "--by", "year")["data"]["diagnostics"], found)
        self.assertIn("calls move with", run("kpi", "contact", path).stdout)
        report = self.folder / "calls report"
        run("report", path, "-o", report, "--format", "md")
        text = (report / "report.md").read_text()
        self.assertIn("What moves call volume", text)
        self.assertIn("2023-10-28 (200 of", text)
        self.assertNotIn("calls-by-hour", text)
        self.assertIn("the records are daily", text)
        calls = self.folder / "single calls.csv"
        run("generate", "calls", "--rows", "30000", "--seed", "7", "-o", calls)
        run("report", calls, "-o", report, "--format", "md")
        text = (report / "report.md").read_text()
        self.assertIn("At which hours do people call?", text)
        self.assertNotIn("the records are daily", text)

    def test_what_changed_between_two_periods_is_ranked(self):
        words = ("--a", "2023", "--b", "2024", *NOW)
        data = self.answer("changes", self.city, *words)["data"]
        rate = self.answer("test", "rate", self.city, *words)["data"]
        self.assertEqual(data["whole"]["volume"]["ratio"], rate["ratio"])
        self.assertEqual({entry["by"] for entry in data["volume"]}, {"complaint_type", "agency", "borough"})
        sizes = [abs(entry["change_per_day"]) for entry in data["volume"]]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        pulls = [abs(entry["pull_hours"]) for entry in data["median"]]
        self.assertEqual(pulls, sorted(pulls, reverse=True))
        one = data["volume"][0]
        again = self.answer("test", "rate", self.city, *words, "--where", f"fold({one['by']}) = '{one['key'].lower()}'")["data"]
        self.assertAlmostEqual(again["ratio"], one["ratio"], places=9)
        self.assertGreaterEqual(one["q"], again["p"])
        only = self.answer("changes", self.city, *words, "--by", "borough")["data"]
        self.assertEqual({entry["by"] for entry in only["volume"]}, {"borough"})
        self.assertIn("pull", run("changes", self.city, *words).stdout)
        self.assertEqual(run("changes", self.city, "--a", "2023", "--b", "2023").returncode, 2)

    def test_the_backlog_of_a_past_day_is_told_and_of_a_future_one_is_not(self):
        figures = self.answer("kpi", "requests", self.city, *NOW)["data"]
        now = self.answer("kpi", "backlog", self.city, "--at", figures["as_of"], *NOW)["data"]
        self.assertEqual(now["open"], figures["open"])
        self.assertEqual(sum(now["ages"].values()), now["open"])
        self.assertEqual(self.answer("kpi", "backlog", self.city, "--at", "1990-01-01", *NOW)["data"]["open"], 0)
        self.assertEqual(run("kpi", "backlog", self.city, "--at", "2199-01-01", *NOW).returncode, 2)
        self.assertEqual(run("kpi", "backlog", self.city, "--at", "soon", *NOW).returncode, 2)

    def test_totals_in_a_table_are_refused_or_stripped(self):
        # published.json, chisq_totals_must_be_refused_or_stripped
        table = self.write("counts.csv", "party,a,b,c,all\nf,762,327,468,1557\nm,484,239,477,1200\nall,1246,566,945,2757\n")
        refused = run("test", "chi2", "--table", table)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--totals strip", refused.stderr)
        data = self.answer("test", "chi2", "--table", table, "--totals", "strip")["data"]
        self.assertEqual(data["df"], 2)
        self.assertAlmostEqual(data["p"] / 2.954e-07, 1, delta=0.001)

    def test_few_a_day_are_shown_with_a_decimal(self):
        draw = random.Random(4)
        rows = ["Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID"]
        for i in range(500):
            offered = sum(draw.random() < (0.13 if i < 300 else 0.34) for _ in range(20))  # 2.6, then 6.8 a day
            rows.append(f"{datetime.date(2023, 1, 1) + datetime.timedelta(days=i)};{offered};{offered};0;30.5;0.9;{i + 1}")
        calls = self.write("few.csv", "\n".join(rows) + "\n")
        shift = self.answer("series", calls, "--series", "contact.offered")["data"]["changes"][0]
        row = next(line for line in run("series", calls, "--series", "contact.offered").stdout.splitlines() if shift["date"] in line)
        self.assertEqual(row.split()[1:3], [f"{shift['before']:.1f}", f"{shift['after']:.1f}"])
        day = self.answer("forecast", calls, "--series", "contact.offered")["data"]["forecast"][0]
        row = next(line for line in run("forecast", calls, "--series", "contact.offered").stdout.splitlines() if day["date"] in line)
        self.assertEqual(row.split()[2], f"{day['mean']:.1f}")

    def test_series_and_forecasts_are_the_same_from_a_file_and_from_its_lake(self):
        rows = ["Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID"]
        day = datetime.date(2023, 1, 1)
        for i in range(500):
            offered = (1000 if day.weekday() < 5 else 400) + i * 37 % 91 + (300 if i >= 300 else 0)
            rows.append(f"{day};{offered};{offered - 10};10;30.5;0.9;{i + 1}")
            day += datetime.timedelta(days=1)
        calls = self.write("calls.csv", "\n".join(rows) + "\n")
        lake = self.folder / "calls"
        self.answer("ingest", lake, calls)
        series = self.answer("series", calls, "--series", "contact.offered")["data"]
        self.assertEqual((series["first"], series["n"]), ("2023-01-01", 500))
        self.assertGreater(series["strength"]["weekly"], 0.9)
        self.assertEqual([change["passes_threshold"] for change in series["changes"]], [True])
        self.assertEqual(series["changes"][0]["date"], "2023-10-28")
        self.assertEqual(self.answer("series", lake, "--series", "contact.offered")["data"], series)
        wanted = ("forecast", calls, "--series", "contact.offered", "--horizon", "14", "--origins", "3")
        forecast = self.answer(*wanted)
        self.assertEqual([day["date"] for day in forecast["data"]["forecast"]][::13], ["2024-05-15", "2024-05-28"])
        self.assertEqual([warning["code"] for warning in forecast["warnings"]], ["few_origins"])
        self.assertEqual(self.answer("forecast", lake, *wanted[2:])["data"], forecast["data"])
        later = self.answer(*wanted, "--train-from", "2023-11-01")["data"]
        self.assertEqual((later["train_from"], later["n"]), ("2023-11-01", 196))
        self.assertEqual(run("forecast", calls, "--series", "calls.lost").returncode, 2)
        self.assertEqual(run(*wanted, "--by", "borough").returncode, 2)
        self.assertEqual(run("forecast", self.city, "--series", "requests.created", "--by", "hour").returncode, 2)
        city = self.answer("forecast", self.city, "--series", "requests.created", "--by", "borough", *NOW)["data"]
        for i, day in enumerate(city["forecast"]):
            self.assertAlmostEqual(day["mean"], sum(group["forecast"][i]["mean"] for group in city["groups"]))
        self.assertEqual(run("forecast", calls, "--series", "requests.created").returncode, 2)
        short = run("forecast", calls, "--series", "contact.offered", "--train-from", "2024-04-01")
        self.assertEqual(short.returncode, 4)
        self.assertIn("at least 84", short.stderr)


if __name__ == "__main__":
    main()
