"""A private PostgreSQL that a test may stop in the middle of its work."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from server import free_port

BIN = Path("/usr/lib/postgresql/15/bin")


class Postgres:
    """Runs as the user postgres when we are root, which PostgreSQL asks for."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cunwang-postgres.", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.user = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.call("initdb", "-D", self.db, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync")

    @property
    def db(self) -> Path:
        return self.folder / "db"

    def call(self, name, *arguments, check=True):
        # A file in place of a pipe: the started server would hold a pipe open for ever.
        with open(self.folder / f"{name}.out", "w+b") as out:
            code = subprocess.run([BIN / name, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=out, stderr=subprocess.STDOUT, **self.user).returncode
            out.seek(0)
            if check and code != 0:
                raise AssertionError(f"{name} → {code}: {out.read().decode()}")

    def start(self) -> "Postgres":
        # Without waiting for the disk: only the process dies here, never the machine.
        self.call("pg_ctl", "-D", self.db, "-l", self.folder / "log", "-w", "-o",
                  f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off -c max_connections=100", "start")
        return self

    def stop_immediately(self):
        self.call("pg_ctl", "-D", self.db, "-m", "immediate", "-w", "stop")

    def sql(self, text: str, database="postgres") -> str:
        return subprocess.run([BIN / "psql", "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                               "-v", "ON_ERROR_STOP=1", "-c", text, database],
                              capture_output=True, text=True, check=True).stdout.strip()

    def url(self, database="postgres") -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, template: str = "template0") -> str:
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def close(self):
        self.call("pg_ctl", "-D", self.db, "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
