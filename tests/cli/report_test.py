#!/usr/bin/env python3
"""Reports, as their readers see them: what they say, what they leave out, and that their numbers are those of the commands.

usage: report_test.py HARK
"""
import csv
import datetime
import html
import io
import json
import re
import shlex

from program import NOW, Program, main, run


class Report(Program):
    def test_the_report_compares_and_its_numbers_are_those_of_the_commands(self):
        folder = self.folder / "compared"
        self.answer("report", self.city, "-o", folder, "--format", "md,svg", *NOW)
        text = (folder / "report.md").read_text()
        for question in ("Where do requests heap beyond chance?", "Do residents of some areas wait longer?",
                         "Closed is not solved", "Like for like", "no fair ranking is possible"):
            self.assertIn(question, text)
        for chart in ("still-open", "time-by-area", "outcomes"):
            self.assertTrue((folder / f"charts/{chart}.svg").is_file(), chart)
        kpis = self.answer("kpi", "requests", self.city, "--outcomes", *NOW)["data"]
        for number in (kpis["still_open"][1]["share"], kpis["equity"]["max_min"], kpis["outcomes"]["fixed"] / kpis["closed"],
                       self.answer("kpi", "departments", self.city, *NOW)["data"]["disparity"]["ratio"],
                       self.answer("hotspots", self.city, *NOW)["data"]["top_area"]["share"]):
            self.assertIn(f"| {number} |", text)
        basic = self.folder / "basic"
        self.answer("report", self.city, "-o", basic, "--format", "md", "--basic", *NOW)
        self.assertNotIn("Like for like", (basic / "report.md").read_text())

    def growing_city(self, name="growing.csv", at_once=False):
        """Two years less a month, half as many on weekends; from 4 September 2023 on half more; a storm; trees take longer in the end."""
        start, rows = datetime.date(2022, 6, 6), ["unique_key,created_date,closed_date,agency,complaint_type,borough"]
        for number in range(701):
            day = start + datetime.timedelta(days=number)
            per_day = 14 if day.weekday() < 5 else 7
            per_day = per_day * 3 // 2 if day >= datetime.date(2023, 9, 4) else per_day
            per_day += 25 if day == datetime.date(2024, 3, 12) else number * 7 % 5 - 2
            for i in range(per_day):
                kind = ("Noise", "Tree", "Lamp")[i % 3]
                hours = {"Noise": 2, "Tree": 30 if number < 550 else 50, "Lamp": 9}[kind] + number % 4
                created = datetime.datetime(day.year, day.month, day.day, 8 + i % 12, 30)
                closed = "" if i == 1 and number > 680 else created + datetime.timedelta(hours=hours)
                closed = (created if at_once else closed).isoformat() if closed else ""
                rows.append(f"{len(rows)},{created.isoformat()},{closed},{('DEP', 'DPR')[i % 2]},{kind},{('BRONX', 'QUEENS')[i // 2 % 2]}")
        return self.write(name, "\n".join(rows) + "\n")

    def test_a_report_of_requests_closed_at_once_says_so_and_takes_nothing_apart(self):
        folder = self.folder / "atonce"
        self.answer("report", self.growing_city("atonce.csv", True), "-o", folder, "--format", "md,html", *NOW)
        table = re.search(r"<caption>Where do people wait longest\?.*?</table>", (folder / "report.html").read_text(), re.S)[0]
        self.assertIn('<th scope="row">BRONX</th><td>0</td>', table, "not what a logarithmic axis begins with")
        text = (folder / "report.md").read_text()
        self.assertIn("Dashboard: what changed", text)
        self.assertNotIn("within at once", text)
        self.assertNotIn("Slower work, or other work?", text)

    def test_a_report_speaks_of_waiting_only_where_closings_are_told(self):
        with open(self.growing_city("told.csv")) as file:
            rows = [line.split(",") for line in file]
        unclosed = self.write("unclosed.csv", "".join(",".join(row[:2] + row[3:]) for row in rows))
        never = self.write("never.csv", "".join(",".join(row[:2] + ([""] if i else row[2:3]) + row[3:]) for i, row in enumerate(rows)))
        for source in (unclosed, never):
            folder = self.folder / ("unclosed" if source == unclosed else "never")
            self.answer("report", source, "-o", folder, "--format", "md", *NOW)
            text = (folder / "report.md").read_text().split("## Evidence")[0]
            self.assertNotIn("Slowest", text, "none is slower than the others")
            self.assertNotIn("lowest: ", text, "all are equally low")
            for words in ("is open, whatever", "Which agencies are late", "In time:", "Still open"):
                self.assertEqual(words in text, source == never, words)
            self.assertEqual("how long residents wait: the source tells no closing times" in text, source == unclosed)

    def test_a_median_that_is_not_reached_is_told_as_what_it_is(self):
        rows = ["unique_key,created_date,closed_date,agency,complaint_type,borough"]
        rows += [f"{i},2024-05-01T10:00:00,{'2024-05-01T14:12:00' if i < 3 else ''},DEP,Noise,BRONX" for i in range(8)]
        for name, file in (("open", self.write("open.csv", "\n".join(rows) + "\n")), ("closed", self.growing_city("mostlyclosed.csv"))):
            self.answer("report", file, "-o", self.folder / name, "--basic", "--format", "md", *NOW)
        of_open, of_closed = ((self.folder / name / "report.md").read_text() for name in ("open", "closed"))
        self.assertIn("more than 4.2 h", of_open)
        self.assertIn("fewer than half are closed by then", of_open)
        self.assertNotIn("| half are closed by then", of_open)
        self.assertIn("half are closed by then", of_closed)
        self.assertNotIn("fewer than half", of_closed)

    def test_the_report_tells_how_volume_went_and_what_changed_with_the_numbers_of_the_commands(self):
        city, folder = self.growing_city(), self.folder / "growing"
        self.answer("report", city, "-o", folder, *NOW)
        text = (folder / "report.md").read_text()
        for told in ("Dashboard: volume over time", "Since 4 September 2023 the level is", "12 March 2024", "In these days a",
                     "Dashboard: what changed", "the same 13 weeks of the year before", "Slower work, or other work?",
                     "Dashboard: what to expect", "How good is this forecast?", "Does time to close differ by agency"):
            self.assertIn(told, text)
        self.assertNotIn("How many requests come in each day?", text, "the days are shown once")
        self.assertNotIn("Closed is not solved", text, "there are no texts that could tell")
        self.assertIn("what became of closed requests: no text of theirs tells", text)
        for chart in ("volume-trend", "strange-days", "changed-types", "forecast"):
            self.assertTrue((folder / f"charts/{chart}.svg").is_file(), chart)

        series = self.answer("series", city, "--series", "requests.created", *NOW)["data"]
        self.assertEqual([shift["date"] for shift in series["changes"]], ["2023-09-04"])
        shift = series["changes"][0]
        numbers = [shift["before"], shift["after"], shift["relative"], series["strength"]["weekly"],
                   series["peak"]["lift"], len(series["anomalies"]), series["by_weekday"][6]["mean"]]
        self.assertEqual(series["anomalies"][0]["date"], "2024-03-12")
        self.assertIn(f"{shift['after']:.1f} requests a day, after {shift['before']:.1f}: +{100 * shift['relative']:.1f} %", text)

        forecast = self.answer("forecast", city, "--series", "requests.created", *NOW)["data"]
        expected = 0
        for day in forecast["forecast"]:
            expected += day["mean"]
        numbers += [expected, max(day["mean"] for day in forecast["forecast"]), forecast["chosen"]["mae"], forecast["backtest"][0]["mae"],
                    forecast["chosen"]["mase"], forecast["chosen"]["coverage80"], forecast["chosen"]["coverage95"]]

        evidence = [line.split(" | ")[-1].strip(" |`") for line in text.splitlines() if line.startswith("| ") and "`hark " in line]
        commands = {name: next(line for line in evidence if line.startswith(f"hark {name}")).split()
                    for name in ("changes", "decompose", "test logrank")}
        again = {name: self.answer(*[city if word == "growing.csv" else word for word in words[1:-1]])["data"]
                 for name, words in commands.items()}
        changes, parts = again["changes"], again["decompose"]
        self.assertEqual((changes["b"]["first"], changes["b"]["last"]), ("2024-02-05", "2024-05-05"))
        self.assertEqual((changes["a"]["first"], changes["a"]["last"]), ("2023-02-06", "2023-05-07"))
        volume, median = changes["whole"]["volume"], changes["whole"]["median"]
        numbers += [volume["per_day_a"], volume["per_day_b"], volume["ratio"] - 1, median["median_a_hours"], median["median_b_hours"],
                    sum(value["q"] < 0.05 for value in changes["volume"])]
        tree = next(value for value in changes["median"] if value["key"] == "Tree")
        self.assertIn(f"median time to close now, Tree | {tree['median_b_hours']} |", text)
        numbers += [parts[name] for name in ("mean_a", "mean_b", "difference", "rate_effect", "mix_effect")]
        numbers.append(parts["open_b"] / (parts["open_b"] + parts["n_b"]))
        self.assertGreater(parts["open_b"], parts["open_a"])
        numbers.append(again["test logrank"]["chi2"])
        for number in numbers:
            self.assertIn(f"| {number} |", text)

    def test_a_report_on_a_selection_says_so_and_its_commands_give_its_numbers(self):
        # Sums and ratios of what the commands give.
        derived = ("share of requests open", "closed requests:", "sum of the times", "requests closed over those expected", "requests old enough",
                   "relative change", "days outside", "of these, holidays", "calls expected", "requests expected", "average speed of answer ×",
                   "share of requests in the week", "further complaint types", "values whose", "share of requests still open, the last weeks", "share of requests left out", "open requests older")

        def numbers(value):
            if isinstance(value, dict):
                value = list(value.values())
            if isinstance(value, list):
                for item in value:
                    yield from numbers(item)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                yield value

        for name, source, words, told in (
                ("city", self.growing_city("my growing|`city.csv"), ["--since", "2023-01-02", "--until", "2024-05-06", "--where", "agency = 'DEP' or borough = 'BRONX'"],
                 "only requests created from 2 January 2023 on, up to 5 May 2024, where agency = 'DEP' or borough = 'BRONX'"),
                ("calls", self.calls, ["--where", "calls_offered > 300"], "only days where calls_offered > 300")):
            folder = self.folder / f"selected-{name}"
            self.answer("report", source, "-o", folder, *words, *NOW)
            text = (folder / "report.md").read_text()
            self.assertIn(f"Not all of the data: {told}.", text.replace("\\", ""))
            self.assertIn(html.escape(told, quote=False), (folder / "report.html").read_text())
            answers, looked_up = {}, 0
            for line in text[text.index("## Evidence"):].splitlines()[4:]:
                what, value, _, _, command = re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |"))
                command = re.sub(r"^(`+) ?(.*?) ?\1$", r"\2", command).replace("\\|", "|")
                if command not in answers:
                    ran = run(*shlex.split(command)[1:], cwd=self.folder)
                    self.assertEqual(ran.returncode, 0, command + ran.stderr)
                    answers[command] = list(numbers(json.loads(ran.stdout)["data"]))
                if what.replace("\\", "").startswith(derived):
                    continue
                looked_up += 1
                number = float(value)
                self.assertTrue(any(abs(number - other) <= 1e-9 * max(1, abs(number)) for other in answers[command]), line)
            self.assertGreater(looked_up, 15)
        refused = run("report", self.calls, "-o", self.folder / "none", "--since", "2024-03-01", "--until", "2024-03-01")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no day is both", refused.stderr)

    def test_no_two_parts_of_a_page_have_one_id_and_no_link_leads_nowhere(self):
        for name, source in (("city", self.growing_city("ids.csv")), ("calls", self.calls)):
            folder = self.folder / f"ids-{name}"
            self.answer("report", source, "-o", folder, *NOW)
            page = (folder / "report.html").read_text()
            ids = re.findall(r'\bid="([^"]+)"', page)
            self.assertEqual(sorted(set(ids)), sorted(ids))
            self.assertLessEqual(set(re.findall(r'href="#([^"]+)"', page)), set(ids))
            for picture in re.findall(r"\]\((charts/[^)]+)\)", (folder / "report.md").read_text()):
                self.assertTrue((folder / picture).is_file(), picture)
            self.answer("report", source, "-o", folder / "words", "--format", "md", *NOW)
            self.assertNotIn("](charts/", (folder / "words" / "report.md").read_text())

    def test_without_a_column_of_closings_there_are_no_times_and_with_an_empty_one_all_wait(self):
        rows = [f"{i},2024-05-{i + 1:02}T10:00:00,{{}}DEP,Noise" for i in range(20)]
        sources = []
        for name, column in (("without", ""), ("empty", "closed_date,")):
            file = self.write(f"{name}-closings.csv", f"unique_key,created_date,{column}agency,complaint_type\n" +
                              "".join(row.format("," if column else "") + "\n" for row in rows))
            lake = self.folder / f"lake-{name}-closings"
            self.answer("run", lake, file)
            sources.append((file, lake))
        for source in sources[0]:
            data = self.answer("kpi", "requests", source, *NOW)["data"]
            self.assertEqual((data["n"], data["closed"], data["open"]), (20, 0, 20), "as the reference values have it")
            self.assertEqual({str(value) for value in data["km"].values()}, {"None", "[None, None]"})
            self.assertEqual(set(data["closed_only"].values()), {None})
            self.assertEqual({entry["share"] for entry in data["still_open"]}, {None})
            self.assertIsNone(data["sla"])
            self.assertIsNone(data["without_instant_and_batch"])
            self.assertEqual(run("kpi", "backlog", source, "--at", "2024-05-10").returncode, 2)
            self.assertIn("no closing times", run("kpi", "requests", source).stdout)
            folder = self.folder / f"report-{source.name}"
            self.answer("report", source, "-o", folder, "--format", "md", *NOW)
            text = (folder / "report.md").read_text()
            self.assertIn("| agency | requests |\n", text)
            self.assertNotIn("No request had to be left out", text)
        for source in sources[1]:
            data = self.answer("kpi", "requests", source, *NOW)["data"]
            self.assertEqual((data["closed"], data["open"], data["km"]["n"], data["km"]["median_hours"]), (0, 20, 20, None))
            self.assertEqual((data["sla"]["eligible"], data["sla"]["met"]), (19, 0))
            self.assertEqual(self.answer("kpi", "backlog", source, "--at", "2024-05-10", *NOW)["data"]["open"], 9)
            folder = self.folder / f"report-{source.name}"
            self.answer("report", source, "-o", folder, "--format", "md", *NOW)
            self.assertIn("Fewer than half of all requests are closed", (folder / "report.md").read_text())

    def test_a_few_days_of_calls_name_no_busiest_weekday_and_charts_are_told_of(self):
        header = "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n"
        for weeks, is_told in ((2, False), (5, True)):
            rows = "".join(f"2024-01-{i + 1:02d};{100 + i % 7};90;{10 + i % 7};25.5;0.8;{i}\n" for i in range(min(31, 7 * weeks)))
            folder = self.folder / f"weeks-{weeks}"
            self.answer("report", self.write(f"weeks{weeks}.csv", header + rows), "-o", folder, "--format", "md", "--basic", *NOW)
            text = (folder / "report.md").read_text()
            self.assertEqual("is the busiest day" in text, is_told)
            self.assertIn("*How long do callers wait for an answer?* (a chart: `--format md,svg`)", text)

    def test_the_new_sections_are_left_out_where_nobody_asks_or_the_days_are_too_few(self):
        city, folders = self.growing_city(), [self.folder / name for name in ("one", "two", "plain")]
        for folder, *words in ((folders[0],), (folders[1],), (folders[2], "--basic")):
            self.answer("report", city, "-o", folder, *words, *NOW)
        for name in ("report.html", "report.md", "charts/forecast.svg"):
            self.assertEqual((folders[0] / name).read_bytes(), (folders[1] / name).read_bytes(), name)
        self.assertLess((folders[0] / "report.html").stat().st_size, 250_000)
        plain = (folders[2] / "report.md").read_text()
        for section in ("volume over time", "what changed", "what to expect", "Log-rank", "too few"):
            self.assertNotIn(section, plain)
        self.assertIn("How many requests come in each day?", plain)
        few = self.folder / "few-days"
        self.answer("report", city, "-o", few, "--format", "md", "--since", "2024-04-01", "--until", "2024-05-01", *NOW)
        text = (few / "report.md").read_text()
        self.assertNotIn("Dashboard: volume over time", text)
        self.assertNotIn("Dashboard: what to expect", text)
        self.assertIn("whether the volume is rising, and which days were strange: 30 days are too few", text)
        self.assertIn("how many will come: 30 days are too few to forecast", text)

    def test_the_report_of_calls_tells_their_volume_and_what_to_expect(self):
        folder = self.folder / "calls-over-time"
        self.answer("report", self.calls, "-o", folder, "--format", "md,svg", *NOW)
        text = (folder / "report.md").read_text()
        series = self.answer("series", self.calls, "--series", "contact.offered", *NOW)["data"]
        forecast = self.answer("forecast", self.calls, "--series", "contact.offered", *NOW)["data"]
        words = next(line for line in text.splitlines() if "`hark test rate" in line).split("`")[1].split()
        rate = self.answer(*[self.calls if word == self.calls.name else word for word in words[1:-1]])["data"]
        for number in (series["strength"]["weekly"], int(series["anomalies"][0]["actual"]), forecast["chosen"]["coverage80"],
                       rate["ratio"] - 1, rate["b"]["per_day"]):
            self.assertIn(f"| {number} |", text)
        for chart in ("volume-trend", "strange-days", "forecast"):
            self.assertTrue((folder / f"charts/{chart}.svg").is_file(), chart)
        basic = self.folder / "calls-basic"
        self.answer("report", self.calls, "-o", basic, "--format", "md", "--basic", *NOW)
        self.assertNotIn("what to expect", (basic / "report.md").read_text())

    def test_the_map_leaves_out_what_hot_spots_do(self):
        with open(self.city, newline="", errors="replace") as file:
            rows = list(csv.reader(file))
        names = [name.lower() for name in rows[0]]
        latitude, longitude = names.index("latitude"), names.index("longitude")
        for row in rows[1:41]:
            row[latitude], row[longitude] = "41.2", "-73.9"  # 50 km north of the bounds
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        placed = self.write("placed.csv", text.getvalue())
        data = self.answer("hotspots", placed, *NOW)["data"]
        self.assertEqual(data["outside"], 40)
        report = self.folder / "placed"
        self.answer("report", placed, "-o", report, "--format", "html", *NOW)
        texts = " ".join(path.read_text() for path in report.rglob("*.html"))
        shown = re.search(r"([0-9,]+) requests with a place; hexagons", texts)
        self.assertEqual(int(shown[1].replace(",", "")), data["n"])


if __name__ == "__main__":
    main()
