"""What every measurement needs: the built program, a private PostgreSQL, a running server, quiet."""
import os, re, shutil, socket, subprocess, sys, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.join(ROOT, "Benchmarks")
PROGRAM = os.path.join(ROOT, ".build-release", "release", "cunwang")
BARE = os.path.join(HERE, ".build", "release", "bare")


def say(text=""):
    print(text, flush=True)


def sh(*command, **more):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def build():
    say("building for speed …")
    subprocess.run(["swift", "build", "-c", "release", "--scratch-path", os.path.join(ROOT, ".build-release"),
                    "--product", "cunwang"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["swift", "build", "-c", "release"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", os.path.join(HERE, ".build", "slowsync.so"),
                    os.path.join(HERE, "slowsync.c"), "-ldl"], check=True)


class Postgres:
    """A private cluster that is thrown away."""

    def __init__(self, folder):
        self.port = free_port()
        self.folder = os.path.join(folder, "postgres")
        self.bin = "/usr/lib/postgresql/15/bin"
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if not os.path.exists(os.path.join(self.folder, "PG_VERSION")):
            self.make(folder)
        # Server and database share the machine, as in a county: they talk over a socket of the file system.
        sh(*self.user, f"{self.bin}/pg_ctl", "-D", self.folder, "-w", "-o",
           f"-p {self.port} -c listen_addresses= -c unix_socket_directories={self.folder}", "-l", "/dev/null", "start", cwd="/")

    def make(self, folder):
        os.makedirs(self.folder)
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
            os.chmod(folder, 0o755)
        sh(*self.user, f"{self.bin}/initdb", "-D", self.folder, "-U", "postgres", "-A", "trust", "-E", "UTF8",
           "--locale=C", cwd="/")
        with open(os.path.join(self.folder, "postgresql.auto.conf"), "a") as f:
            f.write("shared_buffers = 512MB\nmax_wal_size = 4GB\n")

    def url(self, name):
        return f"postgres://postgres@/{name}?host={self.folder}&port={self.port}"

    def create(self, name, template="template0"):
        sh("psql", "-q", self.url("postgres"), "-c",
           f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")

    def drop(self, name):
        sh("psql", "-q", self.url("postgres"), "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self):
        subprocess.run([*self.user, f"{self.bin}/pg_ctl", "-D", self.folder, "-m", "fast", "stop"],
                       stdout=subprocess.DEVNULL, cwd="/")


class Server:
    def __init__(self, data, database=None, slow_sync=False):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = [PROGRAM, "serve", "--data", data, "--port", str(self.port), "--log", "warning"]
        if database:
            command += ["--database", database]
        environment = dict(os.environ)
        if slow_sync:
            environment["LD_PRELOAD"] = os.path.join(HERE, ".build", "slowsync.so")
        started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        while True:
            try:
                urllib.request.urlopen(self.base + "/readyz", timeout=1)
                break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server ended at its start")
                time.sleep(0.01)
        self.ready_after = time.monotonic() - started

    def memory(self, name="VmHWM"):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(name + r":\s+(\d+)", f.read()).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def wrk(server, script, data, connections=32, seconds=8, path="/"):
    """Requests a second and the number of wrong answers, as the script counts them."""
    out = sh("wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-s", os.path.join(HERE, "wrk", script),
             server.base + path, env=dict(os.environ, BENCH_DATA=data))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    wrong = re.search(r"wrong (\d+)", out)
    done = re.search(r"(\d+) requests in", out)
    return rate, int(wrong.group(1)) if wrong else -1, int(done.group(1))


def sweep(database):
    """What autovacuum does within minutes of a load (the table of cases asks for it after 1 in 100)."""
    sh("psql", "-q", database, "-c", "VACUUM (ANALYZE)")
    sh("psql", "-q", database, "-c", "CHECKPOINT")


def fill(cases, data, database, people):
    command = [PROGRAM, "bench", "fill", "--cases", str(cases), "--people", str(people), "--data", data]
    if database:
        command += ["--database", database]
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def busy_seconds():
    """Processor time that the machine has spent on anything but waiting."""
    with open("/proc/stat") as f:
        ticks = [int(n) for n in f.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def settle(most=90):
    """Waits until what the filling left behind is done: the kernel's writing back, the server's sealing."""
    os.sync()
    began = time.monotonic()
    while time.monotonic() - began < most:
        before = busy_seconds()
        time.sleep(2)
        if busy_seconds() - before < 0.2:
            return
    say("  (the machine did not come to rest)")
