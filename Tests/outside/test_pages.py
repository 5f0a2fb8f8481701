"""Every page of every role in Chromium: nothing sticks out, no raw key, targets large enough and apart,
no axe finding; in Chinese on a phone, and sampled in English, on a desktop and in large text."""

import pytest

from browsing import DESKTOP, STARTS, Browsing, kinds_apart, shape, walk

ROLES = ["stranger", "customer", "attendant", "liaison", "representative", "dispatcher", "station-head",
         "township", "company", "auditor"]
# What each role must at least be able to open; the walk finds more.
MUST = {
    "stranger": {"/", "/choose", "/danger", "/follow", "/sign-in"},
    "customer": {"/", "/mine", "/inbox"},
    "attendant": {"/work", "/counter", "/told"},
    "representative": {"/work", "/inbox", "/record"},
    "liaison": {"/work", "/told", "/counter"},
    "dispatcher": {"/work", "/board", "/search"},
    "station-head": {"/work", "/board"},
    "township": {"/work", "/board"},
    "auditor": {"/work", "/search"},
    "company": {"/results", "/operations", "/board"},
}


@pytest.fixture(scope="module")
def found():
    """Paths by role, filled by the first walk and used by the others."""
    return {}


def report(faults: dict[str, list[str]]) -> str:
    return "\n".join(f"{path}\n    " + "\n    ".join(dict.fromkeys(list_)) for path, list_ in faults.items() if list_)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_on_a_phone_in_chinese(window, found, role):
    browsing = window(role)
    faults, paths = {}, []

    def visit(path, status):
        if status != 200:
            # What a role may not open, no link on its own pages leads to.
            if path not in STARTS or path in MUST.get(role, ()):
                faults[path] = [f"status {status}"]
            return
        paths.append(path)
        faults[path] = browsing.faults() + browsing.axe()

    walk(browsing, visit, shape=kinds_apart if role == "stranger" else shape)
    found[role] = paths
    missing = MUST.get(role, set()) - {shape(path) for path in paths}
    assert not missing, f"{role} cannot open {missing}"
    assert not report(faults), report(faults)


def sample(found, role: str, every: int, offset: int = 0) -> list[str]:
    return (found.get(role) or sorted(MUST.get(role, {"/"})))[offset::every]


@pytest.mark.parametrize("role", ROLES)
def test_pages_on_a_desktop(window, found, role):
    browsing = window(role, size=DESKTOP)
    faults = {}
    for n, path in enumerate(sample(found, role, 1)):
        assert browsing.open(path) == 200, path
        faults[path] = browsing.faults() + (browsing.axe() if n % 5 == 0 else [])
    assert not report(faults), report(faults)


@pytest.mark.parametrize("role", ROLES)
def test_pages_in_english(window, found, role):
    browsing = window(role, language="en")
    faults = {}
    for n, path in enumerate(sample(found, role, 1)):
        assert browsing.open(path) == 200, path
        assert browsing.page.locator("html").get_attribute("lang") == "en"
        faults[path] = browsing.faults() + (browsing.axe() if n % 5 == 1 else [])
    assert not report(faults), report(faults)


@pytest.mark.parametrize("role", ROLES)
def test_pages_in_large_text(window, found, role):
    browsing = window(role, large=True)
    faults = {}
    for n, path in enumerate(sample(found, role, 1 if role in ("stranger", "customer", "liaison") else 3)):
        assert browsing.open(path) == 200, path
        faults[path] = browsing.faults() + (browsing.axe() if n % 5 == 2 else [])
    assert not report(faults), report(faults)
