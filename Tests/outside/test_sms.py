"""Text messages through Kannel: Chinese arrives whole, and a delivery report marks it delivered."""

import re
import sqlite3

import pytest

from filing import own_village
from kannel import Kannel
from server import People, Phone, Server, copy_data, wait_until


@pytest.fixture
def gateway(tmp_path):
    kannel = Kannel(tmp_path)
    try:
        yield kannel.start()
    finally:
        kannel.stop()


@pytest.fixture
def texting(empty_folder, tmp_path, gateway):
    server = Server(copy_data(empty_folder, tmp_path / "data"))
    server.env = {"CUNWANG_SMS_URL": gateway.send_address, "CUNWANG_SMS_DLR": server.base}
    with server:
        yield server


def sms_states(server: Server) -> list[tuple[str, str]]:
    with sqlite3.connect(f"file:{server.data}/cunwang.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT template, state FROM outbox WHERE channel = 'sms' ORDER BY made_at").fetchall()


def test_a_villager_is_told_by_text_message(texting, gateway):
    people = People.of(texting)
    dispatcher = Phone.signed_in(texting, people["dispatcher"])
    representative = Phone.signed_in(texting, people["representative"])
    village = own_village(representative)["id"]
    phone = "13987654321"

    told = Phone(texting).post("/requests", {
        "kind": "usage", "village": village, "name": "王秀英", "phone": phone, "what": "电表走得太快，请来看看"})
    assert told.status_code == 201, told.text
    number, receipt = told.json()["number"], told.json()["receipt"]

    text = wait_until(lambda: gateway.received().get(phone), 30, "the text message arrives at the centre")
    assert number in text and re.search("[\u4e00-\u9fff]{4}", text) and "?" not in text and "⟦" not in text, text
    wait_until(lambda: sms_states(texting) and all(state == "delivered" for _, state in sms_states(texting)),
               30, "the delivery report marks the message delivered")

    for move, body in [("accept", {}), ("return", {"note": "请告诉我们户号"})]:
        answer = dispatcher.post(f"/requests/{number}/{move}", body)
        assert answer.status_code == 200, f"{move}: {answer.text}"
    returned = wait_until(lambda: more(gateway, phone, text), 30, "the villager hears that more is wanted")

    answer = Phone(texting).post(f"/requests/{number}/answer", {"secret": receipt, "note": "户号 0012345678"})
    assert answer.status_code == 200, answer.text
    resolve(dispatcher, representative, number)
    resolved = wait_until(lambda: more(gateway, phone, text + returned), 30, "the villager hears that it is resolved")
    assert number in resolved


def more(gateway: Kannel, phone: str, known: str) -> str | None:
    text = gateway.received().get(phone, "")
    return text[len(known):] if len(text) > len(known) else None


def resolve(dispatcher: Phone, representative: Phone, number: str):
    case = dispatcher.get(f"/requests/{number}").json()
    moves = {move["name"] for move in case["moves"]}
    if "dispatch" in moves and case["state"] in ("submitted", "accepted"):
        me = representative.get("/sessions/current").json()
        answer = dispatcher.post(f"/requests/{number}/dispatch", {"assignee": me["person"]})
        assert answer.status_code == 200, answer.text
    for move, body in [("start", {}), ("resolve", {"result": "换了新电表，已经试过"})]:
        answer = representative.post(f"/requests/{number}/{move}", body)
        assert answer.status_code == 200, f"{move}: {answer.text}"


def test_a_code_to_sign_in_comes_by_text_message(texting, gateway):
    villager = Phone(texting)
    filed = villager.post("/requests", {
        "kind": "other", "village": own_village(Phone.signed_in(texting, People.of(texting)["dispatcher"]))["id"],
        "name": "孙来福", "phone": "13612345678", "what": "想问问电价"})
    assert filed.status_code == 201, filed.text
    first = wait_until(lambda: gateway.received().get("13612345678"), 30, "the receipt by text message")
    answer = villager.post("/sign-in/code", {"phone": "13612345678"})
    assert answer.status_code in (200, 201), answer.text
    text = wait_until(lambda: more(gateway, "13612345678", first), 30, "the code by text message")
    assert re.search(r"\b\d{6}\b", text), text
