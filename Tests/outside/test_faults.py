"""The server is killed, its database is stopped, its disk is full: what was acknowledged is there."""

import random
import resource
import time
import uuid

import pytest

from filing import own_villages
from load import Intake, every_request
from server import People, Phone, Server, copy_data, run, wait_until


@pytest.fixture(scope="module")
def empty_postgres(postgres, tmp_path_factory):
    """The county without cases on PostgreSQL, as a database to copy."""
    folder = tmp_path_factory.mktemp("empty-postgres") / "data"
    server = Server(folder, database=postgres.create("empty_county"), options=("--empty",))
    server.start(seconds=600)
    server.stop()
    return folder


@pytest.fixture
def on_engine(empty_folder, empty_postgres, postgres, tmp_path):
    """Makes a stopped server on a copy of the county without cases, on the engine of that name."""
    made = []

    def make(engine: str) -> Server:
        if engine == "sqlite":
            server = Server(copy_data(empty_folder, tmp_path / "data"))
        else:
            name = f"copy_{uuid.uuid4().hex[:12]}"
            server = Server(copy_data(empty_postgres, tmp_path / "data"),
                            database=postgres.create(name, template="empty_county"))
        made.append(server)
        return server

    yield make
    for server in made:
        server.__exit__()


def intake_at(server: Server) -> tuple[Intake, Phone]:
    """A dispatcher's desk that takes many calls at once."""
    people = People.of(server)
    token = Phone.signed_in(server, people["dispatcher"]).session.headers["Authorization"].removeprefix("Bearer ")
    dispatcher = Phone(server, token)
    villages = [village["id"] for village in own_villages(dispatcher)]
    return Intake(lambda: Phone(server, token), villages), dispatcher


def expect_whole(intake: Intake, dispatcher: Phone, server: Server):
    """Every acknowledged request is there once, whole; nothing that was retried is there twice."""
    assert not intake.refused, intake.refused[:5]
    assert len(intake.acknowledged) > 50, "too few to mean something"
    by_mark: dict[str, list[str]] = {}
    for item in every_request(dispatcher):
        if item["what"].startswith("#"):
            by_mark.setdefault(item["what"][:14], []).append(item["number"])
    twice = {mark: numbers for mark, numbers in by_mark.items() if len(numbers) > 1}
    assert not twice, f"filed more than once: {twice}"
    acknowledged = {told["what"][:14]: told["number"] for told in intake.acknowledged.values()}
    assert {mark: [number] for mark, number in acknowledged.items()} == by_mark
    for told in intake.acknowledged.values():
        answer = dispatcher.get(f"/requests/{told['number']}")
        assert answer.status_code == 200, f"{told['number']}: {answer.status_code}"
        case = answer.json()
        assert case["what"] == told["what"]
        assert case["timeline"] and case["limits"] and case["contact"]["name"], f"half a case: {case}"
    seals = run("audit", "verify", *server.where)
    assert seals.startswith("ok "), seals


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_twenty_kills_lose_no_acknowledged_request(on_engine, engine):
    server = on_engine(engine).start()
    intake, dispatcher = intake_at(server)
    luck = random.Random(20)
    for kill in range(20):
        before = len(intake.acknowledged)
        intake.start()
        wait_until(lambda: len(intake.acknowledged) >= before + 5, 30, "requests are acknowledged again")
        time.sleep(luck.uniform(0, 0.25))
        server.kill()
        intake.finish()
        server.start()
    intake.settle()
    assert intake.retried >= 20, "no request was open when the server was killed"
    expect_whole(intake, dispatcher, server)


def test_five_immediate_stops_of_postgresql_lose_no_acknowledged_request(on_engine, postgres):
    server = on_engine("postgres").start()
    intake, dispatcher = intake_at(server)
    for _ in range(5):
        before = len(intake.acknowledged)
        intake.start()
        wait_until(lambda: len(intake.acknowledged) >= before + 30, 60, "requests are acknowledged again")
        postgres.stop_immediately()
        refused = intake.unavailable
        wait_until(lambda: intake.unavailable > refused, 30, "people are told to come back later")
        postgres.start()
        after = len(intake.acknowledged)
        wait_until(lambda: len(intake.acknowledged) > after, 30, "the server finds its database again")
        intake.finish()
    intake.settle()
    expect_whole(intake, dispatcher, server)


def test_a_full_disk_answers_503_and_recovers(on_engine):
    server = on_engine("sqlite")
    sizes = [path.stat().st_size for path in server.data.rglob("*") if path.is_file()]
    server.start(file_bytes=max(sizes) + 400_000)
    intake, dispatcher = intake_at(server)

    intake.start()
    wait_until(lambda: intake.unavailable >= 20, 120, "the disk is full and people are told so")
    intake.finish()
    # Reading goes on, and the answer to writing is one that a person and a program understand.
    assert dispatcher.get("/requests").status_code == 200
    answer = dispatcher.post("/requests", intake.waiting[0][1], key=intake.waiting[0][0])
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] and answer.headers["Content-Type"].startswith("application/problem+json")

    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    intake.settle()
    assert server.is_ready()
    expect_whole(intake, dispatcher, server)
    assert server.stop() == 0
