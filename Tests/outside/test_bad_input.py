"""What people, scripts and broken phones send: it is refused in words, and nothing of it is stored."""

import socket
import threading
import uuid

import pytest
import requests

from filing import need, own_village
from paper import Paper
from pictures import jpeg, place_in
from server import People, Phone


@pytest.fixture(scope="module")
def village(village) -> str:
    return village["id"]


def complaint(answer: requests.Response, field: str) -> dict:
    """The complaint about this field in a 422 answer."""
    assert answer.status_code == 422, f"{answer.status_code} {answer.text[:400]}"
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["code"] and body["errors"]
    about = [error for error in body["errors"] if error["field"] == field]
    assert about, f"no complaint about {field}: {body}"
    assert about[0]["code"] and about[0]["message"] and "⟦" not in about[0]["message"]
    return about[0]


WRONG = [
    ("kind", "no-such-kind"), ("kind", 5), ("kind", None), ("kind", ["repair"]), ("kind", ""),
    ("village", "00000000-0000-7000-8000-000000000000"), ("village", "没有这个村"), ("village", 7), ("village", {"id": 1}),
    ("what", ""), ("what", "长" * 2001), ("what", 12), ("what", None), ("what", True), ("what", "响铃\u0007"), ("what", "空\u0000字"),
    ("name", ""), ("name", "长" * 41), ("name", []), ("name", "王\u0000五"), ("name", "王\u001b[31m五"),
    ("phone", "12345"), ("phone", "1381234567a"), ("phone", "23812345678"), ("phone", "138123456789"), ("phone", 13812345678.5),
    ("phone", "１３８"), ("phone", "'; DROP TABLE cases; --"), ("phone", ""),
    ("photos", "photo.jpg"), ("photos", None), ("extra", None), ("extra", {"place": 7}), ("photos", [{"hash": "x"}]), ("photos", ["../../etc/passwd"]),
    ("latitude", "north"), ("latitude", 91), ("longitude", -181),
]


@pytest.mark.parametrize("field, value", WRONG, ids=lambda value: repr(value)[:30])
def test_a_wrong_field_is_named(server, phones, village, field, value):
    body = need(village) | {field: value}
    if field in ("latitude", "longitude"):
        body = {"latitude": 34.1, "longitude": 114.2} | body
    # A position is one thing: what is wrong with it is told at its first half.
    field = "latitude" if field == "longitude" else field
    complaint(phones("dispatcher").post("/requests", body), field)


def test_all_mistakes_come_back_at_once(phones):
    answer = phones("dispatcher").post("/requests", {"kind": 7, "what": "", "name": "", "phone": "1"})
    assert {error["field"] for error in answer.json()["errors"]} >= {"kind", "what", "name", "phone"}


def test_missing_fields_are_named(phones):
    answer = phones("dispatcher").post("/requests", {})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} >= {"kind", "what", "name"}


def test_a_villager_must_leave_a_phone(server, village):
    body = need(village)
    del body["phone"]
    complaint(Phone(server).post("/requests", body), "phone")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe{}", b'{"kind": "repair", "kind": }', b'{"a": 1e999999}',
    b"[" * 100_000, b'{"a":' * 50_000, b'{"what": "\\ud800"}',
], ids=lambda body: repr(body[:20]))
def test_what_is_not_a_json_object_is_refused(server, phones, body):
    answer = phones("dispatcher").session.post(
        f"{server.base}/api/v1/requests", data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (400, 413, 415, 422), f"{answer.status_code} {answer.text[:200]}"
    assert answer.json()["code"]
    assert server.is_ready()


def test_another_content_type_is_refused(server, phones, village):
    answer = phones("dispatcher").session.post(
        f"{server.base}/api/v1/requests", data="<request/>", headers={"Content-Type": "application/xml"}, timeout=30)
    assert answer.status_code in (400, 415) and answer.json()["code"]


@pytest.mark.parametrize("path", ["/api/v1/requests", "/requests/new", "/api/v1/sessions"])
def test_fifty_megabytes_are_refused_without_being_read(server, path):
    """The server answers 413 and hangs up, or hangs up at once; it does not swallow the body."""
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {50 * 1024 * 1024}\r\n\r\n").encode()
    status = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        try:
            line.sendall(head)
            for _ in range(50):
                line.sendall(b"x" * 1024 * 1024)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            status = line.recv(64)
        except ConnectionResetError:
            pass
    assert status == b"" or status.split()[1] in (b"413", b"400", b"415", b"403"), status
    assert server.is_ready()


def test_fifty_megabytes_without_a_length_are_refused(server, phones):
    def endless():
        for _ in range(50):
            yield b" " * 1024 * 1024

    try:
        answer = phones("dispatcher").session.post(
            f"{server.base}/api/v1/requests", data=endless(), headers={"Content-Type": "application/json"}, timeout=30)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # Hung up while we were still sending.
    assert server.is_ready()


PATHS = ["/../../../../etc/passwd", "/assets/../../Package.swift", "/assets/..%2f..%2fPackage.swift",
         "/assets/%2e%2e/%2e%2e/Package.swift", "/assets/....//....//Package.swift", "/assets/%00", "/photos/..%2f..%2fkeys",
         "/photos/../../data/keys", "/photos/people/..%2f..%2fkeys", "/cases/..%2f..%2f", "/%c0%ae%c0%ae/etc/passwd",
         "/assets/\\..\\..\\keys", "//etc/passwd", "/.git/config", "/data/keys", "/Locales/en/desk.yaml"]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leaves_the_public_folder(server, path):
    # By hand, since a client would tidy the path up.
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while more := line.recv(65536):
            answer += more
    status = int(answer.split()[1])
    # Where a page asks who is there first, it asks that.
    assert status in (400, 404) or b"Location: /sign-in?" in answer or b"location: /sign-in?" in answer, f"{status}"
    assert b"root:" not in answer and b"swift-tools-version" not in answer and b"[core]" not in answer


@pytest.mark.parametrize("method, path", [("DELETE", "/api/v1/requests"), ("PUT", "/api/v1/requests"), ("POST", "/healthz"),
                                          ("PATCH", "/sign-in"), ("DELETE", "/")])
def test_another_method_is_told_which_are_allowed(server, method, path):
    answer = requests.request(method, server.base + path, timeout=10)
    assert answer.status_code == 405 and answer.headers.get("Allow"), f"{answer.status_code} {answer.headers}"


def test_an_unknown_number_and_a_foreign_one_look_the_same(server, phones, village):
    mine = phones("dispatcher").post("/requests", need(village)).json()["number"]
    stranger = Phone(server)
    foreign, unknown = stranger.get(f"/requests/{mine}"), stranger.get("/requests/2222-2222")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["code"] == unknown.json()["code"]


# Markup in every field


MARKUP = "<img src=x onerror=alert(1)>\"'&</textarea></script>"


def test_markup_in_every_field_is_shown_as_text(server, phones, papers, village):
    dispatcher = phones("dispatcher")
    filed = dispatcher.post("/requests", need(village, what=MARKUP, name="<b onclick=x>王\"'&"))
    assert filed.status_code == 201, filed.text
    number = filed.json()["number"]
    assert dispatcher.post(f"/requests/{number}/accept", {}).status_code == 200
    for move, body in [("note", {"note": MARKUP, "shown": True}), ("return", {"note": MARKUP}), ("answer", {"note": MARKUP})]:
        answer = dispatcher.post(f"/requests/{number}/{move}", body)
        assert answer.status_code == 200, f"{move}: {answer.text}"
    shown = 0
    for role, path in [("dispatcher", f"/cases/{number}"), ("dispatcher", "/work"), ("dispatcher", "/board"),
                       ("dispatcher", "/search?q=" + requests.utils.quote("<img src=x onerror=alert(1)>")),
                       ("stranger", f"/follow/{filed.json()['receipt']}"), ("stranger", "/sign-in?back=" + requests.utils.quote('"><b onclick=x>'))]:
        page = papers(role).get(path)
        assert page.status == 200, f"{path}: {page.status}"
        assert "<img src=x" not in page.html and "<b onclick" not in page.html, path
        shown += "&lt;img src=x" in page.html
    assert shown >= 3, "the text was to be seen, as text"


def test_a_redirect_stays_on_this_site(papers, server, people):
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = papers("stranger").session.get(f"{server.base}/prefer", params={"lang": "en", "back": back},
                                                allow_redirects=False, timeout=10)
        assert "evil" not in answer.headers.get("Location", "") and "javascript" not in answer.headers.get("Location", "")


# The intake's pages, without scripts


def tell(paper, village: str, what: str, *, photo=None, kind="inquiry"):
    """The first page of the intake, sent; the page that follows."""
    page = paper.get(f"/requests/new?kind={kind}&village={village}")
    form = page.form("what")
    files = [("photos", photo)] if photo else []
    return paper.send(page, form, {"what": what}, files=files)


def sign(paper, page, name="郑小梅", phone="13512348888"):
    return paper.send(page, page.form("name", "phone"), {"name": name, "phone": phone})


def test_a_text_named_jpg_is_refused_and_what_was_typed_is_kept(server, village):
    paper = Paper(server.base)
    page = tell(paper, village, "电表箱坏了", photo=("photo.jpg", b"This is no picture.\n" * 50, "image/jpeg"))
    assert page.status == 422 and page.form("what").value("what") == "电表箱坏了"
    assert "⟦" not in page.text


@pytest.mark.parametrize("content", [
    b"GIF89a" + b"\0" * 500, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 20, b"", b"%PDF-1.4 " + b"\0" * 300,
], ids=["gif", "svg", "broken-jpeg", "empty", "pdf"])
def test_what_is_no_photo_is_refused(server, village, content):
    page = tell(Paper(server.base), village, "请看照片", photo=("a.png", content, "image/png"))
    if content:
        assert page.status == 422 and page.form("what").value("what") == "请看照片"
    else:
        # A file field that was left empty.
        assert page.status == 200


def test_a_photo_loses_the_place_where_it_was_taken(server, village, papers, phones):
    photo = jpeg(640, 480, with_place=True)
    assert place_in(photo)
    paper = Paper(server.base)
    page = sign(paper, tell(paper, village, "请看照片里的电杆", photo=("p.jpg", photo, "image/jpeg")))
    assert page.status == 200 and "/receipt" in page.path, page.text[:300]
    secret = page.path.split("/")[2]
    number = phones("dispatcher").get("/follow", secret=secret).json()["number"]
    view = phones("dispatcher").get(f"/requests/{number}").json()
    assert len(view["photos"]) == 1
    answer = papers("dispatcher").session.get(f"{server.base}/photos/cases/{number}/{view['photos'][0]['hash']}", timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("image/")
    assert not place_in(answer.content) and b"Village Phone" not in answer.content


def test_nobody_else_sees_the_photo_of_a_complaint(server, village, papers):
    paper = Paper(server.base)
    page = paper.get(f"/requests/new?kind=complaint&village={village}")
    page = paper.send(page, page.form("what", "about"), {"what": "态度不好，有照片", "about": "representative"},
                      files=[("photos", ("p.jpg", jpeg(), "image/jpeg"))])
    page = sign(paper, page)
    assert "/receipt" in page.path, page.text[:300]
    case = Phone(server).get("/follow", secret=page.path.split("/")[2]).json()
    photo = f"{server.base}/photos/cases/{case['number']}/{case['photos'][0]['hash']}"
    for role in ("stranger", "representative", "liaison", "township"):
        answer = papers(role).session.get(photo, timeout=10, allow_redirects=False)
        assert answer.status_code in (303, 401, 403, 404), f"{role}: {answer.status_code}"


def test_more_than_six_photos_are_refused(server, village):
    paper = Paper(server.base)
    page = paper.get(f"/requests/new?kind=inquiry&village={village}")
    files = [("photos", (f"{n}.jpg", jpeg(), "image/jpeg")) for n in range(7)]
    answer = paper.send(page, page.form("what"), {"what": "七张照片"}, files=files)
    assert answer.status in (413, 422) and "七张照片" in answer.html


def test_a_form_survives_a_restart(fresh):
    server = fresh.start()
    village = own_village(Phone.signed_in(server, People.of(server)["dispatcher"]))["id"]
    paper = Paper(server.base)
    page = tell(paper, village, "重启之前写的话")
    server.stop()
    server.start()
    done = sign(paper, page)
    assert done.status == 200 and "/receipt" in done.path, done.text[:300]


def test_a_form_whose_session_is_gone_gives_the_text_back(server, village):
    paper = Paper(server.base)
    page = paper.get(f"/requests/new?kind=inquiry&village={village}")
    form = page.form("what")
    paper.session.cookies.clear()
    answer = paper.send(page, form, {"what": "写了很久的一段话"})
    assert answer.status < 500 and "写了很久的一段话" in answer.html and "⟦" not in answer.text


def test_a_double_tap_files_once(server, village, phones):
    paper = Paper(server.base)
    page = tell(paper, village, "手抖点了两下")
    form = page.form("name", "phone")
    values = {"name": "郑小梅", "phone": "13512347777"}
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(paper.send(page, form, values))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.path for answer in answers}) == 1 and answers[0].status == 200
    assert len(phones("dispatcher").get("/requests", q="手抖点了两下").json()["items"]) == 1


def test_the_second_dispatcher_gets_the_own_text_back(server, people, village, phones):
    dispatcher = phones("dispatcher")
    number = dispatcher.post("/requests", need(village)).json()["number"]
    assert dispatcher.post(f"/requests/{number}/accept", {}).status_code == 200
    paper = Paper(server.base).sign_in(people["dispatcher"])
    page = paper.get(f"/cases/{number}/return")
    form = page.form("note")
    assert phones("station-head").post(f"/requests/{number}/return", {"note": "站长先退回"}).status_code == 200
    answer = paper.send(page, form, {"note": "我写的退回理由"})
    assert answer.status == 409 and "我写的退回理由" in answer.html
    assert dispatcher.get(f"/requests/{number}").json()["state"] == "returned"


# Idempotency


def test_fifty_times_the_same_key_make_one_case(server, phones, village):
    dispatcher, key = phones("dispatcher"), str(uuid.uuid4())
    body = need(village, what=f"只许一次 {key}")
    answers, start = [], threading.Barrier(50)

    def send():
        phone = Phone(server, dispatcher.session.headers["Authorization"].removeprefix("Bearer "))
        start.wait()
        answers.append(phone.post("/requests", body, key=key))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers][:3]
    assert len({answer.text for answer in answers}) == 1, "everybody gets the same answer"
    found = dispatcher.get("/requests", q=key.split("-")[0]).json()["items"]
    assert len([item for item in found if item["number"] == answers[0].json()["number"]]) == len(found) == 1
    other = dispatcher.post("/requests", body | {"what": "换了内容"}, key=key)
    assert other.status_code == 409 and other.json()["code"] == "idempotency-key-reused"


def test_a_key_is_remembered_after_a_restart(fresh):
    server = fresh.start()
    dispatcher = Phone.signed_in(server, People.of(server)["dispatcher"])
    village, key = own_village(dispatcher)["id"], str(uuid.uuid4())
    body = need(village)
    first = dispatcher.post("/requests", body, key=key)
    assert first.status_code == 201
    server.stop()
    server.start()
    again = dispatcher.post("/requests", body, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert dispatcher.post("/requests", body | {"name": "别人"}, key=key).status_code == 409


@pytest.mark.parametrize("key", ["", " ", "x" * 300])
def test_a_bad_key_is_refused(server, phones, village, key):
    try:
        answer = phones("dispatcher").session.post(f"{server.base}/api/v1/requests", json=need(village), timeout=10,
                                                   headers={"Idempotency-Key": key.encode()})
    except requests.exceptions.InvalidHeader:
        pytest.skip("the client itself refuses it")
    assert answer.status_code in (400, 422), f"{answer.status_code} {answer.text[:200]}"


# Two people, one case


def test_the_second_of_two_dispatchers_gets_the_new_state(phones, village):
    dispatcher, head = phones("dispatcher"), phones("station-head")
    number = dispatcher.post("/requests", need(village)).json()["number"]
    seen = dispatcher.get(f"/requests/{number}").json()["version"]
    assert head.post(f"/requests/{number}/accept", {"seen": seen}).status_code == 200
    late = dispatcher.post(f"/requests/{number}/return", {"seen": seen, "note": "请补充户号"})
    assert late.status_code == 409 and late.json()["code"] == "case-moved", late.text
    assert dispatcher.get(f"/requests/{number}").json()["state"] == "accepted"


def test_two_moves_at_the_same_moment_make_one(server, phones, village):
    for _ in range(5):
        number = phones("dispatcher").post("/requests", need(village)).json()["number"]
        seen = phones("dispatcher").get(f"/requests/{number}").json()["version"]
        answers, start = [], threading.Barrier(2)

        def move(role):
            start.wait()
            answers.append(phones(role).post(f"/requests/{number}/accept", {"seen": seen}).status_code)

        threads = [threading.Thread(target=move, args=(role,)) for role in ("dispatcher", "station-head")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409]
