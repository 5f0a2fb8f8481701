"""Worlds that the tests live in. A demo is made once for a session and copied where a test breaks things."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from browsing import Browsing  # noqa: E402
from filing import own_village  # noqa: E402
from paper import Paper  # noqa: E402
from postgres import Postgres  # noqa: E402
from server import People, Phone, Server, copy_data  # noqa: E402


def _demo(folder: Path, options: tuple = (), database: str | None = None) -> Server:
    server = Server(folder, options=options, database=database)
    server.start(seconds=600)
    server.stop()
    return server


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """The data folder of the demo county, as the first start makes it. CUNWANG_TEST_DEMO names one
    that stands already, to save time while writing tests."""
    target = tmp_path_factory.mktemp("demo") / "data"
    ready = os.environ.get("CUNWANG_TEST_DEMO")
    if ready:
        return copy_data(Path(ready), target)
    _demo(target)
    return target


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory) -> Path:
    """The demo county without cases."""
    target = tmp_path_factory.mktemp("empty") / "data"
    _demo(target, ("--empty",))
    return target


@pytest.fixture(scope="session")
def server(demo_folder):
    """The running demo that tests share: they add to it and take nothing away."""
    with Server(demo_folder) as server:
        yield server


@pytest.fixture(scope="session")
def people(server) -> People:
    return People.of(server)


@pytest.fixture
def fresh(empty_folder, tmp_path) -> Server:
    """A stopped server on its own copy of the county without cases."""
    server = Server(copy_data(empty_folder, tmp_path / "data"))
    yield server
    server.__exit__()


@pytest.fixture(scope="session")
def postgres():
    database = Postgres().start()
    yield database
    database.close()


@pytest.fixture(scope="session")
def phones(server, people):
    """API clients by role, signed in once."""
    made: dict[str, Phone] = {}

    def phone(role: str) -> Phone:
        if role not in made:
            made[role] = Phone.signed_in(server, people[role])
        return made[role]

    return phone


@pytest.fixture(scope="session")
def papers(server, people):
    """Browsers without scripts by role, signed in once; `stranger` is not signed in."""
    made: dict[str, Paper] = {}

    def paper(role: str) -> Paper:
        if role not in made:
            made[role] = Paper(server.base)
            if role != "stranger":
                made[role].sign_in(people[role])
        return made[role]

    return paper


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def window(chromium, server, papers):
    """Opens windows of real browsers, signed in by role; `stranger` is not signed in."""
    opened = []

    def open_window(role: str, **options) -> Browsing:
        cookie = papers(role).session.cookies.get("cunwang") if role != "stranger" else None
        opened.append(Browsing(chromium, server.base, cookie=cookie, **options))
        return opened[-1]

    yield open_window
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def village(phones) -> dict:
    """A village of the dispatcher's station."""
    return own_village(phones("dispatcher"))
