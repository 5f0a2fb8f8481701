"""Makes pictures of the pages, to be looked at: all of them for every role (`scripts/screens`), or the
few that the README shows (`scripts/readme-screens`)."""

import argparse
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from browsing import DESKTOP, PHONE, Browsing, shape, walk
from filing import own_village
from paper import Paper
from server import HOME, People, Phone, Server, copy_data

SIZES = {"phone": PHONE, "desktop": DESKTOP}


@contextmanager
def county():
    """The demo county, served from a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="cunwang-screens.") as folder:
        data = Path(folder) / "data"
        if ready := os.environ.get("CUNWANG_TEST_DEMO"):
            copy_data(Path(ready), data)
        print("Preparing the demo county …", flush=True)
        with Server(data).start(seconds=600) as server:
            yield server


@contextmanager
def chromium():
    """A browser for each language: buttons of file and date fields are the browser's own."""
    with sync_playwright() as playwright:
        browsers = {
            language: playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage", f"--lang={name}"],
                env=os.environ | {"LANGUAGE": name.replace("-", "_")})
            for language, name in [("zh-Hans", "zh-CN"), ("en", "en-GB")]}
        yield browsers
        for browser in browsers.values():
            browser.close()


def file_name(path: str) -> str:
    return shape(path).strip("/").replace("/", "_").replace("*", "x").replace("?", "-").replace("&", "-") or "start"


def every_page(target: Path, roles: list[str], languages: list[str], large: bool):
    with county() as server, chromium() as browsers:
        people = People.of(server)
        for role in roles or ["stranger", *dict.fromkeys(people.roles)]:
            cookie = None
            if role != "stranger":
                cookie = Paper(server.base).sign_in(people[role]).session.cookies.get("cunwang")
            paths: list[str] = []
            for language in languages:
                for size, viewport in SIZES.items():
                    folder = target / ("large" if large else language) / size / role
                    folder.mkdir(parents=True, exist_ok=True)
                    window = Browsing(browsers[language], server.base, cookie=cookie, size=viewport, language=language, large=large)

                    def picture(path, status):
                        if status == 200:
                            window.page.screenshot(path=folder / f"{file_name(path)}.png", full_page=True)

                    if paths:
                        for path in paths:
                            picture(path, window.open(path))
                    else:
                        walk(window, lambda path, status: (paths.append(path), picture(path, status)))
                    window.close()
            print(f"{role}: {len(paths)} pages", flush=True)


def readme_pages(target: Path):
    target.mkdir(parents=True, exist_ok=True)
    with county() as server, chromium() as browsers:
        people = People.of(server)
        cookies = {role: Paper(server.base).sign_in(people[role]).session.cookies.get("cunwang")
                   for role in ("representative", "dispatcher", "company")}
        dispatcher = Phone.signed_in(server, people["dispatcher"])
        listed = dispatcher.get("/requests", kind="repair", limit=50).json()["items"]
        number = max(listed, key=lambda item: (item["reopened"], item["state"] == "resolved"))["number"]
        village = own_village(dispatcher)["id"]
        for name, role, path, size in [
            ("village", None, f"/?village={village}", PHONE),
            ("report", None, f"/requests/new?kind=repair&village={village}", PHONE), ("work", "representative", "/work", PHONE),
            ("board", "dispatcher", "/board", DESKTOP), ("case", "dispatcher", f"/cases/{number}", DESKTOP),
            ("results", "company", "/results", DESKTOP),
        ]:
            for language, mark in [("zh-Hans", "zh"), ("en", "en")]:
                window = Browsing(browsers[language], server.base, cookie=cookies.get(role), size=size, language=language)
                assert window.open(path) == 200, path
                window.page.screenshot(path=target / f"{name}.{mark}.png")
                window.close()
            print(name, flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("roles", nargs="*", help="only these roles; `stranger` is somebody who is not signed in")
    arguments.add_argument("--language", action="append", help="zh-Hans (default), en; may be given twice")
    arguments.add_argument("--large", action="store_true", help="in large-text mode")
    arguments.add_argument("--readme", action="store_true", help="only the pictures of the README")
    given = arguments.parse_args()
    if given.readme:
        readme_pages(HOME / "docs/images")
    else:
        every_page(HOME / "Screens", given.roles, given.language or ["zh-Hans"], given.large)
