"""A plain HTTP client over kept connections, and crowds of them: cheap enough to stand beside the server."""
import http.client, json, socket, threading, time


def share(times, percent):
    """A percentile of times; 0 of none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def token(data, name):
    with open(f"{data}/{name}") as f:
        return f.read().split()[0]


def rows(data, name):
    with open(f"{data}/{name}") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip()]


class Line:
    """One connection, as one person."""

    def __init__(self, server, token=None):
        self.server, self.token = server, token
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def ask(self, method, path, body=None):
        """Status, body, and milliseconds until the last byte."""
        headers = {"Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization" if path.startswith("/api/") else "Cookie"] = \
                ("Bearer " if path.startswith("/api/") else "cunwang=") + self.token
        text = None if body is None else json.dumps(body).encode()
        started = time.perf_counter()
        self.connection.request(method, path, text, headers)
        if self.connection.sock:
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = self.connection.getresponse()
        content = answer.read()
        self.encoding = answer.headers.get("Content-Encoding", "none")
        return answer.status, content, (time.perf_counter() - started) * 1000

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body):
        return self.ask("POST", path, body)

    def need(self, method, path, body=None):
        status, content, took = self.ask(method, path, body)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path}: {status} {content[:300].decode(errors='replace')}")
        return json.loads(content), took


class Probe(threading.Thread):
    """Somebody who opens pages at a steady rate meanwhile, each with its connection."""

    def __init__(self, server, pages, rate=10):
        super().__init__(daemon=True)
        self.lines = [(Line(server, token), path) for path, token in pages]
        self.rate, self.took, self.wrong, self.ended = rate, {}, 0, threading.Event()

    def run(self):
        started, n = time.monotonic(), 0
        while not self.ended.is_set():
            line, path = self.lines[n % len(self.lines)]
            n += 1
            try:
                status, _, took = line.get(path)
                self.took.setdefault(path.split("?")[0], []).append(took)
                self.wrong += status != 200
            except (OSError, http.client.HTTPException):
                self.wrong += 1
                line.connection.close()
            pause = started + n / self.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            else:
                # What was late is not made up for.
                started = time.monotonic() - n / self.rate

    def end(self):
        """The slowest page by its 95th percentile, its name, that of all together, and how many were wrong."""
        self.ended.set()
        self.join()
        worst = max(self.took, key=lambda page: share(self.took[page], 95)) if self.took else ""
        every = [took for page in self.took.values() for took in page]
        return share(self.took.get(worst, []), 95), worst, share(every, 95), len(every), self.wrong


class Rain:
    """Reports of no light at a steady rate, as villagers send them."""

    def __init__(self, server, reports, seconds, crowd=16):
        self.server, self.reports, self.seconds = server, reports, seconds
        self.next, self.lock = 0, threading.Lock()
        self.took, self.late, self.refused = [], [], {}
        self.threads = [threading.Thread(target=self.send, daemon=True) for _ in range(crowd)]

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def send(self):
        line = Line(self.server)
        while True:
            with self.lock:
                at, self.next = self.next, self.next + 1
            if at >= len(self.reports):
                return
            account, village, phone, _ = self.reports[at]
            due = self.began + at * self.seconds / len(self.reports)
            pause = due - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            try:
                body = {"village": village, "name": "王桂兰", "phone": phone, "answers": "house:all,neighbours:dark"}
                if at % 3:
                    # The others are known by their phone.
                    body["account"] = account
                status, content, took = line.post("/api/v1/outages/reports", body)
            except (OSError, http.client.HTTPException):
                line = Line(self.server)
                status, content, took = 0, b"", 0.0
            with self.lock:
                self.took.append(took)
                self.late.append(time.monotonic() - due)
                if status != 201:
                    key = f"{status} {content[:120].decode(errors='replace')}"
                    self.refused[key] = self.refused.get(key, 0) + 1

    def end(self):
        for thread in self.threads:
            thread.join()
        return time.monotonic() - self.began
