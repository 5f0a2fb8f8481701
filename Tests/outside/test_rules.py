"""`cunwang rules …` from files, as somebody who checks a rule would call it."""

import csv
import json
import random
import subprocess

import pytest

from server import BINARY, HOME, run

NETWORKS = ["rural1", "rural2"]


def refused(*arguments) -> str:
    """What the program complains about, when it fails with 1."""
    done = subprocess.run([BINARY, "rules", *map(str, arguments)], capture_output=True, text=True, cwd=HOME, timeout=60)
    assert done.returncode == 1, f"{done.returncode} {done.stdout} {done.stderr}"
    return done.stderr


def truth(name: str) -> dict[str, list[str]]:
    with open(HOME / "Data/networks" / name / "outage_truth.csv") as file:
        return {row["edge_id"]: row["load_ids"].split() for row in csv.DictReader(file)}


def incidents(tmp_path, name: str, loads: list[str]) -> list[dict]:
    reports = tmp_path / "reports.csv"
    rows = [f"r{n},2026-07-20T21:{n % 60:02d}:00+08:00,{load}" for n, load in enumerate(loads)]
    reports.write_text("\n".join(["report,at,load", *rows]) + "\n")
    text = run("rules", "locate", "--network", f"Data/networks/{name}", "--reports", reports)
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_fault_is_named_when_all_half_or_three_report(name, tmp_path):
    edges = truth(name)
    chosen = sorted(edges) if name == "rural1" else random.Random(4).sample(sorted(edges), 20)
    for edge in chosen:
        loads = edges[edge]
        like = {other for other, behind in edges.items() if set(behind) == set(loads)}
        found = incidents(tmp_path, name, loads)
        assert len(found) == 1
        assert {found[0]["edge"], *found[0]["also"].split()} == like
        assert 0 < float(found[0]["probability"]) <= 1
        for some in (loads[: max(1, len(loads) // 2)], random.Random(len(loads)).sample(loads, min(3, len(loads)))):
            fewest = min(len(behind) for behind in edges.values() if set(some) <= set(behind))
            found = incidents(tmp_path, name, some)
            assert len(found) == 1, (edge, some, found)
            behind = edges[found[0]["edge"]]
            assert set(some) <= set(behind) and len(behind) == fewest


def test_an_unknown_load_is_told_by_its_line(tmp_path):
    reports = tmp_path / "reports.csv"
    reports.write_text("report,at,load\na,2026-07-20T21:00,H0\nb,2026-07-20T21:00,H77\n")
    assert "line 3: load 'H77'" in refused("locate", "--network", "Data/networks/rural1", "--reports", reports)
    assert "cannot be read" in refused("locate", "--network", "Data/networks/rural1", "--reports", tmp_path / "none")


def test_a_ring_is_refused(tmp_path):
    for name in ("nodes", "edges", "loads"):
        (tmp_path / f"{name}.csv").write_text((HOME / f"Data/networks/rural1/{name}.csv").read_text())
    with open(tmp_path / "edges.csv", "a") as file:
        file.write("ring,,line,B0,B2,10,,,true,\n")
    reports = tmp_path / "reports.csv"
    reports.write_text("report,at,load\n")
    assert "loop" in refused("locate", "--network", tmp_path, "--reports", reports)
    done = subprocess.run([BINARY, "rules", "network", "--network", tmp_path], capture_output=True, text=True, cwd=HOME)
    assert done.returncode == 1 and "error,loop," in done.stdout


def test_the_figures_are_the_expected_ones(tmp_path):
    files = HOME / "Data/outages"
    arguments = ["--events", files / "events.csv", "--system", files / "system.json"]
    made = json.loads(run("rules", "reliability", *arguments, "--history", files / "history_daily_saidi.csv"))
    assert made == json.loads((files / "expected.json").read_text())
    empty = tmp_path / "history.csv"
    empty.write_text("date,saidi_min\n")
    without = json.loads(run("rules", "reliability", *arguments, "--history", empty))
    assert without["tmed"] is None and without["med"] == [] and without["all"] == made["all"]
    wrong = tmp_path / "events.csv"
    wrong.write_text((files / "events.csv").read_text() + "X,1,2025-03-01T10:00:00,2025-03-01T09:00:00,5,0,x\n")
    arguments[1] = wrong
    assert "line 41: restored" in refused("reliability", *arguments, "--history", files / "history_daily_saidi.csv")


def test_claims_and_places_are_computed():
    paid = run("rules", "compensation", "--kind", "electronic", "--price", "3000", "--bought", "2021-06-10",
               "--damaged", "2026-06-10", "--claimed", "2026-06-16")
    assert paid.splitlines()[0] == "depreciated 1500.00"
    late = run("rules", "compensation", "--kind", "heating", "--price", "2000", "--bought", "2024-06-10",
               "--damaged", "2026-06-10", "--claimed", "2026-06-18")
    assert late.splitlines()[0] == "waived 0.00"
    assert run("rules", "datum", "--from", "wgs84", "--to", "gcj02", "34.106", "114.18") == "34.1046825 114.1858870\n"
    assert run("rules", "datum", "--from", "gcj02", "--to", "wgs84", "-33.9", "151.2") == "-33.9000000 151.2000000\n"
    assert "notice-too-late" in subprocess.run(
        [BINARY, "rules", "planned-outage", "--start", "2026-12-10T08:00", "--end", "2026-12-10T16:00", "--announced",
         "2026-12-04T00:00"], capture_output=True, text=True, cwd=HOME).stdout
