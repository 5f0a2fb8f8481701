"""A Kannel SMS gateway with its fake SMS centre, on ports of our own."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote_to_bytes

from server import free_port, wait_until

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = secret
status-password = secret
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 1

group = smsc
smsc = fake
smsc-id = village
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
smsbox-id = box
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {send}
sendsms-interface = 127.0.0.1
log-level = 1

group = sendsms-user
username = cunwang
password = letter
default-sender = 95598
max-messages = 10
concatenation = true

group = sms-service
keyword = default
text = "thanks"

"""


class Kannel:
    """`received()` are the texts that reached the fake SMS centre, by phone number."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.ports = {name: free_port() for name in ("admin", "box", "centre", "send")}
        self.configuration = folder / "kannel.conf"
        self.configuration.write_text(CONFIGURATION.format(**self.ports))
        self.processes: list[subprocess.Popen] = []

    def _run(self, name: str, *command):
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes.append(subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT))

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start(self) -> "Kannel":
        self._run("bearerbox", "/usr/sbin/bearerbox", self.configuration)
        wait_until(lambda: "MAIN: Start-up done" in self._log("bearerbox"), 20, "bearerbox has started")
        self._run("smsbox", "/usr/sbin/smsbox", self.configuration)
        self._run("centre", "/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", str(self.ports["centre"]),
                  "-i", "100000", "-m", "0", "100 200 text unused")
        wait_until(lambda: "Fakesmsc client connected" in self._log("bearerbox"), 20, "the SMS centre is connected")
        return self

    @property
    def send_address(self) -> str:
        return f"http://127.0.0.1:{self.ports['send']}/cgi-bin/sendsms?username=cunwang&password=letter"

    def received(self) -> dict[str, str]:
        """Long messages come in parts with a header that numbers them; the centre sees UTF-16."""
        texts: dict[str, str] = {}
        for phone, kind, rest in re.findall(r"Got message \d+: <\S+ (\S+) (udh|data|text|ucs-?2) (.*)>", self._log("centre")):
            data = rest.split(" data ", 1)[1] if kind == "udh" else rest
            if kind == "text":
                text = data
            else:
                text = unquote_to_bytes(data.replace("+", "%20")).decode("utf-16-be", errors="replace")
            texts[phone] = texts.get(phone, "") + text
        return texts

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
