"""Sign-in, sessions and forms against people who should not get in."""

import re

import pytest
import requests

from filing import need, own_village
from paper import Paper
from server import People, Phone, Server, copy_data


@pytest.fixture
def guarded(fresh) -> Server:
    """A server of its own, since wrong passwords lock people out."""
    return fresh.start()


def try_password(server: Server, person: str, password: str, address="192.0.2.10") -> requests.Response:
    return Phone(server, address=address).post("/sessions", {"person": person, "password": password})


def test_guessing_a_password_is_stopped(guarded):
    people = People.of(guarded)
    victim, other = people["dispatcher"], people["station-head"]
    answers = [try_password(guarded, victim["person"], f"wrong-{n}", f"192.0.2.{n + 1}").status_code for n in range(30)]
    assert 429 in answers, answers
    first = answers.index(429)
    assert first <= 20 and set(answers[:first]) == {401} and set(answers[first:]) == {429}, answers
    locked = try_password(guarded, victim["person"], victim["password"], "192.0.2.99")
    assert locked.status_code == 429 and int(locked.headers["Retry-After"]) > 0, "the right password is not told apart"
    assert try_password(guarded, other["person"], other["password"], "192.0.2.100").status_code == 201


def test_one_address_cannot_try_many_people(guarded):
    caller = Phone(guarded, address="192.0.2.10")
    answers = [caller.post("/sign-in/code/enter", {"phone": f"139{n:08d}", "code": "000000", "trusted": False}).status_code
               for n in range(60)]
    assert 429 in answers, answers
    dispatcher = People.of(guarded)["dispatcher"]
    assert try_password(guarded, dispatcher["person"], dispatcher["password"]).status_code == 429
    assert try_password(guarded, dispatcher["person"], dispatcher["password"], "198.51.100.7").status_code == 201


def test_the_lock_outlives_a_restart(guarded):
    victim = People.of(guarded)["dispatcher"]
    while try_password(guarded, victim["person"], "wrong").status_code != 429:
        pass
    guarded.stop()
    guarded.start()
    assert try_password(guarded, victim["person"], victim["password"]).status_code == 429


def test_nobody_learns_who_exists(guarded):
    known = People.of(guarded)["dispatcher"]["person"]
    bodies = {}
    for n in range(4):
        for person in (known, "nobody-here"):
            answer = try_password(guarded, person, "wrong", f"203.0.113.{n}")
            assert answer.status_code == 401
            bodies[person] = {key: value for key, value in answer.json().items() if key not in ("id", "instance", "requestId", "request")}
    assert bodies[known] == bodies["nobody-here"]
    for phone in ("13800138000", "18999999999"):
        answer = Phone(guarded, address="203.0.113.50").post("/sign-in/code", {"phone": phone})
        bodies[phone] = (answer.status_code, re.sub(r"\d", "0", answer.text))
    assert bodies["13800138000"] == bodies["18999999999"]


def test_a_new_session_at_every_sign_in(server, people):
    paper = Paper(server.base)
    paper.session.cookies.set("cunwang", "0123456789abcdef0123456789abcdef", domain="127.0.0.1", path="/")
    paper.sign_in(people["attendant"])
    first = [cookie.value for cookie in paper.session.cookies if cookie.name == "cunwang"]
    assert "0123456789abcdef0123456789abcdef" not in first[-1:], "a planted session is not taken over"
    again = Paper(server.base).sign_in(people["attendant"])
    assert again.session.cookies.get("cunwang") not in first


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(server, people):
    paper = Paper(server.base)
    page = paper.get("/sign-in")
    person = people["attendant"]
    answer = paper.send(page, page.form("person", "password"),
                        {"person": person["person"], "password": person["password"]}, follow=False).answer
    header = next(value for value in answer.raw.headers.getlist("Set-Cookie") if value.startswith("cunwang="))
    assert "HttpOnly" in header and re.search("SameSite=(Lax|Strict)", header) and "Path=/" in header


def test_signing_out_ends_the_session(server, people):
    paper = Paper(server.base).sign_in(people["attendant"])
    token = paper.session.cookies.get("cunwang")
    page = paper.get("/work")
    assert page.path == "/work"
    paper.send(page, page.form(action="/sign-out"))
    answer = requests.get(f"{server.base}/work", cookies={"cunwang": token}, allow_redirects=False, timeout=10)
    assert answer.status_code in (302, 303) and "/sign-in" in answer.headers["Location"]


def test_a_form_without_its_token_does_nothing(server, people, phones):
    paper = Paper(server.base).sign_in(people["dispatcher"])
    dispatcher = phones("dispatcher")
    number = dispatcher.post("/requests", need(own_village(dispatcher)["id"])).json()["number"]
    for token in ({}, {"_csrf": ""}, {"_csrf": "0" * 32}):
        answer = paper.session.post(f"{server.base}/requests/{number}/accept", data=token, timeout=10, allow_redirects=False)
        assert answer.status_code in (400, 403, 409, 422), f"{token}: {answer.status_code}"
    assert dispatcher.get(f"/requests/{number}").json()["state"] == "submitted"


def test_a_form_from_another_site_does_nothing(server, people, phones):
    paper = Paper(server.base).sign_in(people["dispatcher"])
    dispatcher = phones("dispatcher")
    number = dispatcher.post("/requests", need(own_village(dispatcher)["id"])).json()["number"]
    page = paper.get("/work")
    token = page.form(action="/sign-out").value("_csrf")
    answer = paper.session.post(f"{server.base}/requests/{number}/accept", data={"_csrf": token}, timeout=10,
                                headers={"Origin": "https://evil.example"}, allow_redirects=False)
    assert answer.status_code in (400, 403), answer.status_code
    # Neither does a script of another site that relies on the cookie.
    answer = paper.session.post(f"{server.base}/api/v1/requests/{number}/accept", json={}, timeout=10,
                                headers={"Origin": "https://evil.example"})
    assert answer.status_code in (401, 403)
    assert dispatcher.get(f"/requests/{number}").json()["state"] == "submitted"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/follow", "/api/openapi.json", "/no-such-page"])
def test_every_answer_carries_the_security_headers(server, path):
    answer = requests.get(server.base + path, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_stranger_is_sent_to_sign_in_and_comes_back(server, people):
    paper = Paper(server.base)
    page = paper.get("/work?kind=repair")
    assert page.path == "/sign-in"
    person = people["dispatcher"]
    page = paper.send(page, page.form("person", "password"), {"person": person["person"], "password": person["password"]})
    assert page.url == f"{server.base}/work?kind=repair"


def test_a_made_up_token_is_refused(server):
    for token in ("0" * 32, "x", "", "' OR 1=1 --"):
        answer = requests.get(f"{server.base}/api/v1/sessions/current", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert answer.status_code == 401, f"{token!r}: {answer.status_code}"


def test_guessing_receipts_is_stopped(guarded):
    stranger = Phone(guarded, address="192.0.2.77")
    answers = []
    for n in range(60):
        answers.append(stranger.get("/follow", number="2222-2222", lastFour=f"{n:04d}").status_code)
    assert 429 in answers, answers
    assert set(answers) <= {404, 422, 429}, answers
