"""Starts the program on a free port, as `./run` does, and talks to it as a phone or a browser would."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests

HOME = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CUNWANG_BINARY", HOME / ".build/debug/cunwang"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, seconds: float, what: str, every: float = 0.05):
    """Asks again and again until the answer is truthy, and gives it back."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def run(*arguments, timeout=600, check=True) -> str:
    """One command of the program; its standard output."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, cwd=HOME)
    if check and done.returncode != 0:
        raise AssertionError(f"cunwang {' '.join(map(str, arguments))} → {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Server:
    """One running program with its data folder."""

    def __init__(self, data: Path, *, database: str | None = None, env: dict | None = None, options: tuple = ()):
        self.data = Path(data)
        self.database = database
        self.env = env or {}
        self.options = options
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.log = self.data.parent / f"{self.data.name}.log"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def where(self) -> list[str]:
        """The options that name the database, for other commands on the same data."""
        place = ["--data", str(self.data)]
        return place + (["--database", self.database] if self.database else [])

    def start(self, *, seconds: float = 120, file_bytes: int | None = None) -> "Server":
        def limit():
            # A write past the limit then fails like a full disk, in place of killing the process.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            if file_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))

        output = open(self.log, "ab")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", str(self.port), *self.where, *self.options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=HOME,
            env=os.environ | self.env, preexec_fn=limit)
        output.close()
        wait_until(self.is_ready, seconds, "/readyz answers 200")
        return self

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
        try:
            return requests.get(f"{self.base}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> int:
        """Asks it to finish, as Ctrl-C or systemd does."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the server did not end within 20 s:\n{self.tail()}")
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, *failure):
        if self.process and self.process.poll() is None:
            self.stop()


class People:
    """The sign-ins that the demo prints, by role."""

    def __init__(self, rows: list[dict]):
        self.rows = rows

    @classmethod
    def of(cls, server: Server) -> "People":
        return cls(json.loads(run("demo", "--sign-ins", *server.where)))

    def __getitem__(self, role: str) -> dict:
        return next(row for row in self.rows if row["role"] == role)

    @property
    def roles(self) -> list[str]:
        return [row["role"] for row in self.rows]


class Phone:
    """A client of the JSON API. Knows nothing of cookies."""

    def __init__(self, server: Server, token: str | None = None, address: str | None = None):
        """`address` is the caller's, as a proxy on the same machine names it."""
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        if address:
            self.session.headers["X-Forwarded-For"] = address
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def signed_in(cls, server: Server, person: dict) -> "Phone":
        answer = cls(server).post("/sessions", {"person": person["person"], "password": person["password"]})
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        return cls(server, answer.json()["token"])

    def get(self, path: str, timeout=30, **query) -> requests.Response:
        return self.session.get(f"{self.server.base}/api/v1{path}", params=query, timeout=timeout)

    def post(self, path: str, body=None, key: str | None = None, timeout=30) -> requests.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.session.post(f"{self.server.base}/api/v1{path}", json=body, headers=headers, timeout=timeout)


def copy_data(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, dirs_exist_ok=True)
    return target
