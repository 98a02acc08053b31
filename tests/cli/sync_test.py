#!/usr/bin/env python3
"""`hark sync` against local portals that speak the documented protocols, and misbehave.

usage: sync_test.py HARK
"""
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import portal_server

HARK = None


def request(number, ties_at=None, **more):
    """A service request of an invented city."""
    seconds = number if ties_at is None else ties_at
    fields = {"unique_key": str(1000 + number), "created_date": f"2024-03-{1 + number % 28:02}T10:{number % 60:02}:00.000",
              "agency": ("NYPD", "DSNY", "HPD")[number % 3], "complaint_type": "Noise", "status": "Open"}
    if number % 4 == 0:
        fields.update(status="Closed", closed_date=f"2024-04-{1 + number % 28:02}T12:00:00.000")
    if number % 7 == 0:
        fields["resolution_description"] = 'Said: "no", then {left] \\ é\nand came back'
    fields.update(more)
    return {"number": number, "updated_at": f"2024-05-{1 + seconds // 3600:02}T00:{seconds // 60 % 60:02}:{seconds % 60:02}.123Z",
            "fields": fields}


class Sync(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-sync-"))
        self.portals = []
        self.num_lakes = 0

    def tearDown(self):
        for portal in self.portals:
            portal.close()
        shutil.rmtree(self.folder)

    def socrata(self, rows, **more):
        self.portals.append(portal_server.Socrata(rows, **more))
        return self.portals[-1]

    def opendatasoft(self, *words, **more):
        self.portals.append(portal_server.Opendatasoft(*words, **more))
        return self.portals[-1]

    def lake(self):
        self.num_lakes += 1
        return self.folder / f"lake{self.num_lakes}"

    def words(self, lake, portal, *more, contract="nyc311"):
        fast = () if "--rate" in more else ("--rate", "1000")
        return [HARK, "sync", str(lake), "--from", portal.url, "--contract", contract, *fast, "--json", *map(str, more)]

    def run_sync(self, lake, portal, *more, env=None, **options):
        done = subprocess.run(self.words(lake, portal, *more, **options), capture_output=True, text=True, timeout=120,
                              env={**os.environ, **(env or {})})
        return done, json.loads(done.stdout)

    def sync(self, lake, portal, *more, **options):
        done, whole = self.run_sync(lake, portal, *more, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(whole["ok"])
        data = whole["data"]
        self.assertEqual(data["rows_read"], data["rows_inserted"] + data["rows_updated"] + data["rows_unchanged"]
                         + data["rows_duplicate"] + data["rows_quarantined"])
        return data, [warning["code"] for warning in whole["warnings"]]

    def fails(self, status, lake, portal, *more, **options):
        done, whole = self.run_sync(lake, portal, *more, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertFalse(whole["ok"])
        return whole["error"]

    def sql(self, lake, query):
        done = subprocess.run([HARK, "sql", str(lake), query, "--format", "csv"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(csv.reader(io.StringIO(done.stdout)))[1:]

    def landings(self, lake, dataset="nyc311"):
        return sorted(path.name for path in (lake / "landing" / dataset).iterdir()
                      if path.suffix != ".json" and not path.name.startswith("."))

    def picture(self, lake, dataset="nyc311", table="requests"):
        """The rows without the load's clock, and the landing files: what makes two lakes the same."""
        return (self.sql(lake, f"SELECT * EXCLUDE (_ingested_at) FROM {table} ORDER BY ALL"), self.landings(lake, dataset))

    def clean_picture(self, rows, *more):
        lake = self.lake()
        self.sync(lake, self.socrata(rows), *more)
        return self.picture(lake)

    def test_records_come_into_the_lake_and_then_only_what_changed(self):
        rows = [request(number) for number in range(250)]
        portal = self.socrata(rows)
        lake = self.lake()
        data, warnings = self.sync(lake, portal, "--page-rows", 100)
        self.assertEqual((data["rows_read"], data["rows_inserted"], data["pages"], data["total_before"], data["total_after"]),
                         (250, 250, 4, 250, 250))
        self.assertEqual((data["requests"], data["retries"], data["portal"], data["dataset"]), (6, 0, "socrata", "nyc311"))
        self.assertEqual(data["watermark"], {"at": rows[249]["updated_at"], "id": portal.id_of(rows[249])})
        self.assertEqual(warnings, [])
        self.assertEqual(self.sql(lake, "SELECT count(*), count(closed_date) FROM requests"), [["250", "63"]])
        text = self.sql(lake, "SELECT resolution_description FROM requests WHERE unique_key = 1007")
        self.assertEqual(text, [[rows[7]["fields"]["resolution_description"]]])

        data, _ = self.sync(lake, portal, "--page-rows", 100)
        self.assertEqual((data["rows_read"], data["pages"], data["version"]), (0, 1, 0))

        portal.rows[3] = {**request(3, ties_at=5000, status="Closed", closed_date="2024-05-02T00:00:00.000"), "number": 3}
        portal.rows.append(request(250, ties_at=5000))
        data, _ = self.sync(lake, portal, "--page-rows", 100)
        self.assertEqual((data["rows_read"], data["rows_inserted"], data["rows_updated"], data["version"]), (2, 1, 1, 1))
        self.assertEqual(self.sql(lake, "SELECT count(*), count(closed_date) FROM requests"), [["251", "64"]])

        data, _ = self.sync(lake, portal, "--full")
        self.assertEqual((data["rows_read"], data["rows_unchanged"]), (251, 251))
        data, _ = self.sync(lake, portal)
        self.assertEqual(data["rows_read"], 0)

    def test_where_records_came_from_stands_beside_them(self):
        portal = self.socrata([request(number) for number in range(20)])
        lake = self.lake()
        self.sync(lake, portal)
        [landing] = self.landings(lake)
        note = json.loads((lake / "landing" / "nyc311" / f"{landing}.json").read_text())
        self.assertEqual(note["url"], f"{portal.origin}/abcd-1234")
        self.assertEqual(note["sync"]["source"], portal.origin.removeprefix("http://") + "/abcd-1234")
        pages = note["sync"]["pages"]
        self.assertEqual([page["rows"] for page in pages], [20, 0])
        self.assertEqual(pages[0]["etag"], '"2"')
        self.assertTrue(pages[0]["retrieved_at"].endswith("Z"))
        self.assertTrue(pages[0]["url"].startswith(portal.url + "?$select="))
        self.assertEqual(len(pages[0]["sha256"]), 64)
        self.assertEqual(stat.S_IMODE((lake / "sync" / "nyc311").stat().st_mode), 0o700)
        self.assertEqual([path.name for path in (lake / "sync" / "nyc311").iterdir()], [".lock"])

    def test_fifteen_hundred_records_of_one_instant_lose_nothing(self):
        rows = [request(number, ties_at=100 if 200 <= number < 1700 else number // 10) for number in range(2000)]
        for seed in (None, 1):
            portal = self.socrata(rows)
            portal.shuffle = seed and portal_server.shuffler(seed)
            lake = self.lake()
            data, warnings = self.sync(lake, portal, "--page-rows", 1000)
            self.assertEqual((data["rows_read"], warnings), (2000, []))
            self.assertEqual(self.sql(lake, "SELECT count(DISTINCT unique_key) FROM requests"), [["2000"]])

    def test_shuffled_pages_end_in_the_same_bytes(self):
        rows = [request(number, ties_at=number // 40) for number in range(300)]
        expected = self.clean_picture(rows, "--page-rows", 50)
        for seed in (1, 2):
            portal = self.socrata(rows)
            portal.shuffle = portal_server.shuffler(seed)
            lake = self.lake()
            self.sync(lake, portal, "--page-rows", 50)
            self.assertEqual(self.picture(lake), expected)

    def test_faults_that_pass_cost_a_retry_and_change_nothing(self):
        rows = [request(number) for number in range(200)]
        expected = self.clean_picture(rows, "--page-rows", 50)
        # The requests of a clean sync are: count, four pages, an empty page, count.
        for fault in (429, 500, 502, 503, "cut", "reset"):
            for number in (1, 3, 8):
                with self.subTest(fault=fault, request=number):
                    portal = self.socrata(rows)
                    portal.faults = {number: fault} if number < 8 else {1: fault, 3: fault, 5: fault}
                    lake = self.lake()
                    data, warnings = self.sync(lake, portal, "--page-rows", 50)
                    self.assertEqual(warnings, [])
                    # libcurl itself asks again on a connection that was open before and is gone.
                    if fault != "reset":
                        self.assertEqual(data["retries"], len(portal.faults))
                    self.assertEqual(data["requests"], 7 + data["retries"])
                    self.assertEqual(len(portal.requests), 7 + len(portal.faults))
                    self.assertEqual(self.picture(lake), expected)
                    if number == 8:
                        break

    def test_retry_after_is_waited_for(self):
        portal = self.socrata([request(number) for number in range(5)])
        portal.faults = {2: lambda handler: portal.send(handler, b"", 429, {"Retry-After": "2"})}
        started = time.monotonic()
        self.sync(self.lake(), portal)
        self.assertGreaterEqual(time.monotonic() - started, 2)
        portal.requests.clear()
        portal.faults = {2: lambda handler: portal.send(handler, b"", 429, {"Retry-After": "600"})}
        error = self.fails(6, self.lake(), portal, "--max-wait", 5)
        self.assertEqual(error["code"], "kRemote")
        self.assertIn("asks to wait for 600 s", error["message"])

    def test_a_slow_drip_is_left_and_asked_again(self):
        rows = [request(number) for number in range(20)]
        expected = self.clean_picture(rows)
        portal = self.socrata(rows)
        portal.faults = {2: "drip"}
        lake = self.lake()
        data, _ = self.sync(lake, portal, "--timeout", 1)
        self.assertEqual(data["retries"], 1)
        self.assertEqual(self.picture(lake), expected)
        portal.faults = {"all": "drip"}
        error = self.fails(6, self.lake(), portal, "--timeout", 1, "--retries", 1, "--max-wait", 1)
        self.assertIn("timeout", error["message"])

    def test_a_total_that_changes_meanwhile_is_noticed(self):
        rows = [request(number) for number in range(100)]
        portal = self.socrata(rows)
        portal.before = {3: lambda: portal.rows.append(request(500, ties_at=3000))}
        lake = self.lake()
        data, warnings = self.sync(lake, portal, "--page-rows", 50)
        self.assertEqual((data["total_before"], data["total_after"], warnings), (100, 101, ["total_changed"]))
        portal.before = {}
        portal.rows.pop(0)
        portal.before = {len(portal.requests) + 3: lambda: portal.rows.pop(0)}
        data, warnings = self.sync(lake, portal, "--page-rows", 50, "--full")
        self.assertEqual((data["total_before"], data["total_after"], warnings), (100, 99, ["total_changed"]))

    def test_a_portal_that_gives_less_than_it_counts_is_noticed(self):
        class Hiding(portal_server.Socrata):
            def answer(self, path, query):
                if query == {"$select": "count(*) AS total"}:
                    return b'[{"total": "101"}]'
                return super().answer(path, query)

        portal = Hiding([request(number) for number in range(100)])
        self.portals.append(portal)
        self.assertEqual(self.sync(self.lake(), portal)[1], ["total_differs"])

    def test_a_broken_sync_goes_on_where_it_was_and_ends_in_the_same_bytes(self):
        rows = [request(number, ties_at=number // 30) for number in range(300)]
        expected = self.clean_picture(rows, "--page-rows", 40)
        # Requests: count, eight pages, the empty page, count.
        for broken_at in (1, 2, 4, 9, 10):
            with self.subTest(request=broken_at):
                portal = self.socrata(rows)
                portal.faults = {number: 500 for number in range(broken_at, 100)}
                lake = self.lake()
                error = self.fails(6, lake, portal, "--page-rows", 40, "--retries", 0)
                self.assertIn("status 500", error["message"])
                portal.faults = {}
                data, warnings = self.sync(lake, portal, "--page-rows", 40)
                self.assertEqual((data["pages_kept"], warnings), (max(broken_at - 2, 0), []))
                # No page is asked for twice but the one that broke.
                self.assertEqual(len([path for path, _ in portal.requests if "count" not in path]), 9 + (broken_at > 1))
                self.assertEqual(self.picture(lake), expected)

    def test_a_count_that_fails_at_the_end_is_no_failure(self):
        portal = self.socrata([request(number) for number in range(10)])
        portal.faults = {4: 500}
        data, warnings = self.sync(self.lake(), portal, "--retries", 0)
        self.assertEqual((data["rows_read"], data["total_before"], data["total_after"], warnings), (10, 10, None, ["total_unknown"]))

    def test_a_page_that_was_damaged_on_disk_is_pulled_again(self):
        rows = [request(number) for number in range(200)]
        expected = self.clean_picture(rows, "--page-rows", 40)
        portal = self.socrata(rows)
        portal.faults = {number: 500 for number in range(6, 100)}
        lake = self.lake()
        self.fails(6, lake, portal, "--page-rows", 40, "--retries", 0)
        page = lake / "sync" / "nyc311" / "000003.json"
        page.write_bytes(page.read_bytes()[:-9])
        portal.faults = {}
        data, _ = self.sync(lake, portal, "--page-rows", 40)
        self.assertEqual(data["pages_kept"], 2)
        self.assertEqual(self.picture(lake), expected)

    def test_records_that_change_after_a_break_are_not_missed(self):
        portal = self.socrata([request(number) for number in range(100)])
        portal.faults = {number: 500 for number in range(5, 100)}
        lake = self.lake()
        self.fails(6, lake, portal, "--page-rows", 25, "--retries", 0)
        portal.faults = {}
        portal.rows[2] = {**request(2, ties_at=4000, status="Closed", closed_date="2024-05-02T00:00:00.000"), "number": 2}
        self.sync(lake, portal, "--page-rows", 25)
        self.assertEqual(self.sql(lake, "SELECT count(*), count(closed_date) FROM requests"), [["100", "26"]])

    def test_killed_at_any_moment_a_rerun_ends_in_the_same_lake(self):
        rows = [request(number, ties_at=number // 20) for number in range(400)]
        words = ("--page-rows", 50)
        expected = self.clean_picture(rows, *words)
        portal = self.socrata(rows)
        started = time.monotonic()
        self.sync(self.lake(), portal, *words)
        duration = time.monotonic() - started
        rng = portal_server.shuffler(311)
        moments = [rng.uniform(0, duration) for _ in range(10)]
        for moment in ["stall", *moments]:
            with self.subTest(moment=moment):
                portal = self.socrata(rows)
                if moment == "stall":
                    portal.faults = {5: "stall"}
                lake = self.lake()
                subprocess.run([HARK, "init", str(lake)], check=True, stdout=subprocess.DEVNULL)
                process = subprocess.Popen(self.words(lake, portal, *words), stdout=subprocess.DEVNULL)
                if moment == "stall":
                    self.assertTrue(portal.stalled.wait(60))
                else:
                    time.sleep(moment)
                process.kill()
                process.wait()
                portal.faults = {}
                data, warnings = self.sync(lake, portal, *words)
                self.assertEqual(warnings, [])
                if moment == "stall":
                    self.assertEqual(data["pages_kept"], 3)
                self.assertEqual(self.picture(lake), expected)

    def test_an_interrupt_ends_it_with_130(self):
        portal = self.socrata([request(number) for number in range(10)])
        portal.faults = {3: "stall"}
        process = subprocess.Popen(self.words(self.lake(), portal), stdout=subprocess.PIPE)
        self.assertTrue(portal.stalled.wait(60))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)

    def test_two_syncs_at_once_do_not_mix(self):
        portal = self.socrata([request(number) for number in range(10)])
        portal.faults = {3: "stall"}
        lake = self.lake()
        process = subprocess.Popen(self.words(lake, portal), stdout=subprocess.DEVNULL)
        self.assertTrue(portal.stalled.wait(60))
        self.assertEqual(self.fails(1, lake, portal)["code"], "kConflict")
        process.kill()
        process.wait()
        self.sync(lake, portal)

    def test_the_pace_is_kept(self):
        portal = self.socrata([request(number) for number in range(10)])
        started = time.monotonic()
        self.sync(self.lake(), portal, "--rate", 1)  # 4 requests
        self.assertGreaterEqual(time.monotonic() - started, 3)

    def test_the_token_is_in_a_header_and_nowhere_else(self):
        secret = "s3same-0pen"
        token_file = self.folder / "token"
        token_file.write_text(secret + "\n")
        for more, env in ((("--token-file", token_file), {}), ((), {"HARK_PORTAL_TOKEN": secret})):
            portal = self.socrata([request(number) for number in range(10)])
            portal.faults = {3: 503}
            lake = self.lake()
            done, _ = self.run_sync(lake, portal, *more, env=env)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertTrue(all(headers["X-App-Token"] == secret for _, headers in portal.requests))
            portal.faults = {"all": 403}
            failed, _ = self.run_sync(lake, portal, *more, env=env)
            self.assertEqual(failed.returncode, 6)
            told = done.stdout + done.stderr + failed.stdout + failed.stderr + "".join(path for path, _ in portal.requests)
            kept = b"".join(path.read_bytes() for path in lake.rglob("*") if path.is_file())
            self.assertNotIn(secret, told)
            self.assertNotIn(secret.encode(), kept)

    def test_the_token_does_not_follow_a_redirect_to_another_host(self):
        elsewhere = self.socrata([request(number) for number in range(10)])
        portal = self.socrata([request(number) for number in range(10)])
        portal.faults = {2: lambda handler: portal.send(handler, b"", 302, {"Location": elsewhere.origin + handler.path})}
        error = self.fails(6, self.lake(), portal, env={"HARK_PORTAL_TOKEN": "s3same-0pen"})
        self.assertIn("sends elsewhere", error["message"])
        self.assertEqual(elsewhere.requests, [])
        portal.requests.clear()
        portal.faults = {2: lambda handler: portal.send(handler, b"", 302, {"Location": handler.path})}
        self.sync(self.lake(), portal)

    def test_no_message_quotes_a_record(self):
        def damaged(handler):
            portal.send(handler, b'[{":id":"row-1",":updated_at":"2024-05-01T00:00:00.000Z","name":"Ada Example" 1}]', 200)

        portal = self.socrata([request(1)])
        for fault in (damaged, "html", lambda handler: portal.send(handler, b'{"name": "Ada Example"}', 400)):
            portal.requests.clear()
            portal.faults = {2: fault}
            lake = self.lake()
            done, whole = self.run_sync(lake, portal)
            self.assertEqual(done.returncode, 6, done.stdout)
            self.assertNotIn("Ada", done.stdout + done.stderr)
            self.assertIn("/resource/abcd-1234.json", json.dumps(whole["error"]))
            self.assertNotIn("$select", done.stdout)
            self.assertFalse((lake / "trusted" / "nyc311").exists())

    def test_a_certificate_that_is_not_trusted_is_refused(self):
        if not shutil.which("openssl"):
            self.skipTest("no openssl program here")
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
                        "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        portal = self.socrata([request(number) for number in range(10)], tls=tls)
        no_proxy = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        error = self.fails(6, self.lake(), portal, env=no_proxy)
        self.assertIn("certificate", error["message"] + error["hint"])
        self.assertEqual(portal.requests, [])
        self.assertEqual(self.sync(self.lake(), portal, "--ca-file", certificate, env=no_proxy)[0]["rows_read"], 10)

    def test_what_cannot_be_synced_is_said(self):
        portal = self.socrata([request(1)])
        portal.faults = {"all": 404}
        self.assertIn("404", self.fails(6, self.lake(), portal)["message"])
        portal.close()
        self.portals.clear()
        self.assertIn("127.0.0.1", self.fails(6, self.lake(), portal, "--retries", 0)["message"])
        for words, wanted in ((["--from", "http://data.example.org/resource/abcd-1234.json"], "https://"),
                              (["--from", "https://data.example.org/"], "no dataset"),
                              (["--from", "https://data.example.org/resource/abcd-1234.json"], "--contract"),
                              (["--contract", "boston311"], "--from"),
                              (["--contract", "nyc311", "--page-rows", "50001"], "50000"),
                              (["--contract", "nyc311", "--rate", "0"], "--rate"),
                              (["--contract", "nyc311", "--cursor", "updated"], "cursor")):
            done = subprocess.run([HARK, "sync", str(self.lake()), *words], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
            self.assertIn(wanted, done.stderr)

    def test_opendatasoft_whole_and_a_restated_day(self):
        days = [{"bi_id": number, "date": f"2024-0{1 + number // 28}-{1 + number % 28:02}", "calls_offered": 1000 + number,
                 "calls_handled": 900 + number, "calls_abandoned": 50, "average_speed_of_answer": 61.5, "service_level": 0.75}
                for number in range(100)]
        portal = self.opendatasoft("3-1-1-contact-centre-metrics", days)
        lake = self.lake()
        data, warnings = self.sync(lake, portal, contract="vancouver-metrics")
        self.assertEqual((data["rows_inserted"], data["pages"], data["watermark"], data["total_after"]), (100, 1, None, 100))
        self.assertEqual(data["portal"], "opendatasoft")
        portal.shuffle = portal_server.shuffler(5)
        data, _ = self.sync(lake, portal, contract="vancouver-metrics")
        self.assertTrue(data["already_loaded"])
        portal.rows[40]["calls_handled"] = 1
        portal.rows.append({**days[0], "date": "2024-06-01"})
        data, _ = self.sync(lake, portal, contract="vancouver-metrics")
        # Which of two versions without a version column stands is METRICS' version order; both are accounted for.
        self.assertEqual((data["rows_inserted"], data["rows_updated"] + data["rows_duplicate"], data["rows_unchanged"]), (1, 1, 99))

    def test_opendatasoft_in_windows_loses_nothing_and_a_dataset_without_key_is_not_counted_twice(self):
        def row(number):
            second = 30 if 500 <= number < 2000 else number // 20
            return {"department": "Streets", "service_request_type": "Noise", "status": "Open",
                    "service_request_open_timestamp": f"2024-01-{1 + number % 28:02}T08:00:00+00:00",
                    "last_modified_timestamp": None if number < 5 else f"2024-05-01T00:{second // 60:02}:{second % 60:02}+00:00",
                    "local_area": f"Area {number}", "latitude": 49.25, "longitude": -123.1}

        rows = [row(number) for number in range(2500)]
        portal = self.opendatasoft("3-1-1-service-requests", rows, cursor="last_modified_timestamp")
        options = ("--cursor", "last_modified_timestamp", "--page-rows", 400)
        lake = self.lake()
        data, warnings = self.sync(lake, portal, *options, contract="vancouver-requests")
        self.assertEqual((data["rows_inserted"], warnings), (2500, ["no_key"]))
        expected = self.picture(lake, "vancouver-requests")
        self.assertEqual(len({tuple(line) for line in expected[0]}), 2500)
        error = self.fails(2, lake, portal, *options, contract="vancouver-requests")
        self.assertIn("no key", error["message"])

        # Broken in the middle, shuffled afterwards: the same bytes.
        portal.faults = {len(portal.requests) + number: 500 for number in range(6, 50)}
        lake = self.lake()
        self.fails(6, lake, portal, *options, "--retries", 0, contract="vancouver-requests")
        portal.faults = {}
        portal.shuffle = portal_server.shuffler(9)
        data, _ = self.sync(lake, portal, *options, contract="vancouver-requests")
        self.assertGreater(data["pages_kept"], 0)
        self.assertEqual(self.picture(lake, "vancouver-requests"), expected)


if __name__ == "__main__":
    HARK = sys.argv.pop(1)
    unittest.main()
