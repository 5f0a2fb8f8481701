"""A villager tells what is needed and follows it; a dispatcher sees it come in. In a real browser."""

import re
import subprocess
import time

import pytest

from browsing import DESKTOP, Browsing
from filing import need
from paper import Paper
from server import HOME, People

RECEIPT = "**/follow/*/receipt*"


class Intake:
    """The three steps of the intake, with every tap counted."""

    def __init__(self, window: Browsing, village: dict):
        self.window, self.page, self.taps, self.village = window, window.page, 0, village
        assert window.open(f"/?village={village['id']}") == 200

    def tap(self, selector: str):
        self.taps += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("load")

    def choose(self, kind: str):
        if kind == "repair":
            # The page of no light comes first; what is no outage goes on from there.
            self.tap("main a[href*='/no-light?village=']")
            self.page.goto(self.page.url.split("/no-light")[0] + f"/requests/new?kind=repair&village={self.village['id']}")
        else:
            self.tap(f"main a[href*='/requests/new?kind={kind}']")
        return self

    def tell(self, what: str):
        self.page.fill("main [name=what]", what)
        for group in self.page.locator("main [required]").all():
            # A kind's own fields, where it must have them.
            if group.get_attribute("name") not in ("what",) and group.evaluate("e => e.tagName") == "SELECT":
                group.select_option(index=1)
        self.tap("main form button:not([type=button])")
        return self

    def sign(self, name: str, phone: str):
        self.page.fill("main [name=name]", name)
        self.page.fill("main [name=phone]", phone)
        self.tap("main form button:not([type=button])")
        self.page.wait_for_url(RECEIPT)
        return self

    @property
    def number(self) -> str:
        return re.search(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", self.page.locator("main").inner_text()).group()


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_asking_takes_three_taps(window, village, phones, large, scripts):
    intake = Intake(window("stranger", large=large, scripts=scripts), village)
    intake.choose("inquiry").tell("晚上灯一闪一闪的，想请人看看").sign("周桂英", "13512340000")
    assert intake.taps <= 3
    assert phones("dispatcher").get(f"/requests/{intake.number}").json()["kind"] == "inquiry"


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_reporting_no_light_takes_three_taps(window, village, large, scripts):
    intake = Intake(window("stranger", large=large, scripts=scripts), village)
    intake.tap("main a[href*='/no-light?village=']")
    intake.tap("main a[href*='/no-light/report?village=']")
    intake.page.fill("main [name=name]", "周桂英")
    intake.page.fill("main [name=phone]", "13512340017")
    intake.tap("main form button:not([type=button])")
    intake.page.wait_for_url(re.compile(r"/follow/[^?]+\?done=report-no-light"))
    assert intake.taps <= 3
    assert intake.number


def test_every_step_of_the_intake_is_sound(window, village):
    for options in ({}, {"large": True}, {"language": "en"}):
        browsing = window("stranger", **options)
        intake = Intake(browsing, village)
        faults = {}

        def look(step):
            faults[step] = browsing.faults() + browsing.axe()
            browsing.troubles.clear()

        intake.choose("repair")
        look("what")
        intake.tap("main form button:not([type=button])")
        browsing.troubles.clear()  # The browser notes the 422 of the page itself.
        look("what, with a mistake")
        intake.tell("变压器嗡嗡响")
        look("who")
        intake.tap("main form button:not([type=button])")
        browsing.troubles.clear()
        look("who, with a mistake")
        intake.sign("周桂英", "13512340001")
        look("receipt")
        for path in ("/slip", ""):
            assert browsing.open(intake.page.url.split("/receipt")[0].removesuffix("/slip") + path) == 200
            look(f"follow{path}")
        found = {step: list_ for step, list_ in faults.items() if list_}
        assert not found, f"{options}: {found}"


def test_a_mistake_is_explained_and_what_was_typed_is_kept(window, village):
    browsing = window("stranger")
    intake = Intake(browsing, village).choose("repair").tell("三组路灯全灭")
    browsing.page.fill("main [name=name]", "周桂英")
    browsing.page.fill("main [name=phone]", "12345")
    intake.tap("main form button:not([type=button])")
    assert browsing.page.input_value("main [name=name]") == "周桂英"
    assert browsing.page.input_value("main [name=phone]") == "12345"
    summary = browsing.page.locator("main [role=alert], main .summary, main .errors").first
    assert summary.is_visible()
    summary.locator("a").first.click()
    assert browsing.page.evaluate("document.activeElement.name") == "phone", "the summary leads to the field"


def test_danger_is_answered_before_any_field(window, village):
    browsing = window("stranger")
    for path in (f"/?village={village['id']}", "/requests/new", f"/requests/new?kind=hazard&village={village['id']}",
                 f"/requests/new?kind=repair&village={village['id']}"):
        assert browsing.open(path) == 200
        comes_first = browsing.page.evaluate("""() => {
          const danger = document.querySelector('main a[href^="/danger"], main .danger');
          const field = document.querySelector('main input:not([type=hidden]), main textarea, main select');
          return !!danger && (!field || !!(danger.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING));
        }""")
        assert comes_first, path
    assert browsing.open(f"/danger?village={village['id']}") == 200
    assert browsing.page.locator("main input:visible, main textarea:visible, main select:visible").count() == 0
    calls = browsing.page.eval_on_selector_all("main a[href^='tel:']", "links => links.map(link => link.href)")
    assert "tel:95598" in calls and len(set(calls)) >= 3, calls
    assert "8" in browsing.page.locator("main").inner_text(), "how far to stay away stands there in metres"


def test_a_new_report_appears_on_the_board_by_itself(window, village, phones, record_property):
    browsing = window("dispatcher", size=DESKTOP)
    assert browsing.open("/board") == 200
    browsing.page.wait_for_timeout(500)  # The event stream opens after the page has loaded.
    number = phones("dispatcher").post("/requests", need(village["id"], kind="repair")).json()["number"]
    start = time.monotonic()
    # Two seconds are promised; how long it took stands in the report and decides nothing here.
    browsing.page.locator(f"main a[href='/cases/{number}']").first.wait_for(timeout=15_000)
    record_property("seconds", round(time.monotonic() - start, 2))


def test_the_intake_works_by_keyboard_alone(window, village):
    browsing = window("stranger")
    page = browsing.page
    assert browsing.open(f"/?village={village['id']}") == 200

    def tab_to(selector: str):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                seen = page.evaluate("""() => {
                  const style = getComputedStyle(document.activeElement);
                  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
                }""")
                assert seen, f"the focus cannot be seen on {selector}"
                return
        raise AssertionError(f"the Tab key never reaches {selector} on {page.url}")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a[href=\"#main\"]')"), "the first stop leads to the content"
    tab_to("main a[href*='/requests/new?kind=inquiry']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/new**")
    tab_to("main [name=what]")
    page.keyboard.type("No light in the lane 巷子里没有灯")
    tab_to("main form button:not([type=button])")
    page.keyboard.press("Enter")
    page.locator("main [name=phone]").wait_for()
    tab_to("main [name=name]")
    page.keyboard.type("周桂英")
    tab_to("main [name=phone]")
    page.keyboard.type("13512340002")
    page.keyboard.press("Enter")
    page.wait_for_url(RECEIPT)


def test_large_text_has_few_actions(window, village):
    browsing = window("stranger", large=True)
    for path in (f"/?village={village['id']}", f"/villages/{village['id']}/more", f"/villages/{village['id']}/others",
                 "/requests/new", f"/danger?village={village['id']}"):
        assert browsing.open(path) == 200
        actions = browsing.page.locator("main :is(a, button):visible").count()
        assert actions <= 4, f"{actions} actions on {path}"


def test_large_text_and_language_are_switched_on_the_page(window, village):
    browsing = window("stranger")
    page = browsing.page
    assert browsing.open(f"/villages/{village['id']}") == 200
    page.locator("header a[href*='lang=en']").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en" and page.url.endswith(village["id"])
    page.locator("header a[href*='large=1']").click()
    page.wait_for_load_state()
    assert "large" in (page.locator("html").get_attribute("class") or "") and page.url.endswith(village["id"])
    page.locator("header a[href*='lang=zh']").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def transferred(browsing: Browsing, path: str) -> int:
    """Bytes that came over the line before the page could be used."""
    line = browsing.context.new_cdp_session(browsing.page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes = []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    assert browsing.open(path) == 200
    line.detach()
    return sum(sizes)


def test_no_villagers_page_needs_more_than_30_kb(window, village):
    browsing = window("stranger")
    sizes = {path: transferred(browsing, path) for path in (
        "/", f"/?village={village['id']}", "/danger", "/follow", "/sign-in", f"/requests/new?kind=repair&village={village['id']}")}
    assert all(size <= 30_000 for size in sizes.values()), sizes


def test_a_report_is_filed_on_a_2g_line(window, village, record_property):
    browsing = window("stranger")
    line = browsing.context.new_cdp_session(browsing.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions",
              {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8})
    start = time.monotonic()
    Intake(browsing, village).choose("repair").tell("全村停电了").sign("周桂英", "13512340003")
    record_property("seconds", round(time.monotonic() - start, 2))


def test_the_receipts_code_leads_to_the_case(window, village, tmp_path, papers):
    browsing = window("stranger")
    intake = Intake(browsing, village).choose("usage").tell("电表走得太快").sign("周桂英", "13512340004")
    number = intake.number
    secret = browsing.page.url.split("/follow/")[1].split("/")[0]
    for path in (browsing.page.url, f"/follow/{secret}/slip"):
        assert browsing.open(path) == 200
        picture = tmp_path / "code.png"
        browsing.page.locator("svg.qr").first.screenshot(path=picture)
        read = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True).stdout.strip()
        assert read == f"{browsing.base}/follow/{secret}"
    page = papers("stranger").get(read)
    assert page.status == 200 and number in page.text


def test_a_case_is_followed_by_number_and_last_four_digits(papers, village, phones):
    told = phones("dispatcher").post("/requests", need(village["id"], phone="13512349876")).json()
    stranger = papers("stranger")
    page = stranger.get("/follow")
    found = stranger.send(page, page.form("number", "lastFour"), {"number": told["number"].lower(), "lastFour": "9876"})
    assert found.status == 200 and told["number"] in found.text
    wrong = stranger.send(page, page.form("number", "lastFour"), {"number": told["number"], "lastFour": "0000"})
    assert wrong.status == 404 and "⟦" not in wrong.text


def test_scripts_are_plain_enough_for_old_phones():
    """Syntax newer than Chromium 70 would break the page on a phone of 2018."""
    newer = re.compile(r"\?\.(?!\d)|\?\?|#[a-z]\w*\s*[=(]|\bstatic\s*\{|(?:\|\||&&)=|\bimport\s*\(|\.at\(|\.replaceAll\(|structuredClone|\.flat\(|Object\.fromEntries|\d_\d")
    for script in (HOME / "Public").rglob("*.js"):
        text = re.sub(r"//.*|/\*[\s\S]*?\*/", "", script.read_text())
        assert not newer.search(text), f"{script.name}: {newer.search(text).group()}"


def test_the_server_stops_although_somebody_watches_the_board(fresh):
    server = fresh.start()
    dispatcher = Paper(server.base).sign_in(People.of(server)["dispatcher"])
    with dispatcher.session.get(f"{server.base}/board/live", stream=True, timeout=10) as stream:
        assert stream.status_code == 200 and next(stream.iter_lines())
        assert server.stop() == 0
