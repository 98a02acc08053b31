#!/usr/bin/env python3
"""Figures of plain files with records that cannot all be right: versions of one key, values that no centre has.

usage: odd_values_test.py HARK
"""
from program import NOW, Program, main, run


class OddValues(Program):
    def test_a_condition_does_not_bring_back_a_version_that_another_one_replaced(self):
        header = "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n"
        days = self.write("versions.csv", header + "2024-03-01;500;490;10;;0.8;1\n2024-03-01;90;80;10;25.5;0.8;2\n2024-03-02;300;290;10;20;0.9;3\n")
        whole = self.answer("kpi", "contact", days)
        self.assertEqual((whole["data"]["offered"], whole["data"]["duplicates"], whole["warnings"]), (390, 1, []), "more values count")
        many = self.answer("kpi", "contact", days, "--where", "calls_offered > 100")["data"]
        self.assertEqual((many["offered"], many["rows"]), (300, 1))

    def test_versions_that_nothing_tells_apart_are_told_of(self):
        header = "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n"
        days = self.write("undecided-days.csv", header + "2024-03-01;100;90;10;25.5;0.8;1\n2024-03-01;101;90;10;25.5;0.8;2\n2024-03-02;300;290;10;20;0.9;3\n"
                          "2024-03-02;300;290;10;20;0.9;4\n")
        requests = self.write("undecided.csv", "unique_key,created_date,closed_date,agency,complaint_type\n1,2024-05-01T10:00:00,2024-05-02T10:00:00,DEP,Noise\n"
                              "1,2024-05-01T10:00:00,2024-05-03T10:00:00,DEP,Noise\n2,2024-05-01T10:00:00,,DEP,Noise\n2,2024-05-01T10:00:00,2024-05-03T10:00:00,DEP,Noise\n")
        for command, source in (("contact", days), ("requests", requests)):
            warnings = [w["message"] for w in self.answer("kpi", command, source, *NOW)["warnings"] if w["code"] == "undecided_versions"]
            self.assertEqual(len(warnings), 1, command)
            self.assertTrue(warnings[0].startswith("1 record differs"), warnings)
        # Whatever the order, and in a lake: the same row counts.
        for command, source, figures in (("contact", days, ("offered", "duplicates")), ("requests", requests, ("closed", "closed_only"))):
            head, *rows = source.read_text().splitlines()
            turned = self.write(f"turned-{command}.csv", "\n".join([head, *reversed(rows)]) + "\n")
            lake = self.folder / f"undecided-{command}"
            self.answer("init", lake)
            self.answer("ingest", lake, source)
            answers = [self.answer("kpi", command, s, *NOW)["data"] for s in (source, turned, lake)]
            for figure in figures:
                told = {str(answer[figure]) for answer in (answers[:2] if figure == "duplicates" else answers)}
                self.assertEqual(len(told), 1, (figure, told))

    def test_what_cannot_be_calls_seconds_or_a_share_counts_as_none(self):
        header = "Date;CallsOffered;CallsHandled;CallsAbandoned;AverageSpeedofAnswer;ServiceLevel;BI_ID\n"
        days = self.write("impossible.csv", header + "2024-03-01;-100;90;10;30;0.8;1\n2024-03-02;100;90;10;-5;85;2\n2024-03-03;9000000000000000000;80;;20;85%;3\n"
                          "2024-03-04;100;90;10;30;0.9;4\n")
        lake = self.folder / "impossible"
        self.answer("init", lake)
        self.answer("ingest", lake, days)
        self.answer("build", lake)
        for source in (days, lake):
            told = self.answer("kpi", "contact", source)
            self.assertEqual((told["data"]["offered"], told["data"]["handled"], told["data"]["chp"]), (200, 350, 0.9))
            self.assertAlmostEqual(told["data"]["service_level"], (0.8 * 90 + 0.9 * 90) / 180)
            self.assertAlmostEqual(told["data"]["asa_s"], (30 * 90 + 20 * 80 + 30 * 90) / 260)
            self.assertEqual(told["data"]["n_rows"], {"offered": 2, "handled": 4, "abandoned": 3, "unaccounted": 2, "chp": 2,
                                                      "abandonment_rate": 2, "asa_s": 3, "aht_s": 0, "service_level": 2})
            said = {w["code"]: w["message"] for w in told["warnings"]}
            self.assertIn("offered (2), asa_s (1), service_level (1)", said["impossible_values"])
            self.assertIn("service_level (1)", said["unreadable_values"])
        monthly = self.answer("sql", lake, "SELECT offered, handled, chp, asa_s FROM contact_monthly")["data"]["rows"][0]
        self.assertEqual([round(float(x), 9) for x in monthly.values()], [200, 350, 0.9, round(7000 / 260, 9)])
        self.assertIn("(2 of 4 days tell)", run("kpi", "contact", days).stdout)

    def test_older_versions_are_not_called_copies(self):
        header = "unique_key,created_date,agency,resolution_action_updated_date\n"
        newer = self.write("newer.csv", header + "1,2024-05-01T10:00:00,DEP,2024-05-09T10:00:00\n2,2024-05-01T10:00:00,DEP,2024-05-09T10:00:00\n")
        older = self.write("older.csv", header + "1,2024-05-01T10:00:00,DOT,2024-05-02T10:00:00\n")
        lake = self.folder / "versions"
        self.answer("init", lake)
        self.answer("ingest", lake, newer)
        self.assertIn("1 duplicate (1 of them older versions)", run("ingest", lake, older).stdout)
        self.assertEqual(self.answer("sql", lake, "SELECT 1 AS a, 2 AS a")["data"]["rows"], [{"a": 1, "a_1": 2}])

    def test_rows_that_chi_square_leaves_out_are_counted(self):
        city = self.write("excluded.csv", "unique_key,created_date,closed_date,agency,complaint_type,borough\n" + "".join(
            f"{i},2024-05-02T10:00:00,2024-05-0{1 if i < 7 else 3}T10:00:00,DEP,{'ab'[i % 2]},{('BRONX', 'QUEENS', '')[i % 3]}\n" for i in range(90)))
        told = self.answer("test", "chi2", city, "--a", "complaint_type", "--b", "borough", *NOW)["data"]
        self.assertEqual((told["excluded"], told["n"] + told["missing"] + told["excluded"]), (7, 90))
        self.assertIn("7 with times that cannot be used", run("test", "chi2", city, "--a", "complaint_type", "--b", "borough", *NOW).stdout)


if __name__ == "__main__":
    main()
