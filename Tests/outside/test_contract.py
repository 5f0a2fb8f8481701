"""The description of the API holds: schemathesis finds no failure, and reaches the operations."""

import json
import os
import subprocess
from collections import defaultdict

import requests

from contract import Contract
from server import Server, copy_data

OPERATIONS_ANSWERED = 0.9


def test_the_api_does_what_its_description_says(demo_folder, tmp_path):
    with Server(copy_data(demo_folder, tmp_path / "data")) as server:
        contract = Contract(server).prepare()
        calls, log = tmp_path / "calls.json", tmp_path / "answers.jsonl"
        calls.write_text(json.dumps({
            "calls": contract.calls,
            "tokens": {name: phone.session.headers["Authorization"].removeprefix("Bearer ")
                       for name, phone in contract.phones.items()},
        }))
        log.touch()
        run = subprocess.run(
            ["schemathesis", "--no-color", "run", f"{server.base}/api/openapi.json", "--max-examples", "10", "--seed", "1",
             # One worker: two threads that parse Python at once break the interpreter of Debian 12
             # ("AST constructor recursion depth mismatch").
             "--workers", "1", "--max-time", "240", "--request-timeout", "20",
             # What a schema cannot say is refused with 422 and the field's name: a name that is taken, two
             # passwords that differ, a code that is wrong, a position of which half is missing.
             "--exclude-checks", "positive_data_acceptance"],
            cwd=tmp_path, capture_output=True, text=True,
            env=os.environ | {"SCHEMATHESIS_HOOKS": "contract_hooks", "PYTHONPATH": os.path.dirname(__file__),
                              "CONTRACT_CALLS": str(calls), "CONTRACT_LOG": str(log),
                              "PATH": os.path.dirname(os.sys.executable) + os.pathsep + os.environ["PATH"]})
        answered = defaultdict(set)
        for line in log.read_text().splitlines():
            label, status = json.loads(line)
            answered[label].add(status)
        description = requests.get(f"{server.base}/api/openapi.json", timeout=10).json()
        all_ = {f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods}
        done = {label for label, statuses in answered.items() if any(200 <= status < 300 for status in statuses)}
        missed = {label: sorted(answered[label]) for label in sorted(all_ - done)}
        print(f"{len(done)} of {len(all_)} operations answered 2xx; not: {missed}")
        assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2_000:]
        assert len(all_) >= 30
        assert len(done & all_) >= OPERATIONS_ANSWERED * len(all_), missed


def test_every_api_address_is_described(server):
    """Nothing answers under /api/v1 that the description does not name."""
    description = requests.get(f"{server.base}/api/openapi.json", timeout=10).json()
    assert description["openapi"].startswith("3.1") and "/api/v1" in (description["servers"][0]["url"] + next(iter(description["paths"])))
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"], f"{method} {path}"
            assert any(code.startswith("2") for code in operation["responses"]), f"{method} {path}"
