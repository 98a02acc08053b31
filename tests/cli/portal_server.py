"""Local portals that speak the documented protocols, and misbehave when told to.

Socrata SODA 2.1 (dev.socrata.com) and Opendatasoft Explore v2.1 (help.opendatasoft.com). What hark does not ask for is
answered with status 400, so that a query in any other form fails a test.
"""
import datetime
import http.server
import json
import random
import re
import socket
import struct
import threading
import time
import urllib.parse


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Portal:
    """Base: a server in a thread, the requests it got, and faults by the number of the request (from 1).

    A fault is a status (answered with `Retry-After: 1` if 429), or one of "cut" (half the body, then the connection
    closes), "reset", "drip" (a byte every tenth of a second), "stall" (no answer), "html" (a page instead of data), or a
    function (handler) -> None that answers itself.
    """

    def __init__(self, tls=None):
        portal = self
        self.requests = []  # (path with query, headers)
        self.faults = {}
        self.before = {}  # number of the request -> function called before it is answered
        self.shuffle = None
        self.stalled = threading.Event()
        self.is_over = False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                portal.requests.append((self.path, dict(self.headers)))
                number = len(portal.requests)
                portal.before.get(number, lambda: None)()
                fault = portal.faults.get(number, portal.faults.get("all"))
                portal.serve(self, fault)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.is_over = True
        self.server.shutdown()
        self.server.server_close()

    @property
    def origin(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def serve(self, handler, fault):
        if callable(fault):
            return fault(handler)
        if fault == "stall":
            self.stalled.set()
            while not self.is_over:
                time.sleep(0.05)
            return None
        if fault == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            return handler.connection.close()
        if isinstance(fault, int):
            return self.send(handler, b"{}", fault, {"Retry-After": "1"} if fault == 429 else {})
        url = urllib.parse.urlsplit(handler.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query, keep_blank_values=True).items()}
        answer = self.answer(url.path, query)
        if answer is None:
            return self.send(handler, b'{"error": true, "message": "no such query"}', 400)
        if fault == "html":
            answer = b"<!DOCTYPE html><html><body>sign in</body></html>"
        return self.send(handler, answer, 200, {}, fault)

    def send(self, handler, body, status, headers=None, fault=None):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Content-Type", "application/json;charset=utf-8")
        handler.send_header("ETag", f'"{len(self.requests)}"')
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            if fault == "cut":
                handler.wfile.write(body[:len(body) // 2])
                handler.close_connection = True
            elif fault == "drip":
                for byte in body:
                    if self.is_over:
                        break
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    time.sleep(0.1)
            else:
                handler.wfile.write(body)
        except OSError:
            handler.close_connection = True

    def array(self, records):
        if self.shuffle is not None:
            records = records[:]
            self.shuffle.shuffle(records)
        return ("[" + "\n,".join(json.dumps(record) for record in records) + "]\n").encode()

    def answer(self, path, query):
        raise NotImplementedError


class Socrata(Portal):
    """One dataset, abcd-1234. Ids are opaque: their order is that of `number`, which their text does not show."""

    FORM = re.compile(r":updated_at > '([^']+)' OR \(:updated_at = '([^']+)' AND :id > '((?:[^']|'')+)'\)")

    def __init__(self, rows, **more):
        super().__init__(**more)
        self.rows = rows  # dicts with "updated_at", "number" and "fields"

    @property
    def url(self):
        return self.origin + "/resource/abcd-1234.json"

    @staticmethod
    def id_of(row):
        return f"row-{row['number'] * 7919 % 10007:05}~{row['number']}"

    def answer(self, path, query):
        if path != "/resource/abcd-1234.json":
            return None
        if query == {"$select": "count(*) AS total"}:
            return json.dumps([{"total": str(len(self.rows))}]).encode()
        if query.get("$select") != ":*,*" or query.get("$order") != ":updated_at,:id" or int(query["$limit"]) > 50000:
            return None
        found = self.rows
        if "$where" in query:
            parts = self.FORM.fullmatch(query["$where"])
            if not parts or parts[1] != parts[2]:
                return None
            after = [row["number"] for row in self.rows if self.id_of(row) == parts[3].replace("''", "'")]
            if not after:
                return None
            found = [row for row in found if row["updated_at"] > parts[1]
                     or (row["updated_at"] == parts[1] and row["number"] > after[0])]
        found = sorted(found, key=lambda row: (row["updated_at"], row["number"]))[:int(query["$limit"])]
        return self.array([{":id": self.id_of(row), ":created_at": "2024-01-01T00:00:00.000Z",
                            ":updated_at": row["updated_at"], ":version": "rv-1", **row["fields"]} for row in found])


class Opendatasoft(Portal):
    """One dataset; `cursor` is the field that where and order_by may use."""

    def __init__(self, dataset, rows, cursor=None, **more):
        super().__init__(**more)
        self.dataset, self.rows, self.cursor = dataset, rows, cursor

    @property
    def url(self):
        return f"{self.origin}/explore/dataset/{self.dataset}/"

    def matches(self, where, row):
        value = row[self.cursor]
        for clause in where.split(" and "):
            parts = re.fullmatch(rf"(?:{self.cursor} is null or )?{self.cursor} (<|>=) date'([^']+)'", clause)
            if clause == f"{self.cursor} is not null":
                holds = value is not None
            elif not parts:
                raise ValueError(clause)
            elif value is None:
                holds = " is null or " in clause
            elif parts[1] == "<":
                holds = instant(value) < instant(parts[2])
            else:
                holds = instant(value) >= instant(parts[2])
            if not holds:
                return False
        return True

    def answer(self, path, query):
        base = f"/api/explore/v2.1/catalog/datasets/{self.dataset}"
        try:
            found = [row for row in self.rows if "where" not in query or self.matches(query["where"], row)]
        except ValueError:
            return None
        if "order_by" in query:
            if query["order_by"] != f"{self.cursor} asc":
                return None
            found = sorted(found, key=lambda row: row[self.cursor] or "")
        if path == f"{base}/records":
            limit, offset = int(query["limit"]), int(query.get("offset", 0))
            if limit > 100 or limit + offset > 10000:
                return None
            results = [{query["select"]: row[query["select"]]} for row in found[offset:offset + limit]] if limit else []
            return json.dumps({"total_count": len(found), "results": results}).encode()
        if path == f"{base}/exports/json" and set(query) <= {"where", "order_by", "timezone"} and query["timezone"] == "UTC":
            return self.array(found)
        return None


def shuffler(seed):
    return random.Random(seed)
