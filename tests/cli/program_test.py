#!/usr/bin/env python3
"""The program as its users run it: words in, exit status, stdout and stderr out.

usage: program_test.py HARK
"""
import csv
import gzip
import hashlib
import io
import json
import os
import stat
import subprocess
import unittest
import zipfile

import program
from program import NOW, Program, main, run


class Use(Program):
    def test_help_is_on_stdout_and_no_error(self):
        for words in (["--help"], [], ["kpi"], ["kpi", "requests", "--help"], ["help", "run"]):
            done = run(*words)
            self.assertEqual(done.returncode, 0, words)
            self.assertIn("hark", done.stdout)
            self.assertEqual(done.stderr, "")

    def test_wrong_usage_is_status_2_with_a_suggestion(self):
        for words, wanted in ((["kpi", "reqests", "x"], "did you mean 'hark kpi requests'"),
                              (["kpi", "requests", "x", "--bye", "agency"], "did you mean --by"),
                              (["ingst", "x"], "did you mean 'hark ingest'"),
                              (["kpi", "requests"], "SOURCE"),
                              (["kpi", "requests", "a", "b"], "'b'"),
                              (["kpi", "requests", str(self.city), "--by", "burough"], "borough"),
                              (["kpi", "requests", str(self.city), "--since", "March"], "2024-03-01"),
                              (["ingest", "lake", str(self.city), "--where", "agency = 'DEP'"], "no option --where"),
                              (["check", "lake", "--since", "2024-03-01"], "no option --since")):
            done = run(*words)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
            self.assertIn(wanted, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_options_may_stand_before_what_the_command_is_about(self):
        after = run("kpi", "requests", self.city, "--by", "agency", *NOW)
        before = run("kpi", "requests", "--by", "agency", self.city, *NOW)
        self.assertEqual(before.returncode, 0, before.stderr)
        self.assertEqual(before.stdout, after.stdout)
        twice = run("kpi", "requests", "--by", "agency", self.city, "--by", "borough")
        self.assertEqual(twice.returncode, 2)
        self.assertIn("--by", twice.stderr)

    def test_what_is_no_data_is_status_4_and_writes_nothing(self):
        traps = [self.write("page.csv", "<!DOCTYPE html><html><body>sign in</body></html>"),
                 self.write("lfs.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
                 self.write("empty.csv", ""), self.folder, self.folder / "absent.csv",
                 self.write("header.csv", "unique_key,created_date\n"),
                 self.write("binary.csv", bytes(range(256)) * 20),
                 self.write("cut.csv.gz", bytes.fromhex("1f8b0800000000000003")),
                 self.write("noheader.csv", "1,2024-01-01 10:00:00,NYPD\n2,2024-01-02 10:00:00,NYPD\n")]
        lake = self.folder / "traplake"
        for trap in traps:
            for words in (["kpi", "requests", trap], ["ingest", lake, trap]):
                done = run(*words)
                self.assertEqual(done.returncode, 4, (words, done.stderr))
                self.assertIn("error: ", done.stderr)
                self.assertIn(" hint: ", done.stderr, words)
            self.assertEqual(list((lake / "landing").rglob("*")), [], trap)

    def formats(self):
        """The same two requests in every format that Python can write by itself: name to bytes."""
        rows = [{"unique_key": "1", "created_date": "2024-03-01T01:15:00.000", "agency": "NYPD", "location": {"latitude": "40.7"}},
                {"unique_key": "2", "created_date": "2024-03-02T01:15:00.000"}]
        csv = b"unique_key,created_date,agency\n1,2024-03-01T01:15:00.000,NYPD\n2,2024-03-02T01:15:00.000,\n"

        def zipped(members):
            into = io.BytesIO()
            with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
            return into.getvalue()

        def cell(text):
            return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

        sheet = "".join("<row>" + "".join(map(cell, line.split(","))) + "</row>" for line in csv.decode().splitlines())
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        xlsx = zipped({
            "xl/workbook.xml": f'<workbook xmlns:r="{relation}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels":
                f'<Relationships><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/s.xml"/></Relationships>',
            "xl/worksheets/s.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>"})
        # RFC 8878: a frame of one raw block, its size in one byte.
        zst = b"\x28\xb5\x2f\xfd\x20" + bytes([len(csv)]) + (1 | len(csv) << 3).to_bytes(3, "little") + csv
        return {"csv": csv, "csv.gz": gzip.compress(csv), "csv.zip": zipped({"a.csv": csv}), "csv.zst": zst, "xlsx": xlsx,
                "json": json.dumps(rows).encode(), "jsonl": "\n".join(map(json.dumps, rows)).encode()}

    def test_every_format_gives_the_same_rows_whatever_the_file_is_called(self):
        for kind, content in self.formats().items():
            lake = self.folder / f"lake-{kind}"
            run("init", lake)
            file = self.write(f"same-{kind}.bin", content)
            report = self.answer("ingest", lake, file)["data"]
            self.assertEqual((report["rows_read"], report["rows_inserted"]), (2, 2), kind)
            answer = run("sql", lake, "SELECT unique_key, created_date_local_date, agency FROM requests ORDER BY unique_key",
                         "--format", "csv")
            self.assertEqual(answer.stdout.split("\n")[1:3], ["1,2024-03-01,NYPD", "2,2024-03-02,"], kind + answer.stderr)

    def test_a_file_that_is_cut_short_is_status_4_and_writes_nothing(self):
        damaged = {kind: content[: len(content) - 9] for kind, content in self.formats().items() if kind not in ("csv", "jsonl")}
        damaged["parquet"] = b"PAR1" + bytes(200) + b"PAR1"
        for kind, content in damaged.items():
            lake = self.folder / f"cutlake-{kind}"
            run("init", lake)
            before = sorted(str(path) for path in lake.rglob("*"))
            done = run("ingest", lake, self.write(f"cut-{kind}", content))
            self.assertEqual(done.returncode, 4, kind + done.stderr)
            self.assertRegex(done.stderr, r"(?s)^error: .+\n hint: .+", kind)
            self.assertEqual([path for path in sorted(str(path) for path in lake.rglob("*")) if "lock" not in path],
                             [path for path in before if "lock" not in path], kind)

    def test_json_errors_have_code_message_and_hint(self):
        done = run("kpi", "requests", self.folder / "absent.csv", "--json")
        error = json.loads(done.stdout)
        self.assertFalse(error["ok"])
        self.assertEqual(error["error"]["code"], "kNotFound")
        self.assertTrue(error["error"]["hint"])

    def test_a_lake_gives_the_figures_of_its_file(self):
        lake = self.folder / "lake"
        self.answer("run", lake, self.city, "-o", self.folder / "report", *NOW)
        of_file = self.answer("kpi", "requests", self.city, *NOW, "--by", "agency")["data"]
        of_lake = self.answer("kpi", "requests", lake, *NOW, "--by", "agency")["data"]
        # Duplicates and refused records are gone before the lake's rows are counted.
        for field in ("n", "closed", "open", "excluded", "classes", "km", "closed_only", "sla", "top3_share", "gini"):
            self.assertEqual(of_file[field], of_lake[field], field)
        self.assertEqual([(g["key"], g["closed"], g["km"]) for g in of_file["groups"]],
                         [(g["key"], g["closed"], g["km"]) for g in of_lake["groups"]])

    def test_a_condition_on_a_column_that_some_files_of_a_lake_lack(self):
        head = "Unique Key,Created Date,Complaint Type\n"
        without = self.write("without.csv", head + "1,05/01/2024 10:00:00 AM,Noise\n")
        with_agency = self.write("with.csv", head.replace("\n", ",Agency\n") + "7,05/03/2024 10:00:00 AM,Noise,DOT\n")
        lake = self.folder / "mixed"
        for file in (without, with_agency):
            done = run("ingest", lake, file, "--contract", "nyc311")
            self.assertEqual(done.returncode, 0, done.stderr)
        for wanted, condition in ((1, "agency = 'DOT'"), (0, "agency = 'DEP'")):
            done = run("kpi", "requests", lake, "--where", condition, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["data"]["n"], wanted)

    def test_a_load_profiles_what_it_reads_and_the_lake_tells_it_as_it_was(self):
        lake = self.folder / "profiled"
        head, *rest = self.city.read_bytes().splitlines(keepends=True)
        half = self.write("half.csv", head + b"".join(rest[:2500]))
        for file in (half, self.city):
            self.assertEqual(run("ingest", lake, file).returncode, 0)
            of_file = self.answer("profile", file)["data"]
            of_lake = self.answer("profile", lake)["data"]
            self.assertEqual(of_lake["columns"], of_file["columns"])
            self.assertEqual(of_lake["rows"], of_file["rows"] - of_file["rejected"])
            self.assertEqual(of_lake["landing"], hashlib.sha256(file.read_bytes()).hexdigest())
        before = self.answer("profile", f"{lake}@v0")["data"]
        self.assertEqual(before["columns"], self.answer("profile", half)["data"]["columns"])
        self.assertIn("complaint_type", run("profile", lake).stdout)
        self.assertEqual(run("doctor", "--lake", lake).returncode, 0)
        for profile in (lake / "landing").glob("*/*.profile.json"):
            profile.unlink()
        damaged = run("doctor", "--lake", lake)
        self.assertEqual(damaged.returncode, 3)
        self.assertIn("profile", damaged.stdout)
        # A lake of before there were profiles: its notes do not speak of any.
        for note in (lake / "landing").glob("*/*.json"):
            note.write_text(json.dumps({name: value for name, value in json.loads(note.read_text()).items() if name != "profile"}))
        self.assertEqual(run("doctor", "--lake", lake).returncode, 0)
        gone = run("profile", lake)
        self.assertNotEqual(gone.returncode, 0)
        self.assertIn("`hark profile FILE` reads a data file", gone.stderr)

    def test_curated_sums_agree_with_the_figures(self):
        lake = self.folder / "curated"
        self.answer("run", lake, self.city, *NOW)
        figures = self.answer("kpi", "requests", lake, *NOW)["data"]
        sums = self.answer("sql", lake, "SELECT sum(closed)::BIGINT AS closed, sum(open)::BIGINT AS open, "
                           "sum(sla_eligible)::BIGINT AS eligible, sum(sla_met)::BIGINT AS met FROM requests_daily")["data"]["rows"][0]
        self.assertEqual(sums, {"closed": figures["closed"], "open": figures["open"],
                                "eligible": figures["sla"]["eligible"], "met": figures["sla"]["met"]})

    def test_curated_sla_has_the_thresholds_of_types_and_none_without_closings(self):
        types = self.answer("kpi", "requests", self.city, "--by", "complaint_type", *NOW)["data"]["groups"]
        first, second = (group["key"] for group in types[:2])
        contract = self.write("byType.yaml", run("contract", "show", "nyc311").stdout.replace(
            "  - {property: slaHours, value: 24}\n",
            "  - {property: slaHours, value: 24}\n  - {property: slaHoursByType, value: {'%s': 2, '%s': 400}}\n" % (first, second)))
        lake = self.folder / "bytype"
        self.answer("ingest", lake, self.city, "--contract", contract, *NOW)
        self.answer("build", lake, *NOW)
        sums = "SELECT sum(sla_eligible)::BIGINT AS eligible, sum(sla_met)::BIGINT AS met FROM requests_daily"
        sla = self.answer("kpi", "requests", lake, *NOW)["data"]["sla"]
        self.assertTrue(sla["has_type_thresholds"])
        self.assertEqual(self.answer("sql", lake, sums)["data"]["rows"], [{"eligible": sla["eligible"], "met": sla["met"]}])
        plain = self.answer("kpi", "requests", self.city, *NOW)["data"]["sla"]
        self.assertNotEqual((sla["eligible"], sla["met"]), (plain["eligible"], plain["met"]))

        header = '"","X","Year","Month","Day","Hour","Minute","Department","Division","Case_Type","timestamp"\n'
        cases = "".join(f'"{i}",{i},2014,1,{i},10,15,"ENG","Streets","Sign - Repair","2014-1-{i} 10:15:00"\n' for i in range(1, 29))
        without = self.folder / "noclosings"
        self.answer("ingest", without, self.write("cases.csv", header + cases), "--contract", "vancouver-cases", *NOW)
        self.answer("build", without, *NOW)
        self.assertIsNone(self.answer("kpi", "requests", without, *NOW)["data"]["sla"])
        told = self.answer("sql", without, "SELECT count(*) AS n, count(met_sla) AS told FROM request_facts")["data"]["rows"]
        self.assertEqual(told, [{"n": 28, "told": 0}])

    def test_single_calls_give_what_was_planted_from_the_file_and_from_the_lake(self):
        calls, lake = self.folder / "single.csv", self.folder / "single"
        truth = self.answer("generate", "calls", "--rows", 9000, "--seed", 4, "-o", calls)["data"]["truth"]["counts"]
        of_file = self.answer("kpi", "contact", calls)["data"]
        self.answer("run", lake, calls)
        of_lake = self.answer("kpi", "contact", lake)["data"]
        for figures in (of_file, of_lake):
            for field in ("offered", "handled", "abandoned", "before_queue", "ignored"):
                self.assertEqual(figures[field], truth[field], field)
            self.assertEqual(figures["rows"], truth["days"])
            for field in ("asa_s", "aht_s", "service_level"):
                self.assertAlmostEqual(figures[field], truth[field], places=12, msg=field)
        self.assertEqual(of_file["duplicates"], truth["duplicates"])
        sums = self.answer("sql", lake, "SELECT sum(offered)::BIGINT AS offered, sum(handled)::BIGINT AS handled, "
                           "sum(abandoned)::BIGINT AS abandoned, sum(before_queue)::BIGINT AS before_queue, "
                           "sum(wait_s_of_handled)::BIGINT AS wait_s FROM calls_daily")["data"]["rows"][0]
        self.assertEqual(sums, {name: truth[name] for name in sums})

    def test_the_two_spreadsheets_are_joined_by_day(self):
        sheets, lake = self.folder / "sheets", self.folder / "joined"
        truth = self.answer("generate", "vancouver-calls", "--rows", 700, "--seed", 7, "-o", sheets)["data"]["truth"]
        self.answer("ingest", lake, sheets / "callsGeneral.csv", sheets / "callsHandled.csv")
        figures = self.answer("kpi", "contact", lake, "--contract", "vancouver-calls-general")["data"]
        self.assertEqual(figures["rows"], 700)
        self.assertEqual(figures["days_only_own"], truth["days_only_general"])
        self.assertEqual(figures["days_only_completing"], truth["days_only_handled"])
        self.assertEqual(figures["days_in_both"], 700 - truth["days_only_general"] - truth["days_only_handled"])
        self.answer("build", lake)
        facts = self.answer("sql", lake, "SELECT count(*) AS days, count(*) FILTER (NOT is_in_completing) AS own, "
                            "count(*) FILTER (NOT is_in_own) AS completing, sum(offered)::BIGINT AS offered, "
                            "sum(handled)::BIGINT AS handled, count(*) FILTER (handled IS NULL) AS without "
                            "FROM contact_facts", "--contract", "vancouver-calls-general")["data"]["rows"][0]
        self.assertEqual(facts, {"days": 700, "own": truth["days_only_general"], "completing": truth["days_only_handled"],
                                 "offered": figures["offered"], "handled": figures["handled"],
                                 "without": truth["days_only_general"]})
        # Whoever asks gets the same: --where is of the own columns, a report joins, a version says that it does not.
        some = self.answer("kpi", "contact", lake, "--contract", "vancouver-calls-general", "--where", "offered > 100")["data"]
        self.assertEqual(some["days_only_completing"], 0)
        self.assertGreater(some["handled"], 0)
        report = self.folder / "joined-report"
        self.answer("report", lake, "-o", report, "--contract", "vancouver-calls-general", "--format", "md")
        self.assertIn(f"| {figures['chp']} |", (report / "report.md").read_text())
        past = self.answer("kpi", "contact", f"{lake}@v0", "--contract", "vancouver-calls-general")
        self.assertIn("not_joined", [warning["code"] for warning in past["warnings"]])
        # One spreadsheet alone says what it can.
        alone = self.answer("kpi", "contact", sheets / "callsGeneral.csv")["data"]
        self.assertIsNone(alone["chp"])
        self.assertEqual(alone["offered"], figures["offered"])

    def test_rows_that_vanish_are_marked_when_the_file_is_said_to_be_complete(self):
        lake = self.folder / "vanishing"
        text = self.calls.read_text(encoding="utf-8-sig").splitlines()
        whole = self.write("whole.csv", "\n".join(text) + "\n")
        part = self.write("part.csv", "\n".join(text[:100] + text[103:]) + "\n")
        self.answer("ingest", lake, whole)
        loaded = self.answer("ingest", lake, part, "--complete")
        self.assertEqual(loaded["data"]["rows_vanished"], 3)
        self.assertIn("vanished", [w["code"] for w in loaded["warnings"]])
        marked = self.answer("sql", lake, "SELECT count(*) AS n FROM contact_metrics WHERE _flags LIKE '%vanished%'")
        self.assertEqual(marked["data"]["rows"], [{"n": 3}])

    def test_running_twice_commits_nothing_the_second_time(self):
        lake = self.folder / "twice"
        first = self.answer("run", lake, self.city, "-o", self.folder / "r1", *NOW)
        before = sorted(str(p) for p in lake.rglob("*.json"))
        second = self.answer("run", lake, self.city, "-o", self.folder / "r2", *NOW)
        self.assertEqual(before, sorted(str(p) for p in lake.rglob("*.json")))
        self.assertTrue(second["data"]["ingest"]["already_loaded"])
        self.assertEqual(first["data"]["ingest"]["version"], second["data"]["ingest"]["version"])
        self.assertEqual((self.folder / "r1/report.html").read_bytes(), (self.folder / "r2/report.html").read_bytes())
        balance = first["data"]["ingest"]
        self.assertEqual(balance["rows_read"], sum(balance["rows_" + part] for part in
                         ("inserted", "updated", "unchanged", "duplicate", "quarantined")))

    def test_a_lake_is_read_as_it_was(self):
        lake = self.folder / "past"
        self.answer("init", lake)
        header, *records = self.city.read_bytes().splitlines(keepends=True)
        for number, part in enumerate((records[:2000], records[2000:])):
            file = self.write(f"part{number}.csv", header + b"".join(part))
            self.answer("ingest", lake, file, "--now", f"2026-11-0{number + 1}T00:00:00Z")
        count = "SELECT count(*) AS n FROM requests"
        rows = [self.answer("sql", source, count)["data"]["rows"][0]["n"]
                for source in (f"{lake}@v0", f"{lake}@2026-11-01T12:00Z", lake, f"{lake}@v1")]
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(rows[2], rows[3])
        self.assertLess(rows[0], rows[2])
        past = self.answer("kpi", "requests", f"{lake}@v0", *NOW)
        self.assertEqual((past["data"]["rows"], past["meta"]["table_version"]), (rows[0], 0))
        history = self.answer("history", lake / "trusted" / "nyc311")["data"]["history"]
        self.assertEqual([(e["version"], e["readable"]) for e in history], [(1, True), (0, True)])
        wrong = run("kpi", "requests", f"{lake}@yesterday")
        self.assertEqual(wrong.returncode, 2, wrong.stderr)
        self.assertIn("@v12", wrong.stderr)
        self.assertEqual(run("sql", f"{lake}@v9", count).returncode, 4)

    def test_vacuum_says_what_goes_and_asks_before_it_is_dangerous(self):
        lake = self.folder / "vacuumed"
        self.answer("init", lake)
        header, *records = self.city.read_bytes().splitlines(keepends=True)
        for number in range(3):
            file = self.write(f"vacuum{number}.csv", header + b"".join(records[number * 1000:number * 1000 + 1000]))
            self.answer("ingest", lake, file, *NOW)
        rows = "SELECT * FROM requests ORDER BY ALL"
        before = run("sql", lake, rows, "--format", "csv").stdout
        hasty = run("vacuum", lake, "--retain", "0")
        self.assertEqual(hasty.returncode, 2)
        self.assertIn("--allow-short-retention", hasty.stderr)
        listing = sorted(str(p) for p in lake.rglob("*"))
        dry = self.answer("vacuum", lake, "--compact", "--dry-run", *NOW)["data"]
        self.assertEqual((dry["dry_run"], dry["compacted"][0]["files_before"]), (True, 3))
        self.assertEqual(sorted(str(p) for p in lake.rglob("*")), listing)
        done = self.answer("vacuum", lake, "--compact", *NOW)["data"]
        self.assertEqual((done["compacted"][0]["files_after"], done["files"]), (1, 0))
        later = self.answer("vacuum", lake, "--retain", "7d", "--now", "2026-11-09T00:00:00Z")["data"]
        self.assertEqual((later["files"], {item["reason"] for item in later["removed"]}), (3, {"expired"}))
        self.assertGreater(later["bytes"], 0)
        self.assertEqual(run("sql", lake, rows, "--format", "csv").stdout, before)
        gone = run("sql", f"{lake}@v0", rows)
        self.assertEqual(gone.returncode, 4)
        self.assertIn("removed by vacuum", gone.stderr)

    def test_curated_rows_of_closings_told_by_date_are_the_figures(self):
        header = "CASE ID,DEPARTMENT,REQUEST TYPE,CREATION DATE,CREATION TIME,STATUS,CLOSED DATE,NEIGHBORHOOD\n"
        closed = {1: "03/01/2020", 2: "03/04/2020", 3: "02/27/2020", 4: "09/30/2021", 5: "01/01/2031"}
        rows = "".join(f"{100 + i},NHS,Pothole,03/{i:02d}/2020,02:55 PM,{'RESOL' if i in closed else 'OPEN'},{closed.get(i, '')},Westside\n"
                       for i in range(1, 26))
        lake = self.folder / "bydate"
        self.answer("ingest", lake, self.write("bydate.csv", header + rows), "--contract", "kansascity311", *NOW)
        self.answer("build", lake, *NOW)
        kpi = self.answer("kpi", "requests", lake, *NOW)["data"]
        row, = self.answer("sql", lake, "SELECT count(*) AS n, count(*) FILTER (outcome = 'closed') AS closed, count(*) FILTER (outcome = 'open') AS open, "
                           "count(*) FILTER (outcome = 'excluded: negative') AS negative, count(*) FILTER (outcome = 'excluded: future') AS future, "
                           "count(met_sla) AS told, min(hours_open) AS least FROM request_facts")["data"]["rows"]
        self.assertEqual((kpi["unit"], kpi["as_of"]), ("days", "2021-09-30T05:00:00Z"))
        self.assertEqual((row["n"], row["closed"], row["open"]), (kpi["n"], kpi["closed"], kpi["open"]))
        self.assertEqual((row["negative"], row["future"], row["told"]), (kpi["excluded"]["negative"], kpi["excluded"]["future"], 0))
        self.assertEqual((kpi["closed"], kpi["open"], row["negative"], row["future"]), (3, 20, 1, 1))
        self.assertGreater(row["least"], 500 * 24)  # counted to the last closing, a year and a half later

    def test_a_damaged_log_of_the_quarantine_keeps_nobody_from_the_rows(self):
        lake = self.folder / "sickquarantine"
        rows = "".join(f"{key},03/02/2024 01:00:00 AM,NYPD,Noise\n" for key in range(100, 140))
        self.answer("ingest", lake, self.write("sick.csv", "Unique Key,Created Date,Agency,Complaint Type\n1,some day,NYPD,Heat\n" + rows), *NOW)
        log, = (lake / "quarantine" / "nyc311" / "_delta_log").glob("*.json")
        log.write_bytes(log.read_bytes()[:50])
        whole = self.answer("sql", lake, "SELECT count(*) AS n FROM requests")
        self.assertEqual(whole["data"]["rows"], [{"n": 40}])
        self.assertEqual([w["code"] for w in whole["warnings"]], ["table_left_out"])

    def test_a_data_file_that_is_gone_is_told_by_every_reader(self):
        # As a reader sees it whose lake is vacuumed between its look at the log and its read.
        lake = self.folder / "gone"
        self.answer("ingest", lake, self.write("gone.csv", self.city.read_bytes()), *NOW)
        file, = (lake / "trusted" / "nyc311").glob("*.parquet")
        file.unlink()
        for command in (["sql", lake, "SELECT count(*) FROM requests"], ["sql", lake, "SELECT agency FROM requests"],
                        ["kpi", "requests", lake]):
            with self.subTest(command[0]):
                done = run(*command)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn(f"'{file}' is gone", done.stderr)
                self.assertIn("hark vacuum", done.stderr)

    def test_a_load_says_that_it_made_the_lake(self):
        lake = self.folder / "mistyped"
        file = self.write("made.csv", self.city.read_bytes()[:100_000].rpartition(b"\n")[0] + b"\n")
        self.assertTrue(run("ingest", lake, file, *NOW).stdout.startswith(f"made lake {lake}\n"))
        self.assertNotIn("made lake", run("ingest", lake, file, *NOW).stdout)
        self.assertIn("standard input is not read", run("ingest", lake, "-").stderr)

    def test_refused_records_are_tried_again_with_a_mended_contract(self):
        lake = self.folder / "retried"
        self.answer("init", lake)
        rows = "".join(f"{key},03/02/2024 01:00:00 AM,NYPD,Noise\n" for key in range(100, 140))
        file = self.write("retry.csv", "Unique Key,Created Date,Agency,Complaint Type\n" + rows
                          + "1,24.12.2024 18:30,NYPD,Noise\n2,some day,NYPD,Heat\n")
        self.answer("ingest", lake, file, *NOW)
        contract = lake / "contracts" / "nyc311.yaml"
        known = '      - "MM/dd/yyyy hh:mm:ss a" '
        self.assertIn(known, contract.read_text())
        contract.write_text(contract.read_text().replace(known, '      - "dd.MM.yyyy HH:mm"\n' + known))
        first = self.answer("quarantine", "retry", lake, *NOW)["data"]
        self.assertEqual((first["rows_read"], first["rows_loaded"], first["rows_quarantined"]), (2, 1, 1))
        again = self.answer("quarantine", "retry", lake, *NOW)["data"]
        self.assertEqual((again["rows_read"], again["rows_loaded"]), (1, 0))
        count = self.answer("sql", lake, "SELECT count(*) AS n FROM requests")["data"]["rows"]
        self.assertEqual(count, [{"n": 41}])
        self.assertEqual(self.answer("quarantine", "ls", lake)["data"]["records"], 1)

    def test_the_doctor_finds_damage_and_mends_what_may_be_mended(self):
        lake = self.folder / "sick"
        self.answer("init", lake)
        self.answer("ingest", lake, self.city, *NOW)
        self.answer("doctor", "--lake", lake)
        orphan = lake / "trusted" / "nyc311" / "part-00000-lost-c000.zstd.parquet"
        orphan.write_text("left by a crash")
        self.assertEqual(run("doctor", "--lake", lake).returncode, 3)
        self.assertTrue(orphan.exists())
        self.answer("doctor", "--lake", lake, "--repair")
        self.assertFalse(orphan.exists())
        landed, = (p for p in (lake / "landing" / "nyc311").iterdir() if p.suffix != ".json")
        landed.write_bytes(landed.read_bytes() + b"x")
        sick = run("doctor", "--lake", lake, "--repair", "--json")
        self.assertEqual(sick.returncode, 3)
        self.assertIn("landing_hash", sick.stdout)
        self.assertEqual(run("doctor", "--repair").returncode, 2)

    def test_the_report_is_one_file_that_loads_nothing(self):
        folder = self.folder / "alone"
        for source in (self.city, self.calls):
            self.answer("report", source, "-o", folder, *NOW)
            html = (folder / "report.html").read_text()
            self.assertLess(len(html.encode()), 250_000)
            self.assertNotIn("<script", html)
            self.assertNotIn("http://", html.replace("http://www.w3.org/", ""))
            self.assertNotIn("https://", html)
            for section in ("Executive summary", "Dashboard: executive", "Dashboard: response time", "Data quality", "Evidence"):
                self.assertIn(section, html)
            self.assertNotIn(str(self.folder), html, "a path of the machine is nobody's business")
            charts = list(folder.glob("charts/*.svg"))
            self.assertGreater(len(charts), 4)
            for chart in charts:
                self.assertIn("<svg", chart.read_text()[:400], chart)

    def test_sql_knows_quarantine_from_the_first_load_on_and_says_what_is_out_of_date(self):
        header, lake = "unique_key,created_date,agency,complaint_type\n", self.folder / "stale"
        self.answer("run", lake, self.write("stale1.csv", header + "1,2024-05-01T10:00:00,DEP,Noise\n"))
        self.assertEqual(self.answer("sql", lake, "SELECT count(*) AS n FROM quarantine")["data"]["rows"], [{"n": 0}])
        select = "SELECT sum(requests) AS n FROM requests_daily"
        self.assertEqual(self.answer("sql", lake, select)["warnings"], [])
        self.answer("ingest", lake, self.write("stale2.csv", header + "2,2024-05-02T10:00:00,DEP,Noise\n"))
        stale = self.answer("sql", lake, select)
        self.assertEqual([warning["code"] for warning in stale["warnings"]], ["stale_table"])
        self.assertEqual(stale["data"]["rows"], [{"n": 1}])
        self.assertEqual(self.answer("sql", lake, "SELECT count(*) AS n FROM requests")["warnings"], [])
        self.answer("build", lake)
        self.assertEqual((self.answer("sql", lake, select)["warnings"], self.answer("sql", lake, select)["data"]["rows"]), ([], [{"n": 2}]))

    def test_doctor_names_a_damaged_file_and_the_command_that_mends_it(self):
        lake = self.folder / "flipped"
        self.answer("run", lake, self.city)
        files = {zone: next((lake / zone / "nyc311").rglob("part-*.parquet")) for zone in ("trusted", "curated")}
        for file in files.values():
            bytes_ = bytearray(file.read_bytes())
            bytes_[len(bytes_) // 2] ^= 1
            file.write_bytes(bytes_)
        done = run("doctor", "--lake", lake)
        self.assertEqual(done.returncode, 3)
        for zone, fix in (("trusted", "backup"), ("curated", "hark build LAKE --force")):
            line = next(i for i, text in enumerate(done.stdout.splitlines()) if str(files[zone]) in text)
            self.assertIn("file_hash", done.stdout.splitlines()[line])
            self.assertIn(fix, done.stdout.splitlines()[line + 1])
        read = run("sql", lake, "SELECT * FROM requests", "--format", "csv", "-o", self.folder / "flipped.csv")
        self.assertNotEqual(read.returncode, 0, "a damaged page is not read")
        self.assertFalse((self.folder / "flipped.csv").exists())

    def test_sql_reads_and_nothing_else(self):
        done = run("sql", self.city, "SELECT count(*) AS n FROM requests", "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[0], "n")
        for form in ("table", "json", "ndjson", "md"):
            self.assertEqual(run("sql", self.city, "SELECT agency FROM requests LIMIT 3", "--format", form).returncode, 0)
        parquet = self.folder / "out.parquet"
        self.assertEqual(run("sql", self.city, "SELECT agency FROM requests", "--format", "parquet", "-o", parquet).returncode, 0)
        self.assertEqual(parquet.read_bytes()[:4], b"PAR1")
        for hostile in ("SELECT * FROM read_text('/etc/passwd')", "ATTACH 'x.db'", "PRAGMA database_list", "COPY requests TO 'x'",
                        "SELECT 1; SELECT 2", "SELECT * FROM '/etc/passwd'", "SET threads=1", "SELECT getenv('HOME')"):
            self.assertEqual(run("sql", self.city, hostile).returncode, 2, hostile)

    def test_quarantine_says_where_and_why(self):
        lake = self.folder / "quarantine"
        ingest = self.answer("ingest", lake, self.city)["data"]
        listed = self.answer("quarantine", "ls", lake)["data"]
        self.assertEqual(listed["records"], ingest["rows_quarantined"])
        shown = self.answer("quarantine", "show", lake, "--limit", "3")["data"]["records"]
        self.assertEqual(len(shown), min(3, ingest["rows_quarantined"]))
        for record in shown:
            self.assertGreater(record["line"], 1)
            self.assertTrue(record["rule"])

    def test_a_closed_pipe_is_no_failure(self):
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$1" sql "$2" "SELECT * FROM requests" --format csv | head -1 >/dev/null',
                               "bash", program.HARK, str(self.city)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_completions_load_in_bash(self):
        done = subprocess.run(["bash", "-c", 'source <("$1" completions bash) && complete -p hark', "bash", program.HARK], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_contracts_are_listed_shown_and_checked(self):
        names = [c["name"] for c in self.answer("contract", "list")["data"]["contracts"]]
        self.assertIn("nyc311", names)
        shown = run("contract", "show", "nyc311")
        copy = self.write("mine.yaml", shown.stdout)
        self.answer("contract", "lint", copy)
        broken = self.write("broken.yaml", shown.stdout.replace("kind: DataContract", "kind: Contract", 1))
        self.assertEqual(run("contract", "lint", broken).returncode, 4)


    def test_what_steers_a_terminal_is_not_printed(self):
        odd = self.write("odd\x1b[31m\x07.csv", "a,b\n")
        for words in (("profile", odd), ("ingest", self.folder / "odd", odd), ("kpi", "requests", odd)):
            done = run(*words)
            self.assertNotEqual(done.returncode, 0)
            self.assertNotRegex(done.stdout + done.stderr, "[\x07\x1b]")
            self.assertIn("odd?[31m?.csv", done.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no device that is always full")
    def test_output_that_cannot_be_written_is_said(self):
        with open("/dev/full", "w") as full:
            for words in (("profile", self.city), ("kpi", "requests", self.city), ("--help",)):
                done = subprocess.run([program.HARK, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 5, words)
                self.assertIn("cannot write to stdout: No space left", done.stderr)

    def test_output_replaces_no_device_and_no_link(self):
        pipe, target, link = (self.folder / name for name in ("a.pipe", "target.csv", "link.csv"))
        os.mkfifo(pipe)
        target.write_text("old")
        link.symlink_to(target)
        for words in (("sql", self.folder / "outputs", "SELECT 1 AS one", "--format", "csv", "-o"), ("generate", "vancouver", "--rows", 3, "-o")):
            if words[0] == "sql":
                self.answer("ingest", words[1], self.calls)
            for path in (pipe, "/dev/stdout"):
                refused = run(*words, path)
                self.assertEqual(refused.returncode, 2, refused.stderr)
                self.assertIn("is no file but a device or a pipe", refused.stderr)
            self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))
            self.assertEqual(run(*words, link).returncode, 0)
            self.assertTrue(link.is_symlink())
            self.assertNotEqual(target.read_text(), "old")
            target.write_text("old")


if __name__ == "__main__":
    main()
