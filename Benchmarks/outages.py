"""What outages promise in a county of 250,000 customers, 2,000 areas and 400 villages, part by part.

Every part works on a copy of the county, prints its figures beside what was promised, and throws the copy away.
"""
import os, random, re, select, shutil, socket, sqlite3, sys, threading, time

from machine import PROGRAM, ROOT, Postgres, Server, say, settle, sh, sweep, wrk
from wire import Line, Probe, Rain, rows, share, token

COUNTY = {"west": 113.9, "south": 33.9, "east": 114.7, "north": 34.7}


def row(name, value, promise=""):
    say(f"  {name:<44} {value:>24}" + (f"   promised: {promise}" if promise else ""))


class Ground:
    """A filled county, and copies of it for those who change it."""

    def __init__(self, engine, folder, kind, command):
        self.engine, self.folder, self.kind, self.command = engine, folder, kind, command
        self.data = os.path.join(folder, f"{kind}-{engine}")
        self.postgres = None
        if engine == "postgres":
            self.postgres = Postgres(folder)
        self.database = self.postgres.url(kind) if self.postgres else None
        self.said = os.path.join(self.data, "bench-said")
        if not os.path.exists(self.said):
            self.fill()
        self.figures = dict(line.split(None, 1) for line in open(self.said).read().splitlines() if " " in line)

    def fill(self):
        shutil.rmtree(self.data, ignore_errors=True)
        os.makedirs(self.data)
        if self.postgres:
            self.postgres.drop(self.kind)
            self.postgres.create(self.kind)
        began = time.monotonic()
        said = self.run(*self.command, data=self.data, database=self.database)
        if self.postgres:
            sweep(self.database)
        say(f"  ({self.kind} filled in {time.monotonic() - began:.0f} s)")
        with open(self.said, "w") as f:
            f.write(said)

    def run(self, *command, data, database):
        more = ["--database", database] if database else []
        return sh(PROGRAM, *command, "--data", data, *more, env={**os.environ, "CUNWANG_HOME": ROOT})

    def copy(self):
        return Copy(self)

    def stop(self):
        if self.postgres:
            self.postgres.stop()


class Copy:
    """The county to be changed, with a server over it."""

    def __init__(self, ground):
        self.ground = ground
        self.data = ground.data + "-copy"
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(ground.data, self.data)
        self.database = None
        if ground.postgres:
            ground.postgres.drop("copy")
            ground.postgres.create("copy", template=ground.kind)
            self.database = ground.postgres.url("copy")
        self.server = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        if self.ground.postgres:
            self.ground.postgres.drop("copy")

    def serve(self):
        self.server = Server(self.data, self.database)
        settle()
        return self.server

    def close(self):
        self.server.stop()
        self.server = None

    def run(self, *command):
        return self.ground.run(*command, data=self.data, database=self.database)

    def rows(self, query):
        if self.database:
            out = sh("psql", "-At", "-F", "\t", self.database, "-c", query)
            return [tuple(line.split("\t")) for line in out.splitlines()]
        with sqlite3.connect(f"file:{self.data}/cunwang.sqlite?mode=ro", uri=True, timeout=30) as database:
            return database.execute(query).fetchall()

    def count(self, query):
        return int(self.rows(query)[0][0] or 0)

    def wait(self, query, most):
        """Until a count is 0; seconds, or None after so many."""
        began = time.monotonic()
        while time.monotonic() - began < most:
            if self.count(query) == 0:
                return time.monotonic() - began
            time.sleep(0.2)
        return None


def many(options, name, ask, promise, unit="ms"):
    """Percentiles of what `ask` takes for each of the options."""
    took = [ask(option) for option in options]
    row(name, f"p50 {share(took, 50):.2f}, p99 {share(took, 99):.2f}, max {max(took):.2f} {unit}", promise)
    return took


# MARK: 1. Who is affected

def affected(ground):
    said = dict(line.split() for line in ground.run("bench", "grid", data=ground.data, database=ground.database).splitlines())
    row("the question, devices", f"{said['devices']}")
    row("the question, up to customers", f"{int(said['affected-most']):,}")
    row("the question", f"p50 {float(said['affected-p50-ms']):.2f}, p99 {float(said['affected-p99-ms']):.2f}, "
        f"max {float(said['affected-max-ms']):.2f} ms", "< 20 ms")
    devices = rows(ground.data, "bench-devices")
    with ground.copy() as copy:
        line = Line(copy.serve(), token(copy.data, "bench-company"))

        def page(device):
            status, body, took = line.get(f"/network/devices/{device[0]}")
            if status != 200 or b"<main" not in body:
                sys.exit(f"/network/devices/{device[0]}: {status}")
            return took
        many(devices[:50], "the page, the first of each (cold)", page, "")
        many(devices, f"the page of {len(devices):,} devices", page, "< 20 ms")
        heads = [device for device in devices if int(device[1]) >= 5_000]
        many(heads * 5, f"… of {len(heads)} breakers and first lines", page, "< 20 ms")


# MARK: 2. The map

def views(n):
    """The county, then boxes around drawn places at drawn zooms, as wide as a desk's window."""
    cards = random.Random(20260720)
    yield {**COUNTY, "zoom": 10}
    for _ in range(n):
        zoom = cards.randint(9, 19)
        high, wide = 700 * 360 / (256 * 2 ** zoom) * 0.83, 1280 * 360 / (256 * 2 ** zoom)
        north, west = cards.uniform(34.0, 34.57) + high / 2, cards.uniform(114.0, 114.57) - wide / 2
        yield {"west": round(west, 5), "south": round(north - high, 5), "east": round(west + wide, 5),
               "north": round(north, 5), "zoom": zoom}


def outages(copy, most, crews=True):
    """Lets the faults of the storm that several households tell of happen, and crews take two in three."""
    faults = {}
    for report in rows(copy.data, "bench-storm"):
        faults.setdefault(report[3], []).append(report)
    chosen = [fault for fault in faults.values() if 3 <= len(fault) <= 60][:most]
    rain = Rain(copy.server, [report for fault in chosen for report in fault], seconds=10)
    rain.start()
    rain.end()
    if rain.refused:
        sys.exit(f"refused: {rain.refused}")
    if copy.wait("SELECT COUNT(*) FROM outage_report WHERE state = 'waiting'", 120) is None:
        sys.exit("the reports were not put together within 120 s")
    if crews:
        tokens = dict(rows(copy.data, "bench-workers"))
        waiting = copy.rows("SELECT i.number, p.name FROM incident i JOIN cases c ON c.id = i.id "
                            "JOIN person p ON p.id = c.assignee WHERE i.open = 1 ORDER BY i.id")
        for n, (number, name) in enumerate(waiting):
            if n % 3 < 2 and name in tokens:
                line = Line(copy.server, tokens[name])
                line.need("POST", f"/api/v1/requests/{number}/accept", {})
                if n % 3 == 0:
                    line.need("POST", f"/api/v1/incidents/{number}/arrive", {})
    return copy.count("SELECT COUNT(*) FROM incident WHERE open = 1 AND single = 0")


def map_views(ground):
    with ground.copy() as copy:
        server = copy.serve()
        row("running outages of more than one house", outages(copy, 200))
        row("of these with a crew", copy.count("SELECT COUNT(*) FROM incident i JOIN cases c ON c.id = i.id "
            "WHERE i.open = 1 AND i.single = 0 AND c.state NOT IN ('submitted', 'reopened')"))
        settle()
        for who in ("dispatcher", "company"):
            line = Line(server, token(copy.data, f"bench-{who}"))
            for name, boxes in (("the county", [next(views(0))] * 30), ("300 boxes", list(views(300))[1:])):
                took, sizes = [], []
                for box in boxes:
                    path = "/map/view?" + "&".join(f"{key}={value}" for key, value in box.items())
                    status, body, ms = line.get(path)
                    if status != 200:
                        sys.exit(f"{path}: {status}")
                    took.append(ms)
                    sizes.append(len(body))
                row(f"{who}, {name}: bytes, encoding {line.encoding}", f"most {max(sizes):,}", "< 200,000")
                row(f"{who}, {name}: server", f"p50 {share(took, 50):.1f}, p99 {share(took, 99):.1f}, max {max(took):.1f} ms",
                    "< 100 ms")
            took = [line.get("/map")[2] for _ in range(20)]
            row(f"{who}, the page /map", f"p50 {share(took, 50):.1f}, max {max(took):.1f} ms")


# MARK: 3. A storm

def histogram(server, name):
    """Upper bounds and running counts of a timer in /metrics."""
    text = Line(server).get("/metrics")[1].decode()
    found = re.findall(rf'^{name}_seconds_bucket{{[^}}]*le="([^"]+)"}} (\d+)', text, re.M)
    return [(float(bound), int(count)) for bound, count in found]


def bound(buckets, percent):
    """In which bucket a percentile lies."""
    if not buckets or not buckets[-1][1]:
        return "no answer"
    for upper, count in buckets:
        if count >= buckets[-1][1] * percent / 100:
            return f"<= {upper * 1000:g} ms"


def pages(copy):
    """What other people open meanwhile."""
    dispatcher, company = token(copy.data, "bench-dispatcher"), token(copy.data, "bench-company")
    village = rows(copy.data, "bench-intake")[7][1]
    box = "&".join(f"{key}={value}" for key, value in COUNTY.items()) + "&zoom=10"
    worker = rows(copy.data, "bench-people")[0][0]
    return [("/work", worker), ("/board", dispatcher), ("/outages", dispatcher), (f"/villages/{village}", None),
            (f"/no-light?village={village}", None), ("/", None), ("/search?q=%E5%8F%98%E5%8E%8B%E5%99%A8", dispatcher),
            (f"/map/view?{box}", company)]


def storm(ground, seconds=60):
    with ground.copy() as copy:
        server = copy.serve()
        reports = rows(copy.data, "bench-storm")
        form = f"/requests/new?kind=usage&village={rows(copy.data, 'bench-intake')[3][1]}"
        usual = {"form": wrk(server, "form.lua", copy.data, 32, 8, form), "intake": wrk(server, "intake.lua", copy.data, 64, 8)}
        settle()
        probe = Probe(server, pages(copy))
        probe.start()
        rain = Rain(server, reports, seconds)
        rain.start()
        time.sleep(3)
        during = {"form": wrk(server, "form.lua", copy.data, 32, 20, form)}
        during["intake"] = wrk(server, "intake.lua", copy.data, 64, 20)
        took = rain.end()
        lag = copy.wait("SELECT COUNT(*) FROM outage_report WHERE state = 'waiting'", 300)
        p95, page, every, asked, wrong = probe.end()
        row("reports sent", f"{len(rain.took):,} in {took:.1f} s", "10,000 in 60 s")
        row("reports stored", f"{copy.count('SELECT COUNT(*) FROM outage_report'):,}; {sum(rain.refused.values())} refused")
        for problem, n in rain.refused.items():
            say(f"    {n} × {problem}")
        row("a report, until it is answered", f"p50 {share(rain.took, 50):.1f}, p95 {share(rain.took, 95):.1f}, "
            f"p99 {share(rain.took, 99):.1f} ms")
        row("faults in the storm", f"{len({report[3] for report in reports}):,}")
        row("outages made", f"{copy.count('SELECT COUNT(*) FROM incident'):,}, "
            f"{copy.count('SELECT COUNT(*) FROM incident WHERE open = 1'):,} running")
        row("reports that belong to one", f"{copy.count('SELECT COUNT(*) FROM outage_report WHERE incident IS NOT NULL'):,}")
        row("put together after the last report", "not within 300 s" if lag is None else f"{lag:.1f} s later")
        buckets = histogram(server, "cunwang_locating_report")
        row("locating, a report", f"p50 {bound(buckets, 50)}, p99 {bound(buckets, 99)}", "< 5 ms")
        runs = histogram(server, "cunwang_locating_run")
        row("locating, a run over a feeder", f"p50 {bound(runs, 50)}, p99 {bound(runs, 99)}")
        for name, before in usual.items():
            rate = during[name][0]
            row(f"{'request form' if name == 'form' else 'intake'}, before and during", f"{before[0]:,.0f}/s, {rate:,.0f}/s",
                f"at least half; is {rate / before[0]:.0%}; {during[name][1]} wrong")
        row("other pages meanwhile, p95", f"{every:.0f} ms of {asked}, {wrong} wrong", "<= 500 ms")
        row(f"… the slowest, {page}", f"{p95:.0f} ms", "<= 500 ms")
        row("most memory used", f"{server.memory():.0f} MB")


# MARK: 4. Open boards

class Boards:
    """Open streams of the board's events."""

    def __init__(self, server, count, session):
        self.sockets = []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", server.port))
            one.sendall((f"GET /board/live HTTP/1.1\r\nHost: x\r\nCookie: cunwang={session}\r\nAccept: text/event-stream"
                         "\r\n\r\n").encode())
            self.sockets.append(one)
        waiting = {one: b"" for one in self.sockets}
        self.read(waiting, b": here", 30)

    def read(self, waiting, wanted, most):
        """Seconds until every stream held the wanted text; None when not all did."""
        began = time.monotonic()
        poll = select.poll()
        names = {one.fileno(): one for one in waiting}
        for number in names:
            poll.register(number, select.POLLIN)
        while names and time.monotonic() - began < most:
            for number, _ in poll.poll(100):
                one = names[number]
                waiting[one] += one.recv(65536)
                if wanted in waiting[one]:
                    poll.unregister(number)
                    del names[number]
        return None if names else time.monotonic() - began

    def drain(self):
        for one in self.sockets:
            one.setblocking(False)
            try:
                while one.recv(65536):
                    pass
            except BlockingIOError:
                pass
            one.setblocking(True)

    def close(self):
        for one in self.sockets:
            one.close()


def live(ground, count=500):
    with ground.copy() as copy:
        server = copy.serve()
        session = token(copy.data, "bench-dispatcher")
        reports = rows(copy.data, "bench-storm")
        for _ in range(50):
            Line(server, session).get("/board")
        outages(copy, 40, crews=False)
        settle()
        before = server.memory("VmRSS")
        boards = Boards(server, count, session)
        time.sleep(2)
        opened = server.memory("VmRSS")
        row(f"{count} open boards, more memory", f"{opened - before:.1f} MB on {before:.0f}", "< 100 MB")
        took = []
        for n in range(6):
            # What the report before brought has been told by then: a stream pauses between two events.
            time.sleep(8)
            boards.drain()
            report = reports[-1 - n]
            line = Line(server)
            began = time.monotonic()
            line.need("POST", "/api/v1/outages/reports", {"village": report[1], "account": report[0], "name": "王桂兰",
                                                           "phone": report[2]})
            rest = boards.read({one: b"" for one in boards.sockets}, b"event: changed", 20)
            if rest is None:
                sys.exit("not every board heard of it within 20 s")
            took.append((time.monotonic() - began) * 1000)
        row("from a report until all heard of it", f"p50 {share(took, 50):.0f}, max {max(took):.0f} ms")
        # As many events as a storm brings, while nobody reads slowly.
        probe = Probe(server, pages(copy))
        probe.start()
        rain = Rain(server, reports[:3_000], 18)
        rain.start()
        heard = threading.Event()

        def reading():
            while not heard.is_set():
                boards.drain()
                time.sleep(0.1)
        reader = threading.Thread(target=reading)
        reader.start()
        rain.end()
        heard.set()
        reader.join()
        p95, page, every, asked, wrong = probe.end()
        row("3,000 reports in 18 s, boards open: a report", f"p95 {share(rain.took, 95):.1f} ms, {sum(rain.refused.values())} refused")
        row("… other pages, p95; the slowest", f"{every:.0f} ms; {page} {p95:.0f} ms", "<= 500 ms")
        row("… most memory used", f"{server.memory():.0f} MB")
        boards.close()


# MARK: 5. One update to many

def broadcast(ground, count=50_000):
    with ground.copy() as copy:
        server = copy.serve()
        faults = {}
        for report in rows(copy.data, "bench-storm"):
            faults.setdefault(report[3], []).append(report)
        rain = Rain(server, max(faults.values(), key=len)[:600], 5)
        rain.start()
        rain.end()
        copy.wait("SELECT COUNT(*) FROM outage_report WHERE state = 'waiting'", 60)
        copy.close()
        number = dict(line.split() for line in copy.run("bench", "followers", "--count", str(count)).splitlines())["outage"]
        server = copy.serve()
        told = "SELECT COUNT(*) FROM inbox WHERE template = 'outage-estimate'"
        probe = Probe(server, pages(copy))
        probe.start()
        line = Line(server, token(copy.data, "bench-dispatcher"))
        began = time.monotonic()
        _, took = line.need("POST", f"/api/v1/incidents/{number}/estimate", {"minutes": 90})
        row("the dispatcher's update is answered after", f"{took:.0f} ms")
        reached, all_after = 0, None
        while time.monotonic() - began < 400:
            reached = copy.count(told)
            if reached >= count:
                all_after = time.monotonic() - began
                break
            time.sleep(0.5)
        p95, page, every, asked, wrong = probe.end()
        row("households told in their inbox", f"{reached:,}")
        row(f"{count:,} reached after", f"{all_after:.1f} s" if all_after else "not within 400 s", "<= 300 s")
        row("other pages meanwhile, p95", f"{every:.0f} ms of {asked}, {wrong} wrong", "<= 500 ms")
        row(f"… the slowest, {page}", f"{p95:.0f} ms", "<= 500 ms")


# MARK: 6. What the registry promises

def planned(ground):
    """200,000 households of planned outages, a feeder each."""
    with ground.copy() as copy:
        server = copy.serve()
        line = Line(server, token(copy.data, "bench-company"))
        feeders = line.need("GET", "/api/v1/network/feeders")[0]["items"][:20]
        start = time.strftime("%Y-%m-%dT01:00:00Z", time.gmtime(time.time() + 10 * 86_400))
        end = time.strftime("%Y-%m-%dT05:00:00Z", time.gmtime(time.time() + 10 * 86_400))
        probe = Probe(server, pages(copy))
        probe.start()
        asked, began = [], time.monotonic()
        for feeder in feeders:
            asked.append(line.need("POST", "/api/v1/planned", {
                "feeder": feeder["id"], "kind": "planned", "work": "更换导线", "start": start, "end": end, "contact": "调度",
                "phone": "13800000000", "waiver": "测量"})[1])
        done = copy.wait("SELECT COUNT(*) FROM planned_outage WHERE listed_at IS NULL", 120)
        all_took = time.monotonic() - began
        p95, page, every, _, wrong = probe.end()
        row("asked for, each", f"p50 {share(asked, 50):.0f}, max {max(asked):.0f} ms")
        row("households selected", f"{copy.count('SELECT COUNT(*) FROM planned_household'):,}")
        row("selected after the last was asked for", "not within 120 s" if done is None else f"{done:.1f} s", "<= 5 s")
        row("… after the first", f"{all_took:.1f} s")
        row("other pages meanwhile, p95; the slowest", f"{every:.0f} ms; {page} {p95:.0f} ms, {wrong} wrong", "<= 500 ms")


def registry(ground):
    leaving, successor, village = (ground.figures[name] for name in ("leaving", "successor", "village"))
    with ground.copy() as copy:
        file = os.path.join(copy.data, "villages.csv")
        with open(file, "w") as f:
            f.write("township,slug,name,name_en,pinyin,latitude,longitude\n")
            for n in range(1_500):
                f.write(f"bench/city/county/t{n % 4},new{n},新村{n},New {n},xincun,{34 + n % 40 * 0.01:.4f},{114 + n // 40 * 0.01:.4f}\n")
        began = time.monotonic()
        said = copy.run("import", "villages", file).split()
        row("villages imported", f"{said[-1]} in {time.monotonic() - began:.2f} s", "1,500 in 60 s")
        people = copy.count("SELECT COUNT(*) FROM account")
        server = copy.serve()
        dispatcher, head, company = (token(copy.data, f"bench-{name}") for name in ("dispatcher", "head", "company"))
        line = Line(server, dispatcher)
        numbers = [str(13_800_000_000 + n * 7919 % people) for n in range(300)]

        def caller(phone):
            found, took = line.need("GET", f"/api/v1/accounts?phone={phone}")
            return took if len(found["items"]) == 1 else sys.exit(f"no household of {phone}")

        def caller_page(phone):
            status, body, took = line.get(f"/callers?phone={phone}")
            return took if status == 200 and b'class="cards"' in body else sys.exit(f"no card of {phone}")
        many(numbers, f"a caller among {people:,}", caller, "<= 300 ms")
        many(numbers, "… the page", caller_page, "<= 300 ms")
        pairings = copy.count(f"SELECT COUNT(*) FROM pairing WHERE village = '{village}'")
        days = [time.strftime("%Y-%m-%d", time.gmtime(time.time() - n * 11.5 * 86_400)) for n in range(300)]
        wide = Line(server, company)

        def responsible(day):
            found, took = wide.need("GET", f"/api/v1/villages/{village}/responsible?on={day}")
            return took if "representative" in found else sys.exit(f"nobody on {day}")
        many(days, f"who was responsible, {pairings} pairings", responsible, "<= 200 ms")
        cases = copy.count(f"SELECT COUNT(*) FROM cases WHERE assignee = '{leaving}' AND open = 1")
        made, _ = Line(server, head).need("POST", "/api/v1/handovers", {"leaving": leaving, "successor": successor, "reason": "调动"})
        done, took = wide.need("POST", f"/api/v1/handovers/{made['id']}/approve", {})
        moved = copy.count(f"SELECT COUNT(*) FROM cases WHERE assignee = '{successor}' AND open = 1")
        row("handed over", f"{done['counts']['cases']} of {cases} cases, {done['counts']['households']:,} households")
        row("… in one transaction", f"{took / 1000:.2f} s; {moved} are the successor's", "<= 5 s")


# MARK: 7. The drawing

def drawing(ground):
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return say("  (needs Playwright: run with .venv/bin/python Benchmarks/run …)")
    with ground.copy() as copy:
        server = copy.serve()
        outages(copy, 200)
        settle()
        devices = int(copy.rows("SELECT COUNT(*) FROM grid_node")[0][0])
        row("points of the network", f"{devices:,}", "100,000")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, size in (("phone", (390, 844)), ("desk", (1280, 900))):
                firsts, usables, pans, zooms, most = [], [], [], [], 0
                for _ in range(5):
                    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
                    context.add_cookies([{"name": "cunwang", "value": token(copy.data, "bench-company"), "url": server.base}])
                    page = context.new_page()
                    page.on("response", lambda answer: sizes.append(answer) if "/map/view" in answer.url else None)
                    sizes = []
                    devtools = context.new_cdp_session(page)
                    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
                    began = time.monotonic()
                    page.goto(server.base + "/map", wait_until="commit")
                    page.wait_for_selector("#map[data-drawn]", timeout=60_000)
                    usables.append(time.monotonic() - began)
                    firsts.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
                    # A pan is over when what is in view now is drawn; the page itself waits 150 ms for further moves.
                    pans.append(moved(page, "document.querySelector('#map').focus()", "ArrowRight"))
                    zooms.append(moved(page, "document.querySelector('#map').focus()", "+"))
                    most = max([most] + [len(answer.body()) for answer in sizes])
                    context.close()
                row(f"{name}, 4 times slower: first paint", f"p50 {share(firsts, 50):.2f}, max {max(firsts):.2f} s", "<= 2 s")
                row(f"{name}: the map drawn", f"p50 {share(usables, 50):.2f}, max {max(usables):.2f} s")
                row(f"{name}: a pan; a zoom, drawn", f"max {max(pans):.2f} s; {max(zooms):.2f} s")
                row(f"{name}: the largest view", f"{most:,} bytes", "<= 200,000")
            browser.close()


def moved(page, before, key):
    page.evaluate(before)
    page.evaluate("document.querySelector('#map').removeAttribute('data-drawn')")
    began = time.monotonic()
    page.keyboard.press(key)
    page.wait_for_selector("#map[data-drawn]", timeout=60_000)
    return time.monotonic() - began


PARTS = {
    "affected": ("the households of a device", "county", affected), "map": ("the map", "county", map_views),
    "storm": ("10,000 reports in a minute", "county", storm), "live": ("500 open boards", "county", live),
    "broadcast": ("one update to 50,000 followers", "county", broadcast),
    "planned": ("200,000 households of planned outages", "county", planned),
    "registry": ("the registry", "people", registry), "drawing": ("the map in a browser", "county", drawing),
}
FILLS = {"county": ("bench", "grid"), "people": ("bench", "people")}


def run(engines, parts, folder):
    for engine in engines:
        for part in parts:
            title, kind, measure = PARTS[part]
            say(f"\n{engine}: {title}")
            ground = Ground(engine, folder, kind, FILLS[kind])
            try:
                measure(ground)
            finally:
                ground.stop()
