"""Ways to file a request that several tests need."""

import itertools

from server import Phone

_numbers = itertools.count(1)


def villages(phone: Phone) -> list[dict]:
    answer = phone.get("/villages", limit=200)
    assert answer.status_code == 200, answer.text
    listed = answer.json()
    return listed["items"] if isinstance(listed, dict) else listed


def own_village(phone: Phone) -> dict:
    """A village that this person serves, by the roles of the session."""
    return own_villages(phone)[0]


def own_villages(phone: Phone) -> list[dict]:
    answer = phone.get("/sessions/current")
    assert answer.status_code == 200, answer.text
    units = {role["unit"] for role in answer.json()["roles"]}
    listed = villages(phone)
    # A representative belongs to a station but serves the villages paired to them.
    own = [village for village in listed if village["id"] in units] or [
        village for village in listed if village["station"] in units]
    assert own, f"no village is served by {answer.json()}"
    return own


def need(village: str, **other) -> dict:
    """What a villager tells; every one with a phone of its own."""
    n = next(_numbers)
    return {"kind": "inquiry", "village": village, "what": f"想问一下电费怎么算，第{n}次", "name": "刘玉兰",
            "phone": f"1391{n:07d}"} | other
