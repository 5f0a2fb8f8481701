"""Real pages in Chromium: opens them, follows their links, and looks for faults."""

import itertools
import re
from collections import deque
from pathlib import Path
from urllib.parse import urljoin, urlsplit, parse_qs

from axe_playwright_python.sync_playwright import Axe

CHECKS = (Path(__file__).parent / "checks.js").read_text()
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Where a walk begins; the rest is found by following links.
STARTS = ["/", "/choose", "/danger", "/requests/new", "/follow", "/sign-in", "/mine", "/work", "/board", "/search",
          "/inbox", "/told", "/counter", "/kinds", "/record", "/operations", "/results", "/results/reliability", "/results/planning", "/planned", "/planned/week", "/quiet-days", "/household-tags", "/network", "/network/import", "/network/imports", "/claims",
          "/claims/new", "/claims/calculator", "/people", "/units", "/notices",
          "/callers", "/audit", "/handovers", "/my/sessions", "/sign-in/help", "/sign-in/code"]
NOT_PAGES = re.compile(r"^/(api|assets|metrics|healthz|readyz|photos|prefer|sign-out|hooks)(/|$)|/live$|\.(csv|json|geojson|png|svg|jpg|webm|js|css)$")
# Every window calls from an address of its own, as a proxy would name it: limits count by address.
_addresses = itertools.count()
VARIABLE = re.compile(r"^(?:[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{20,}|\d+|\d{4}-\d\d(-\d\d)?)$")


def shape(address: str) -> str:
    """The page's kind: `/cases/*` for every case; with the names of the query, not its values."""
    parts = urlsplit(address)
    path = "/".join("*" if VARIABLE.match(part) else part for part in parts.path.split("/"))
    # Another page of the same list, or the way back, is no other kind of page.
    names = sorted(set(parse_qs(parts.query, keep_blank_values=True)) - {"after", "trail", "back", "from", "to"})
    return path + ("?" + "&".join(names) if names else "")


class Browsing:
    """One person's browser window of one size."""

    def __init__(self, browser, base: str, *, person: dict | None = None, size=None, language="zh-Hans", large=False,
                 scripts=True, cookie: str | None = None):
        self.base = base
        self.context = browser.new_context(
            viewport=size or PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=scripts,
            extra_http_headers={"X-Forwarded-For": f"198.18.0.{next(_addresses) % 250 + 1}"},
            reduced_motion="reduce", geolocation={"latitude": 34.05, "longitude": 114.2}, permissions=["geolocation"])
        self.context.set_default_timeout(10_000)
        cookies = [("lang", language)] + ([("large", "1")] if large else []) + ([("cunwang", cookie)] if cookie else [])
        self.context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies])
        self.large = large
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.troubles.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("response", self._seen)

    def _seen(self, response):
        if response.status >= 400 and response.url != self.page.url:
            self.troubles.append(f"{response.status} {response.url}")

    def open(self, address: str) -> int:
        self.troubles.clear()
        answer = self.page.goto(urljoin(self.base, address), wait_until="load")
        return answer.status if answer else 0

    def links(self) -> list[str]:
        """Addresses of our own pages that this page leads to."""
        found = []
        for address in self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            if address.startswith(self.base + "/"):
                path = address[len(self.base):].split("#")[0]
                if not NOT_PAGES.search(urlsplit(path).path):
                    found.append(path)
        return found

    def faults(self) -> list[str]:
        options = {"least": 60, "text": 22} if self.large else {"least": 24}
        return self.page.evaluate(f"(options) => ({CHECKS})(options)", options) + self.troubles

    def axe(self) -> list[str]:
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
        return [f"axe {v['id']} ({v['impact']}): {v['help']}: {v['nodes'][0]['html'][:160]}"
                for v in found.response["violations"]]

    def close(self):
        self.context.close()


def kinds_apart(address: str) -> str:
    """As `shape`, but the intake of each kind is a page of its own."""
    kind = parse_qs(urlsplit(address).query).get("kind", [""])[0]
    return shape(address) + (f" {kind}" if urlsplit(address).path == "/requests/new" else "")


def walk(window: Browsing, visit, starts=STARTS, at_most=250, shape=shape):
    """Opens one page of every shape that can be reached, and calls `visit(path, status)` on each."""
    queue = deque(starts)
    seen: set[str] = set()
    while queue and len(seen) < at_most:
        path = queue.popleft()
        if shape(path) in seen:
            continue
        seen.add(shape(path))
        status = window.open(path)
        reached = window.page.url[len(window.base):]
        # A start that leads elsewhere is that other page.
        if shape(reached) != shape(path):
            if shape(reached) in seen:
                continue
            seen.add(shape(reached))
        visit(reached, status)
        if status == 200:
            queue.extend(window.links())
