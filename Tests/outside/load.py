"""Many people filing requests at once, each repeating a request until it is answered, as a phone
with a bad connection does."""

import itertools
import threading
import time
import uuid

import requests

from server import Phone


class Intake:
    """Remembers every request that was sent, under which key, and what was acknowledged."""

    def __init__(self, make_phone, villages: list[str], people: int = 12):
        self.make_phone = make_phone
        self.villages = villages
        self.people = people
        self.acknowledged: dict[str, dict] = {}
        self.waiting: list[tuple[str, dict]] = []
        self.refused: list[str] = []
        self.unavailable = 0
        self.retried = 0
        self._lock = threading.Lock()
        self._next = itertools.count(1)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self):
        self._stop.clear()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.people)]
        for thread in self._threads:
            thread.start()

    def finish(self):
        """Nobody begins another request; the open ones end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request hangs"

    def settle(self, seconds: float = 60):
        """Repeats what was never answered, until nothing waits."""
        phone = self.make_phone()
        deadline = time.monotonic() + seconds
        while self.waiting:
            assert time.monotonic() < deadline, f"{len(self.waiting)} requests were never answered"
            before = len(self.waiting)
            self._send(phone, *self._take())
            if len(self.waiting) == before:
                time.sleep(0.1)

    def _take(self) -> tuple[str, dict]:
        with self._lock:
            if self.waiting:
                self.retried += 1
                return self.waiting.pop(0)
        n = next(self._next)
        key = str(uuid.uuid4())
        return key, {
            "kind": "repair", "village": self.villages[n % len(self.villages)], "name": f"村民{n}",
            "phone": f"138{n:08d}", "what": f"#{key[:13]} 家里没电了，第{n}件",
        }

    def _work(self):
        phone = self.make_phone()
        while not self._stop.is_set():
            key, body = self._take()
            if not self._send(phone, key, body):
                time.sleep(0.02)

    def _send(self, phone: Phone, key: str, body: dict) -> bool:
        try:
            answer = phone.post("/requests", body, key=key)
        except requests.RequestException:
            answer = None
        with self._lock:
            if answer is not None and answer.status_code == 201:
                told = answer.json()
                known = self.acknowledged.get(key)
                assert known is None or known["number"] == told["number"], f"{key}: {known} and {told}"
                self.acknowledged[key] = {"number": told["number"], "what": body["what"]}
                return True
            if answer is not None and answer.status_code not in (503, 500):
                self.refused.append(f"{answer.status_code} {answer.text[:300]}")
                return False
            if answer is not None:
                if answer.status_code == 500:
                    self.refused.append(f"500 {answer.text[:300]}")
                elif "Retry-After" not in answer.headers:
                    self.refused.append(f"503 without Retry-After {answer.text[:300]}")
                self.unavailable += 1
            self.waiting.append((key, body))
            return False


def every_request(phone: Phone) -> list[dict]:
    """All requests that this person may see, by following the list from page to page."""
    items, after = [], None
    while True:
        query = {"limit": 100} | ({"after": after} if after else {})
        answer = phone.get("/requests", **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        after = page.get("next")
        if not after:
            return items
