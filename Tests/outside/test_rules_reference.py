"""The rules of reliability and of locating once more, the slow way, on drawn cases: what the program
prints must be the same to the last digit."""

import csv
import json
import math
import random
import subprocess
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from server import BINARY, HOME

CASES = 25


def command(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "rules", *map(str, arguments)], capture_output=True, text=True, cwd=HOME, timeout=60)


def table(path, head, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([head, *rows])


# Reliability


def days_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def reference(rows, served: int, year: int, history, years) -> dict:
    """Straight from the definitions, with whole seconds and fractions."""
    rows = [row for row in rows if row["start"].year == year]
    minutes = days_of(year) * 1440

    def lost(row) -> int:
        return round((row["restored"] - row["start"]).total_seconds()) * row["customers"]

    def lasting(row) -> bool:
        return row["restored"] - row["start"] > timedelta(minutes=5)

    def figures(some, period) -> dict:
        some = [row for row in some if lasting(row)]
        hit = sum(row["customers"] for row in some)
        seconds = sum(map(lost, some))
        return {
            "customers_interrupted": hit,
            "customer_minutes": rounded(Fraction(seconds, 60), 6),
            "saifi": rounded(Fraction(hit, served), 6),
            "saidi_min": rounded(Fraction(seconds, 60 * served), 6),
            "caidi_min": rounded(Fraction(seconds, 60 * hit), 6) if hit else None,
            "asai": rounded(1 - Fraction(seconds, 60 * served * period), 9),
        }

    logs = [math.log(value) for day, value in history if years[0] <= day.year <= years[1] and value > 0]
    alpha = beta = population = limit = limit_population = None
    if len(logs) > 1:
        alpha = math.fsum(logs) / len(logs)
        squares = math.fsum((log - alpha) ** 2 for log in logs)
        beta, population = math.sqrt(squares / (len(logs) - 1)), math.sqrt(squares / len(logs))
        limit, limit_population = math.exp(alpha + 2.5 * beta), math.exp(alpha + 2.5 * population)
    daily = defaultdict(int)
    for row in filter(lasting, rows):
        daily[row["start"].date()] += lost(row)
    major = sorted(day for day, seconds in daily.items() if limit is not None and seconds / 60 / served > limit)
    brief = [row for row in rows if not lasting(row)]

    def users(planned=(True, False), without=None):
        some = [row for row in rows if row["planned"] in planned and not (without and row[without])]
        return Fraction(sum(map(lost, some)), 3600 * served), Fraction(sum(row["customers"] for row in some), served)

    def rate(without=None):
        return rounded(1 - users(without=without)[0] * 60 / minutes, 9)

    return {
        "customers_served": served, "year": year, "nonzero_history_days": len(logs), "alpha": rounded(alpha, 9),
        "beta": rounded(beta, 9), "beta_population": rounded(population, 9), "tmed": rounded(limit, 6),
        "tmed_population": rounded(limit_population, 6), "med": [day.isoformat() for day in major],
        "momentary_rows": len(brief), "all": figures(rows, minutes),
        "without_med": figures([row for row in rows if row["start"].date() not in major], minutes),
        "only_med": figures([row for row in rows if row["start"].date() in major], minutes),
        "unplanned": figures([row for row in rows if not row["planned"]], minutes),
        "maifi": rounded(Fraction(sum(row["customers"] for row in brief), served), 6),
        "dlt836": {
            "rs_1": rate(), "rs_2": rate("external"), "rs_3": rate("limited"),
            "aihc_hours": rounded(users()[0], 6), "aihc_planned_hours": rounded(users((True,))[0], 6),
            "aihc_fault_hours": rounded(users((False,))[0], 6), "aitc": rounded(users()[1], 6),
            "aitc_planned": rounded(users((True,))[1], 6), "aitc_fault": rounded(users((False,))[1], 6),
        },
        "monthly": [
            {"month": f"{year}-{month:02d}",
             **figures([row for row in rows if row["start"].month == month],
                       1440 * ((date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days))}
            for month in range(1, 13)
        ],
    }


def rounded(value, digits):
    return None if value is None else round(float(value), digits)


def drawn_year(dice: random.Random):
    """Events in steps, in any order, some of them of other years, some of them again after their light was back."""
    served, year = dice.choice([7, 64, 128, 1200, 99_991]), dice.choice([2023, 2024, 2025])
    rows = []
    for event in range(dice.choice([0, 1, 5, 60])):
        start = datetime(year, 1, 1) + timedelta(minutes=dice.randrange(-4_000, 530_000))
        left, planned, cause = dice.randint(0, served), dice.random() < 0.3, dice.choice(["雷击", "a \"quoted\", cause", ""])
        external, limited = dice.random() < 0.2, dice.random() < 0.1
        for step in range(dice.randint(1, 4)):
            customers = dice.randint(0, left)
            left -= customers
            lasts = dice.choice([0, 299, 300, 301, dice.randint(1, 400_000)])
            rows.append({
                "event": f"E{event}", "step": step, "start": start, "restored": start + timedelta(seconds=lasts),
                "customers": customers, "planned": planned, "cause": cause, "external": external, "limited": limited,
            })
        if dice.random() < 0.2:
            last = max(row["restored"] for row in rows if row["event"] == f"E{event}")
            rows.append({**rows[-1], "step": 9, "start": last, "restored": last + timedelta(hours=2), "customers": served})
    dice.shuffle(rows)
    years = dice.choice([None, (year - 5, year - 1), (year - 2, year - 1)])
    many = dice.choice([0, 1, 2, 900])
    history = [(date(year - 6, 6, 1) + timedelta(days=n), dice.choice([0, round(dice.lognormvariate(-2, 1.5), 3)]))
               for n in dice.sample(range(2400), many)]
    return served, year, rows, history, years


@pytest.mark.parametrize("seed", range(CASES))
def test_reliability_is_the_reference(seed, tmp_path):
    served, year, rows, history, years = drawn_year(random.Random(seed))
    system = {"customers_served": served, "year": year} | ({"history_years": years} if years else {})
    (tmp_path / "system.json").write_text(json.dumps(system))
    table(tmp_path / "history.csv", ["date", "saidi_min"], [(day.isoformat(), value) for day, value in history])
    head = ["cause", "event_id", "step", "start", "restored", "customers", "planned", "external", "limited"]
    table(tmp_path / "events.csv", head, [
        (row["cause"], row["event"], row["step"], row["start"].isoformat(), row["restored"].isoformat(), row["customers"],
         int(row["planned"]), int(row["external"]), int(row["limited"])) for row in rows])
    done = command("reliability", "--events", tmp_path / "events.csv", "--system", tmp_path / "system.json",
                   "--history", tmp_path / "history.csv", "--further")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == reference(rows, served, year, history, years or (year - 5, year - 1))


def test_more_customers_at_once_than_there_are_is_refused(tmp_path):
    (tmp_path / "system.json").write_text('{"customers_served": 100, "year": 2025}')
    table(tmp_path / "history.csv", ["date", "saidi_min"], [])
    table(tmp_path / "events.csv", ["event_id", "step", "start", "restored", "customers", "planned", "cause"], [
        ("A", 1, "2025-05-01T10:00", "2025-05-01T12:00", 60, 0, ""), ("A", 2, "2025-05-01T11:00", "2025-05-01T13:00", 60, 0, "")])
    done = command("reliability", "--events", tmp_path / "events.csv", "--system", tmp_path / "system.json",
                   "--history", tmp_path / "history.csv")
    assert done.returncode == 1 and "line 3: event A has 120 customers" in done.stderr


# Locating


class Feeder:
    """A radial network as sets of loads: no numbering, no ranges."""

    def __init__(self, name: str):
        folder = HOME / "Data/networks" / name
        read = lambda file: list(csv.DictReader(open(folder / file)))
        near = defaultdict(list)
        for edge in read("edges.csv"):
            if edge["closed"].lower() in ("true", "1", ""):
                near[edge["from"]].append((edge["to"], edge["id"]))
                near[edge["to"]].append((edge["from"], edge["id"]))
        at = defaultdict(set)
        for load in read("loads.csv"):
            at[load["node"]].add(load["id"])
        #: load → edges from the source down to it, and edge → all loads behind it
        self.way: dict[str, list[str]] = {}
        self.behind: dict[str, set[str]] = defaultdict(set)
        waiting = [(node["id"], []) for node in read("nodes.csv") if node["kind"] == "source"]
        seen = {node for node, _ in waiting}
        while waiting:
            node, way = waiting.pop()
            for load in at[node]:
                self.way[load] = way
                for edge in way:
                    self.behind[edge].add(load)
            for other, edge in near[node]:
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, way + [edge]))

    def common(self, loads) -> list[set[str]]:
        """What lies behind the edges that feed all of them, the fewest first; equal ones once."""
        sets = []
        for edge in self.way[loads[0]]:
            if set(loads) <= self.behind[edge] and self.behind[edge] not in sets:
                sets.append(self.behind[edge])
        return sorted(sets, key=len)

    def like(self, loads: set[str]) -> set[str]:
        return {edge for edge, behind in self.behind.items() if behind == loads}

    def probability(self, loads) -> float:
        """docs/rules/locate.md, for few reports: the lowest among those above it and, for one, the house."""
        weights = [1 / ((len(behind) + 1) * math.comb(len(behind), len(loads))) for behind in self.common(loads)]
        if len(loads) > 1:
            return weights[0] / sum(weights)
        house = 4 / 2
        return (weights[0] + house) / (sum(weights) + house + 0.02)


FEEDERS = {name: Feeder(name) for name in ("rural1", "rural2")}
NINE = datetime(2026, 7, 20, 21)


def located(tmp_path, name, rows) -> list[dict]:
    columns = ["report", "at", "load", "light"]
    table(tmp_path / "reports.csv", columns, [(f"r{n}", *row) for n, row in enumerate(rows)])
    done = command("locate", "--network", f"Data/networks/{name}", "--reports", tmp_path / "reports.csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(done.stdout.splitlines()))


def moment(minutes: float) -> str:
    return (NINE + timedelta(minutes=minutes)).isoformat() + "+08:00"


@pytest.mark.parametrize("name", FEEDERS)
@pytest.mark.parametrize("seed", range(CASES))
def test_few_reports_in_any_order_name_the_lowest_edge_with_its_probability(seed, name, tmp_path):
    dice, feeder = random.Random(seed), FEEDERS[name]
    loads = dice.sample(sorted(feeder.way), dice.randint(1, 3))
    rows = [(moment(dice.uniform(0, 20)), load, "") for load in loads]
    # The same people once more, and some of them an hour off.
    rows += [(moment(dice.uniform(0, 20) + dice.choice([0, 0, -60, 60])), load, "off") for load in dice.choices(loads, k=3)]
    dice.shuffle(rows)
    found = located(tmp_path, name, rows)
    assert len(found) == 1, found
    assert {found[0]["edge"], *found[0]["also"].split()} == feeder.like(feeder.common(loads)[0])
    assert float(found[0]["probability"]) == pytest.approx(feeder.probability(loads), abs=0.5000001e-4)


@pytest.mark.parametrize("name", FEEDERS)
@pytest.mark.parametrize("seed", range(CASES))
def test_several_faults_with_light_between_them_are_each_named(seed, name, tmp_path):
    dice, feeder = random.Random(100 + seed), FEEDERS[name]
    chosen, taken = [], set()
    for edge in dice.sample(sorted(feeder.behind), len(feeder.behind)):
        behind = feeder.behind[edge]
        # Somebody with light on the way above each of them keeps them apart.
        if len(chosen) < 3 and behind.isdisjoint(taken) and len(behind) <= len(feeder.way) / 4:
            chosen.append(edge)
            taken |= behind
    lit = sorted(set(feeder.way) - taken)
    rows = [(moment(dice.uniform(0, 20)), load, "off") for edge in chosen for load in feeder.behind[edge]]
    rows += [(moment(25), load, "on") for load in lit]
    dice.shuffle(rows)
    found = located(tmp_path, name, rows)
    # Faults whose union is all that an edge feeds cannot be told from that edge.
    expected = []
    for edge in chosen:
        whole = {edge for edge, behind in feeder.behind.items() if behind <= taken}
        top = max((feeder.behind[other] for other in whole if feeder.behind[edge] <= feeder.behind[other]), key=len)
        if top not in expected:
            expected.append(top)
    named = [feeder.behind[row["edge"]] for row in found]
    covered = set().union(*named) if named else set()
    assert covered == taken, (chosen, found)
    assert all(any(one <= top for top in expected) for one in named), (chosen, found)


@pytest.mark.parametrize("name", FEEDERS)
def test_a_second_fault_hours_later_is_another_incident(name, tmp_path):
    feeder = FEEDERS[name]
    edge = min((edge for edge in feeder.behind if len(feeder.behind[edge]) >= 3), key=lambda edge: len(feeder.behind[edge]))
    rows = [(moment(start), load, "off") for start in (200, 0) for load in feeder.behind[edge]]
    found = located(tmp_path, name, rows)
    assert [{row["edge"], *row["also"].split()} for row in found] == [feeder.like(feeder.behind[edge])] * 2


def test_an_unknown_load_among_many_is_told_by_its_line(tmp_path):
    rows = [("a", moment(0), "H0", "off"), ("b", moment(1), "H999", "off"), ("c", moment(2), "", "off")]
    table(tmp_path / "reports.csv", ["report", "at", "load", "light"], rows)
    done = command("locate", "--network", "Data/networks/rural1", "--reports", tmp_path / "reports.csv")
    assert done.returncode == 1 and done.stdout == ""
    assert "line 3: load 'H999'" in done.stderr and "line 4: load ''" in done.stderr
