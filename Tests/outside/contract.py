"""Prepares one right call for every operation of the API, in the county as it stands: a case in the
state that a move starts from, a village to change, a leave to end. The contract test gives them to
schemathesis as examples; what it makes of them is its own business."""

import base64
import hashlib
import hmac
import struct
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from filing import need, own_village
from pictures import jpeg
from server import HOME, People, Phone, Server

TOTP_SECRET = base64.b32encode(b"cunwang-contract-001").decode().rstrip("=")


def totp(secret: str, at: float | None = None) -> str:
    """RFC 6238: six digits, SHA-1, 30 seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Contract:
    """`calls[operationId]` is {role, path, query, body}; absent parts are left to schemathesis."""

    def __init__(self, server: Server):
        self.server = server
        self.people = People.of(server)
        self.phones = {role: Phone.signed_in(server, self.people[role]) for role in self.people.roles if self.people[role]["password"]}
        self.calls: dict[str, dict] = {}
        # The day of the county, which is eight hours ahead of a clock in UTC.
        self.day = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        self._n = 0

    def call(self, operation: str, role: str | None, *, path=None, query=None, body=None):
        self.calls[operation] = {"role": role, "path": path or {}, "query": query or {}, "body": body}

    def made(self, role: str, address: str, body: dict) -> dict:
        answer = self.phones[role].post(address, body)
        assert answer.status_code in (200, 201), f"{address} {body} → {answer.status_code} {answer.text}"
        return answer.json()

    def fresh(self, word: str) -> str:
        self._n += 1
        return f"{word}{self._n}{int(time.time()) % 100_000}"

    def prepare(self) -> "Contract":
        self.village = own_village(self.phones["representative"])
        self.station = self.village["station"]
        units = self.phones["company"].get("/units", limit=200).json()["items"]
        self.township = next(unit for unit in units if unit["path"] == self.village["township"])
        self.county = next(unit for unit in units if unit["kind"] == "county")
        people = self.phones["company"].get(f"/villages/{self.village['id']}/people").json()
        self.representative, self.liaison = people["representative"]["id"], people["liaison"]["id"]
        self.units()
        self.staff()
        self.points()
        self.sign_ins()
        self.requests()
        self.network()
        self.reading()
        return self

    # Units, villages, points

    def add_village(self) -> dict:
        slug = self.fresh("contract-")
        return self.made("company", "/units", {
            "kind": "village", "parent": self.township["id"], "slug": slug, "name": "合同村", "nameEn": "Contract", "pinyin": "htc"})

    def units(self):
        self.call("add-unit", "company", body={
            "kind": "village", "parent": self.township["id"], "slug": self.fresh("added-"), "name": "新增村", "nameEn": "Added",
            "pinyin": "xzc", "latitude": 34.1, "longitude": 114.2})
        self.call("change-unit", "company", path={"unit": self.add_village()["id"]}, body={"name": "改名村"})
        self.call("close-unit", "company", path={"unit": self.add_village()["id"]})
        self.call("pair-village", "company", path={"village": self.add_village()["id"]}, body={
            "representative": self.representative, "liaison": self.liaison, "since": self.day.isoformat()})

    def points(self):
        point = {"name": "便民服务点", "address": "村委会一楼", "hours": "8:00-18:00"}

        def opened(name):
            return self.made("company", f"/villages/{self.village['id']}/service-points", point | {"name": self.fresh(name)})["id"]

        self.call("open-service-point", "company", path={"village": self.village["id"]}, body=point | {"name": self.fresh("合同点")})
        self.call("change-service-point", "company", path={"point": opened("改动点")}, body=point | {"name": self.fresh("改后点")})
        self.call("close-service-point", "company", path={"point": opened("关闭点")})
        day = (self.day + timedelta(days=20)).isoformat()
        duty = {"person": self.representative, "day": day, "from": "05:10", "to": "05:40"}
        self.call("add-duty", "company", path={"village": self.village["id"]}, body=duty)
        made = self.made("company", f"/villages/{self.village['id']}/duty", duty | {"day": (self.day + timedelta(days=27)).isoformat()})
        self.call("remove-duty", "company", path={"duty": made["id"]})
        notice = {"unit": self.village["id"], "heading": "检修通知", "text": "周三检修线路", "until": (self.day + timedelta(days=9)).isoformat()}
        self.call("publish-notice", "company", body=notice)
        self.call("withdraw-notice", "company", path={"notice": self.made("company", "/notices", notice)["id"]})
        self.call("add-account", "company", body={
            "number": f"{int(time.time() * 1000) % 10**10:010d}", "village": self.village["id"], "name": "赵合同", "address": "一组1号",
            "phone": "13911112222", "meter": self.fresh("M"), "kind": "residential"})
        account = self.made("company", "/accounts", {
            "number": f"{int(time.time() * 1000) % 10**10 + 1:010d}", "village": self.village["id"], "name": "钱合同", "address": "一组2号",
            "phone": "13911113333", "kind": "residential"})
        self.call("reveal-account-phone", "company", path={"account": account["id"]}, body={"reason": "核对户名"})

    # People

    def add_person(self, role: str, unit: str) -> dict:
        return self.made("company", "/people", {
            "name": "孙合同", "signIn": self.fresh("contract-"), "phone": "13911114444", "role": role, "unit": unit})

    def staff(self):
        self.call("add-person", "company", body={
            "name": "李合同", "signIn": self.fresh("added-"), "phone": "13911115555", "role": "dispatcher", "unit": self.station})

        def dispatcher():
            return self.add_person("dispatcher", self.station)["id"]

        self.call("change-person", "company", path={"person": dispatcher()}, body={"name": "改合同", "phone": "13911116666"})
        self.call("deactivate-person", "company", path={"person": dispatcher()})
        self.call("reset-password", "company", path={"person": dispatcher()})
        self.call("grant-role", "company", path={"person": dispatcher()}, body={"role": "station-head", "unit": self.station})
        self.call("end-role", "company", path={"person": dispatcher()}, body={"role": "dispatcher", "unit": self.station})
        self.call("reveal-person-phone", "company", path={"person": dispatcher()}, body={"reason": "紧急联系"})

        def representative():
            return self.add_person("representative", self.station)["id"]

        certificate = {"kind": "low-voltage", "number": "T4100001", "from": (self.day - timedelta(days=1)).isoformat(),
                       "to": (self.day + timedelta(days=900)).isoformat()}
        self.call("add-certificate", "company", path={"person": representative()}, body=certificate)
        leave = {"from": self.day.isoformat(), "to": (self.day + timedelta(days=2)).isoformat(), "standIn": self.representative}
        self.call("take-leave", "company", path={"person": representative()}, body=leave)
        made = self.made("company", f"/people/{representative()}/leave", leave)
        self.call("end-leave", "company", path={"leave": made["id"]})

        def handover():
            leaving = representative()
            self.made("company", f"/villages/{self.add_village()['id']}/pairing", {
                "representative": leaving, "liaison": self.liaison, "since": self.day.isoformat()})
            return {"leaving": leaving, "successor": self.representative, "reason": "调动"}

        self.call("propose-handover", "company", body=handover())
        self.call("approve-handover", "company", path={"handover": self.made("station-head", "/handovers", handover())["id"]})
        self.call("reject-handover", "company", path={"handover": self.made("station-head", "/handovers", handover())["id"]})

    # Sign-in

    def newcomer(self) -> Phone:
        """Somebody of the staff whose sessions and password are theirs alone."""
        person = self.add_person("attendant", self.village["id"])
        phone = Phone.signed_in(self.server, {"person": person["signIn"], "password": person["password"]})
        password = "contract passphrase 77"
        answer = phone.post("/sessions/password", {"old": person["password"], "password": password, "again": password})
        assert answer.status_code == 200, answer.text
        made = Phone.signed_in(self.server, {"person": person["signIn"], "password": password})
        made.person, made.password = person["signIn"], password
        return made

    def token(self, name: str, phone: Phone) -> str:
        self.phones[name] = phone
        return name

    def sign_ins(self):
        dispatcher = self.people["dispatcher"]
        self.call("sign-in", None, body={"person": dispatcher["person"], "password": dispatcher["password"]})
        self.call("demo-sign-in", None, body={"role": "auditor"})
        self.call("request-code", None, body={"phone": "13911117777"})
        sent = Phone(self.server).post("/sign-in/code", {"phone": "13911118888"}).json()
        self.call("enter-code", None, body={"phone": "13911118888", "code": sent["demoCode"], "trusted": False})
        self.call("help-sign-in", "liaison", body={"phone": "13911119999", "agreed": True})
        self.call("end-session", self.token("leaver", self.newcomer()))
        self.call("end-all-sessions", self.token("leaver of all", self.newcomer()))
        other = self.newcomer()
        Phone.signed_in(self.server, {"person": other.person, "password": other.password})
        current = other.get("/sessions/current").json()
        spare = next(session for session in current["sessions"] if not session["isThisOne"])
        self.call("end-one-session", self.token("ender", other), path={"session": spare["id"]})
        changer = self.newcomer()
        self.call("set-password", self.token("changer", changer), body={
            "old": changer.password, "password": "another passphrase 88", "again": "another passphrase 88"})
        self.call("set-totp", self.token("setter", self.newcomer()), body={"secret": TOTP_SECRET, "code": totp(TOTP_SECRET)})
        remover = self.newcomer()
        # The code of the step before, so that the one of now is still unused.
        answer = remover.post("/sessions/totp", {"secret": TOTP_SECRET, "code": totp(TOTP_SECRET, time.time() - 30)})
        assert answer.status_code == 200, answer.text
        self.call("remove-totp", self.token("remover", remover), body={"code": totp(TOTP_SECRET)})

    # Requests

    def filed(self, *moves, kind="inquiry") -> str:
        number = self.made("dispatcher", "/requests", need(self.village["id"], kind=kind))["number"]
        self.secrets = getattr(self, "secrets", {})
        for move in moves:
            role, body = {
                "accept": ("dispatcher", {}), "dispatch": ("dispatcher", {"assignee": self.representative}),
                "start": ("representative", {}), "return": ("dispatcher", {"note": "请补充"}),
                "resolve": ("representative", {"result": "已办好"}), "confirm": ("dispatcher", {"satisfaction": 5}),
            }[move]
            self.made(role, f"/requests/{number}/{move}", body)
        return number

    def requests(self):
        to_work = ("accept", "dispatch", "start")
        self.call("report-need", "dispatcher", body=need(self.village["id"], photos=[]))

        def move(name, role, *before, kind="inquiry", body=None):
            self.call(name, role, path={"case": self.filed(*before, kind=kind)}, body=body or {})

        move("accept", "dispatcher")
        move("dispatch", "dispatcher", "accept", body={"assignee": self.representative})
        move("redispatch", "dispatcher", "accept", "dispatch", body={"assignee": self.representative, "note": "还是他去"})
        move("start", "representative", "accept", "dispatch")
        move("arrive", "representative", "accept", "dispatch", kind="repair")
        move("return", "dispatcher", "accept", body={"note": "请补充户号"})
        move("answer", "dispatcher", "accept", "return", body={"note": "户号如下"})
        move("resolve", "representative", *to_work, body={"result": "已办好"})
        move("confirm", "dispatcher", *to_work, "resolve", body={"satisfaction": 4})
        move("follow-up", "dispatcher", *to_work, "resolve", body={"reached": True, "solved": True, "satisfaction": 5})
        move("reopen", "dispatcher", *to_work, "resolve", body={"reason": "又坏了"})
        self.call("merge", "dispatcher", path={"case": self.filed("accept")}, body={"into": self.filed("accept")})
        move("withdraw", "dispatcher", body={"reason": "自己好了"})
        units = self.phones["company"].get("/units", kind="station", limit=50).json()["items"]
        other = next(unit for unit in units if unit["id"] != self.station)
        move("refer", "dispatcher", "accept", body={"unit": other["id"], "note": "属于那个所"})
        move("note", "dispatcher", "accept", body={"note": "打过电话", "shown": False})
        move("close", "dispatcher", *to_work, "resolve", "confirm", body={})
        move("follow", "dispatcher", body={"name": "吴跟随", "phone": "13911110000"})
        move("reveal", "dispatcher", body={"reason": "上门联系"})
        self.call("move-case", "dispatcher", path={"case": self.filed(), "move": "accept"}, body={})
        told = self.phones["liaison"].get("/told").json()["items"]
        if told:
            self.call("tick-told", "liaison", path={"message": told[0]["id"]})
        self.call("read-inbox", "representative", body={})
        photo = Phone(self.server).session.post(
            f"{self.server.base}/api/v1/uploads", data=jpeg(), headers={"Content-Type": "image/jpeg"})
        assert photo.status_code == 201, photo.text
        self.calls["report-need"]["body"]["photos"] = [photo.json()["upload"]]
        kind = (HOME / "Data/kinds/other.yaml").read_text().replace("kind: other", "kind: contract", 1).strip()
        self.call("publish-kind", "company", body={"yaml": kind})
        guide = (HOME / "Data/guides/no-light.yaml").read_text().strip()
        self.call("publish-guide", "company", body={"yaml": guide})

    # The network and planned work on it

    def network(self):
        feeders = self.phones["company"].get("/network/feeders").json()["items"]
        day = self.day + timedelta(days=20)

        def planned(feeder, day):
            return {"feeder": feeder["id"], "kind": "planned", "work": "更换台区出线开关", "start": f"{day}T08:00:00+08:00",
                    "end": f"{day}T12:00:00+08:00", "contact": "郑合同", "phone": "13911116677", "waiver": "合同检验"}

        # Not twice for the same customers within the set time: two feeders, the one without planned work first.
        self.call("ask-planned-outage", "company", body=planned(feeders[0], day))
        made = self.made("company", "/planned", planned(feeders[1], day))
        self.call("planned-households", "company", path={"outage": made["number"]})
        sent = {part: self.sent_file(HOME / f"Data/networks/rural1/{part}.csv") for part in ("nodes", "edges", "loads")}
        self.call("send-network", "company", body=sent | {"feeder": self.fresh("CONTRACT-"), "substation": "CONTRACT"})

    def sent_file(self, path) -> str:
        phone = self.phones["company"]
        answer = phone.session.post(
            f"{self.server.base}/api/v1/uploads", data=path.read_bytes(), headers={"Content-Type": "application/octet-stream"})
        assert answer.status_code == 201, answer.text
        return answer.json()["upload"]

    def reading(self):
        village = self.village["id"]
        told = self.made("dispatcher", "/requests", need(village, phone="13911112345"))
        for operation, path in [("read-village", "village"), ("read-village-people", "village"), ("list-pairings", "village")]:
            self.call(operation, "company", path={path: village})
        self.call("who-was-responsible", "company", path={"village": village}, query={"on": self.day.isoformat()})
        self.call("find-accounts", "company", query={"phone": "13911112222"})
        self.call("list-events", "auditor")
        self.call("result-list", "company", query={"measure": "opened"})
        self.call("results", "company")
        self.call("inbox", "representative")
        self.call("told-list", "liaison")
        self.call("board", "dispatcher")
        self.call("work-list", "representative")
        self.call("case", "dispatcher", path={"case": told["number"]})
        self.call("follow-case", None, query={"secret": told["receipt"]})
        self.call("duplicates", None, query={"village": village, "kind": "inquiry"})
