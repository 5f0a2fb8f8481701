"""The map for people who do not see or point: every task by keyboard alone, and in what a screen reader is told."""

from urllib.parse import parse_qs, urlsplit

import pytest

from browsing import DESKTOP, PHONE
from filing import villages


def focused(page) -> dict:
    return page.evaluate(
        "() => { const e = document.activeElement; return {tag: e.tagName, id: e.id, href: e.getAttribute('href') || '',"
        " name: e.name || '', layer: e.getAttribute('data-layer') || ''}; }")


def tab_to(page, wanted, most=160) -> dict:
    """Presses Tab until `wanted(focus)` is true."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = focused(page)
        if wanted(here):
            return here
    raise AssertionError(f"not reached with {most} tabs, last {here}")


@pytest.fixture(params=["dispatcher", "stranger"])
def map_page(request, window):
    browsing = window(request.param, size=DESKTOP if request.param == "dispatcher" else PHONE)
    assert browsing.open("/map") == 200
    browsing.page.locator("#map[data-drawn]").wait_for()
    yield request.param, browsing.page
    assert browsing.troubles == []


def test_an_open_map_hears_of_a_fault_by_itself(window, phones):
    browsing = window("stranger")
    assert browsing.open("/map") == 200
    page = browsing.page
    page.locator("#map[data-drawn]").wait_for()
    page.wait_for_timeout(500)  # The event stream opens after the page has loaded.
    told = page.locator("#map-rows").inner_text().split("村庄")[0]
    place = next(village for village in villages(phones("dispatcher")) if village["name"] not in told)
    # The list by the announcement, and the drawing with it; a page without events looks every 30 s.
    with page.expect_request(lambda request: "/map/view" in request.url, timeout=15_000):
        for n in range(2):
            report = {"village": place["id"], "name": "周桂英", "phone": f"1350909000{n}", "answers": "house:all,neighbours:dark"}
            answer = phones("dispatcher").post("/outages/reports", report)
            assert answer.status_code == 201, answer.text
    page.locator("#map-rows li.late", has_text=place["name"]).first.wait_for(timeout=15_000)


def test_the_drawing_is_skipped_with_a_link_that_is_always_seen(map_page):
    _, page = map_page
    skip = page.locator("a.skip-map")
    assert skip.is_visible() and skip.bounding_box()["height"] >= 24
    tab_to(page, lambda here: here["href"] == "#map-list")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "map-list"


def test_the_drawing_is_moved_and_its_layers_are_switched_by_keys(map_page):
    role, page = map_page

    def view() -> dict:
        link = page.locator("a[data-map-list]").get_attribute("href")
        return {name: float(value[0]) for name, value in parse_qs(urlsplit(link).query).items()}

    tab_to(page, lambda here: here["id"] == "map")
    before = view()
    page.keyboard.press("+")
    page.wait_for_function(f"() => document.querySelector('a[data-map-list]').href.includes('zoom={int(before['zoom']) + 1}')")
    closer = view()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => !document.querySelector('a[data-map-list]').href.includes('west={closer['west']:.5f}')")
    assert view()["west"] > closer["west"] and view()["zoom"] == before["zoom"] + 1
    here = tab_to(page, lambda here: here["layer"] == "villages")
    page.keyboard.press("Space")
    assert not page.locator(f"#{here['id']}").is_checked()
    page.keyboard.press("Space")
    assert page.locator(f"#{here['id']}").is_checked()
    # What is in view, as a list.
    tab_to(page, lambda here: here["href"].startswith("/map?west="))
    page.keyboard.press("Enter")
    page.wait_for_url("**/map?west=*")
    assert page.locator("#map-rows").is_visible()
    assert role == "stranger" or page.locator("#map-rows h3").count() >= 2


def test_a_place_is_typed_and_what_is_there_is_opened(map_page):
    _, page = map_page
    tab_to(page, lambda here: here["name"] == "q")
    page.keyboard.type("bg")
    page.keyboard.press("Enter")
    page.wait_for_url("**/map?q=bg*")
    assert page.locator("#map-rows a[href^='/villages/']").first.inner_text() == "布岗村"
    shown = tab_to(page, lambda here: here["href"].startswith("/map?at="))
    page.keyboard.press("Enter")
    page.locator("#map:focus").wait_for()
    latitude, longitude = map(float, shown["href"].removeprefix("/map?at=").split("#")[0].split(","))
    page.wait_for_function("() => document.querySelector('a[data-map-list]').href.includes('zoom=16')")
    view = parse_qs(urlsplit(page.locator("a[data-map-list]").get_attribute("href")).query)
    assert float(view["south"][0]) < latitude < float(view["north"][0])
    assert float(view["west"][0]) < longitude < float(view["east"][0])
    tab_to(page, lambda here: here["href"].startswith("/villages/"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/villages/*")
    assert "布岗村" in page.locator("h1").inner_text()


def test_a_screen_reader_is_told_what_the_drawing_shows(map_page):
    role, page = map_page
    told = page.locator("main").aria_snapshot()
    # The drawing says what it is and by which keys it goes; every control has a name.
    assert page.locator("#map").get_attribute("role") == "application"
    assert len(page.locator("#map").get_attribute("aria-label")) > 10
    assert "- search" in told and "- textbox \"" in told and "- combobox \"" in told
    for line in told.splitlines():
        word = line.strip().removeprefix("- ")
        assert word not in ("button", "link", "checkbox", "textbox", "combobox"), f"something without a name: {line!r}"
    # The same outages in the drawing as in the list, of the frame that the list is about.
    bounds = urlsplit(page.locator("a[data-map-list]").get_attribute("href")).query
    drawn = page.evaluate("async (query) => (await (await fetch('/map/view?' + query)).json())", bounds)
    titles = sorted({spot["t"] for spot in drawn["spots"] if spot["k"] in ("outage", "planned")})
    page.goto(page.url.split("/map")[0] + "/map?" + bounds)
    listed = page.locator("main").aria_snapshot()
    for title in titles:
        assert title in listed, f"{title} is drawn and not listed"
    assert role == "stranger" or titles, "the demo has outages to draw"
