"""A browser without scripts: reads pages, fills in forms, follows redirects, keeps cookies."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


@dataclass
class Form:
    action: str
    method: str = "get"
    is_multipart: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)


class _Reader(HTMLParser):
    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.text: list[str] = []
        self.title = ""
        self.headings: list[str] = []
        self._form: Form | None = None
        self._link: str | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._words: list[str] = []
        self._skip = 0
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        a = {name: value or "" for name, value in attributes}
        if "id" in a:
            self.ids.add(a["id"])
        if tag in ("script", "style"):
            self._skip += 1
        elif tag in ("title", "h1"):
            self._in.append(tag)
            self._words = []
        elif tag == "a" and "href" in a:
            self._link, self._words = a["href"], []
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower(),
                              a.get("enctype", "") == "multipart/form-data")
            self.forms.append(self._form)
        form = self._form
        if form is None or "disabled" in a or not a.get("name"):
            if tag == "option" and form is not None and self._select:
                self._option(a)
            return
        name = a["name"]
        form.names.add(name)
        if tag == "input":
            kind = a.get("type", "text")
            if kind in ("submit", "image"):
                form.buttons.append((name, a.get("value", "")))
            elif kind in ("radio", "checkbox"):
                form.choices.setdefault(name, []).append(a.get("value", "on"))
                if "checked" in a:
                    form.fields.append((name, a.get("value", "on")))
            elif kind != "file":
                form.fields.append((name, a.get("value", "")))
        elif tag == "select":
            self._select = name
            form.choices.setdefault(name, [])
        elif tag == "textarea":
            self._area, self._words = name, []
        elif tag == "button" and a.get("type", "submit") == "submit":
            form.buttons.append((name, a.get("value", "")))

    def _option(self, a):
        self._form.choices[self._select].append(a.get("value", ""))
        if "selected" in a:
            self._form.fields.append((self._select, a.get("value", "")))

    def handle_endtag(self, tag):
        words = "".join(self._words)
        if tag in ("script", "style"):
            self._skip -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select":
            if self._form is not None and self._select and self._form.value(self._select) is None:
                first = self._form.choices.get(self._select) or [""]
                self._form.fields.append((self._select, first[0]))
            self._select = None
        elif tag == "textarea" and self._area and self._form is not None:
            # A browser drops the first line break of a text area.
            self._form.fields.append((self._area, words.removeprefix("\n")))
            self._area = None
        elif tag == "a" and self._link is not None:
            self.links.append((self._link, words.strip()))
            self._link = None
        elif tag in ("title", "h1") and self._in:
            self._in.pop()
            if tag == "title":
                self.title = words.strip()
            else:
                self.headings.append(words.strip())

    def handle_data(self, data):
        self._words.append(data)
        if not self._skip:
            self.text.append(data)


class Page:
    def __init__(self, answer: requests.Response):
        self.answer = answer
        self.status = answer.status_code
        self.url = answer.url
        self.path = urlsplit(answer.url).path
        self.html = answer.text
        read = _Reader(self.html)
        self.forms, self.links, self.ids, self.title, self.headings = (
            read.forms, read.links, read.ids, read.title, read.headings)
        self.text = " ".join(" ".join(read.text).split())

    def form(self, *names: str, action: str | None = None) -> Form:
        """The form that has all these fields, or that goes to this address."""
        for form in self.forms:
            if all(name in form.names for name in names) and (action is None or urlsplit(form.action).path == action):
                return form
        raise AssertionError(f"no form with {names} {action or ''} on {self.url}: "
                             f"{[(form.action, sorted(form.names)) for form in self.forms]}\n{self.text[:600]}")

    def link(self, start: str) -> str:
        for address, _ in self.links:
            if address.startswith(start):
                return address
        raise AssertionError(f"no link to {start}… on {self.url}: {[address for address, _ in self.links]}")


class Paper:
    """One person's browser without scripts."""

    def __init__(self, base: str, address: str | None = None):
        """`address` is the caller's, as a proxy on the same machine names it."""
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        if address:
            self.session.headers["X-Forwarded-For"] = address

    def get(self, path: str, **options) -> Page:
        return Page(self.session.get(urljoin(self.base, path), timeout=30, **options))

    def send(self, page: Page, form: Form, values: dict | None = None, *, files=None, button=None, without=(),
             follow=True) -> Page:
        """Sends the form as it stands on the page, with these values put in."""
        values = values or {}
        fields = [(name, value) for name, value in form.fields if name not in values and name not in without]
        for name, value in values.items():
            fields += [(name, one) for one in (value if isinstance(value, list) else [value])]
        if button:
            fields.append(button)
        address = urljoin(page.url, form.action or page.url)
        if form.method == "get":
            return Page(self.session.get(address, params=fields, timeout=30))
        if form.is_multipart:
            parts = [(name, (None, value.encode())) for name, value in fields] + list(files or [])
            return Page(self.session.post(address, files=parts, timeout=60, allow_redirects=follow))
        return Page(self.session.post(address, data=fields, timeout=30, allow_redirects=follow))

    def sign_in(self, person: dict) -> "Paper":
        page = self.get("/sign-in")
        page = self.send(page, page.form("person", "password"),
                         {"person": person["person"], "password": person["password"]})
        assert page.status == 200 and page.path != "/sign-in", f"{page.status} {page.path} {page.text[:400]}"
        return self
