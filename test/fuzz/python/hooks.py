"""What Schemathesis does with every request to this API, beyond what the document says.

Tokens come by the environment. Whoever works the desk has an operator's, files are a biller's, leaving is tried by
somebody nobody needs afterwards, everything else is a resident's.
"""

import functools
import json
import os
import re
import sys
import unicodedata
import uuid

import schemathesis

TOKENS = (
    (re.compile(r"^/v1/operator/|^/v1/webhook-events"), "KVITOK_FUZZ_OPERATOR"),
    (re.compile(r"^/v1/billers/[^/]+/registry-files"), "KVITOK_FUZZ_BILLER"),
    (re.compile(r"^/v1/me$|^/v1/me/sessions?$"), "KVITOK_FUZZ_LEAVER"),
    (re.compile(r""), "KVITOK_FUZZ_RESIDENT"),
)
KEY = "idempotency-key"


def token_for(case):
    # only who leaves or signs out everywhere is somebody else
    is_leaving = case.operation.method.upper() == "DELETE"
    for pattern, name in TOKENS:
        if pattern.search(case.operation.path) and (name != "KVITOK_FUZZ_LEAVER" or is_leaving):
            return os.environ[name]
    raise LookupError(case.operation.path)


@functools.cache
def characters_of(category):
    """The characters of a Unicode category as ranges of a character class; halves of characters left out: no JSON holds them."""
    codes = [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith(category)]
    ranges = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    if category == "Cs":
        return ""
    return "".join(re.escape(chr(first)) + ("-" + re.escape(chr(last)) if last > first else "") for first, last in ranges)


def python_pattern(pattern):
    """A pattern of the document, which is JavaScript's, in the words of Python's `re`: that one knows no categories."""
    return re.sub(r"\\p\{(\w+)\}", lambda found: characters_of(found[1]), pattern).replace("\\0", "\\x00")


def translate(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "pattern" and isinstance(inner, str):
                value[key] = python_pattern(inner)
            else:
                translate(inner)
    elif isinstance(value, list):
        for inner in value:
            translate(inner)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    translate(raw_schema)


# Kept would be the token of whoever asked first.
@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, context):
        return token_for(case)

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    # A well-formed key is a name of its own: the same short texts again and again would only meet "key-reused".
    key = (case.headers or {}).get(KEY)
    if key is not None and re.fullmatch(r"[\x21-\x7e]{1,255}", str(key)):
        case.headers[KEY] = str(uuid.uuid4())


@schemathesis.serializer("message/rfc822")
def as_mail(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.serializer("application/x-ndjson")
def as_lines(context, value):
    if isinstance(value, bytes):
        return value
    values = value if isinstance(value, list) else [value]
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in values).encode("utf-8", "replace")
