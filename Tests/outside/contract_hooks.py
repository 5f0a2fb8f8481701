"""Loaded by schemathesis: puts the prepared calls into the description as examples, signs each call
in, and notes what every operation answered."""

import json
import os

import schemathesis

with open(os.environ["CONTRACT_CALLS"]) as file:
    PREPARED = json.load(file)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            call = PREPARED["calls"].get(operation.get("operationId"))
            if not call:
                continue
            for parameter in operation.get("parameters", []):
                values = call["path"] if parameter["in"] == "path" else call["query"]
                if parameter["name"] in values:
                    parameter["example"] = values[parameter["name"]]
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None and call["body"] is not None:
                content["example"] = call["body"]


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Everybody may do what their role may; who does what stands in the prepared calls."""

    def get(self, case, context):
        operation = context.operation.definition.raw.get("operationId")
        role = PREPARED["calls"].get(operation, {"role": "company"})["role"]
        return PREPARED["tokens"].get(role)

    def set(self, case, data, context):
        if data:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def after_call(context, case, response):
    with open(os.environ["CONTRACT_LOG"], "a") as log:
        log.write(json.dumps([case.operation.label, response.status_code]) + "\n")
