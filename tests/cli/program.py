"""What the tests of the program share: it is run as its users run it."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HARK = None
NOW = ("--now", "2026-11-01T00:00:00Z")


def run(*words, cwd=None):
    return subprocess.run([HARK, *map(str, words)], capture_output=True, text=True, timeout=300, cwd=cwd)


class Program(unittest.TestCase):
    """A made-up city and contact centre to ask."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-program-"))
        cls.city = cls.folder / "city.csv"
        cls.truth = cls.folder / "truth.json"
        cls.calls = cls.folder / "calls.csv"
        made = run("generate", "nyc311", "--rows", 5000, "--seed", 7, "-o", cls.city, "--truth", cls.truth)
        assert made.returncode == 0, made.stderr
        made = run("generate", "vancouver", "--rows", 400, "--seed", 7, "-o", cls.calls)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def answer(self, *words):
        done = run(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        whole = json.loads(done.stdout)
        self.assertTrue(whole["ok"])
        self.assertIn("version", whole["meta"])
        return whole

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def main():
    """usage: X_test.py HARK [unittest's words]"""
    global HARK
    HARK = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(module="__main__")
