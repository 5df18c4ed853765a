"""Reference reader: what Python's email package finds in messages.

    reference.py collect DIR    write the messages found in Python's own tests into DIR
    reference.py read DIR       print one JSON line for each *.eml in DIR
"""

import ast
import email
import email.policy
import hashlib
import json
import os
import re
import sys
import textwrap
import warnings

FIRST_LINE = re.compile(rb"[A-Za-z-]+:[ \t]")
SEPARATOR = re.compile(rb"\r?\n[ \t]*\r?\n")


def found_messages():
    """Messages among the data files and the literals of the test suite, by name."""
    try:
        import test
    except ImportError:
        return
    base = os.path.dirname(test.__file__)
    data = os.path.join(base, "test_email", "data")
    if os.path.isdir(data):
        for name in sorted(os.listdir(data)):
            if name.startswith("msg_"):
                with open(os.path.join(data, name), "rb") as file:
                    yield name[:-4], file.read()
    for folder, _, names in sorted(os.walk(base)):
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    source = file.read()
                if "Content-Type" not in source and "Subject" not in source:
                    continue
                tree = ast.parse(source)
            except (OSError, UnicodeError, SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
                    message = as_message(node.value)
                    if message is not None:
                        yield f"{name[:-3]}-{node.lineno}", message


def as_message(value):
    if isinstance(value, str):
        try:
            value = textwrap.dedent(value).lstrip("\r\n").encode("utf-8", "surrogateescape")
        except UnicodeError:
            return None
    if len(value) < 40 or not FIRST_LINE.match(value) or not SEPARATOR.search(value):
        return None
    return value


def collect(target):
    seen = set()
    for name, message in found_messages():
        digest = hashlib.sha256(message).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        with open(os.path.join(target, f"{name}-{digest[:8]}.eml"), "wb") as file:
            file.write(message)


def leaves(part, out):
    main = part.get_content_maintype()
    if main == "multipart":
        if part.is_multipart():
            for child in part.get_payload():
                leaves(child, out)
        else:
            out.append({"kind": "no-parts", "type": part.get_content_type()})
        return
    if main == "message":
        out.append({"kind": "message", "type": part.get_content_type()})
        return
    content = part.get_payload(decode=True)
    if content is None:
        content = b""
    out.append({
        "kind": "leaf",
        "type": part.get_content_type(),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    })


def names(part, out):
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.iter_parts():
            names(child, out)
    else:
        try:
            out.append(part.get_filename())
        except Exception as error:
            out.append({"error": str(error)})


def read(source):
    for name in sorted(os.listdir(source)):
        if not name.endswith(".eml"):
            continue
        with open(os.path.join(source, name), "rb") as file:
            data = file.read()
        found = {"name": name[:-4], "parts": [], "names": []}
        leaves(email.message_from_bytes(data, policy=email.policy.compat32), found["parts"])
        names(email.message_from_bytes(data, policy=email.policy.default), found["names"])
        print(json.dumps(found))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"collect": collect, "read": read}[sys.argv[1]](sys.argv[2])
