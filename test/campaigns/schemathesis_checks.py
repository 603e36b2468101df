"""A check of our own beside those of Schemathesis: no answer tells of the inside of the server."""

import re

import schemathesis

STACK = re.compile(r"\n\s+at .+:\d+|node:internal|node_modules/|/src/[\w/-]+\.ts")


@schemathesis.check
def no_stack_trace(ctx, response, case):
    text = response.text
    if case.operation.path != "/api/2/openapi.json" and STACK.search(text):
        raise AssertionError(f"a stack trace: {text[:500]}")
