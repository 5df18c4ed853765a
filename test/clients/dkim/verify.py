"""Verifies every DKIM signature of messages with dkimpy.

    python3 verify.py <folder with *.eml and records.json>

Prints one JSON line for each message: {"name": ..., "results": [["rsa-sha256", true], ...]}.
records.json has the text of each record by its name.
"""
import json
import os
import re
import sys

import dkim
import nacl.signing  # noqa: F401  dkimpy skips Ed25519 silently without it


def main(folder):
    with open(os.path.join(folder, "records.json"), encoding="ascii") as file:
        records = json.load(file)

    def record(name, timeout=5):
        if isinstance(name, bytes):
            name = name.decode("ascii")
        return records.get(name.rstrip("."), "").encode("ascii")

    for entry in sorted(os.listdir(folder)):
        if not entry.endswith(".eml"):
            continue
        with open(os.path.join(folder, entry), "rb") as file:
            message = file.read()
        results = []
        head = message.split(b"\r\n\r\n", 1)[0]
        fields = re.findall(rb"(?im)^dkim-signature:((?:.*\r\n)(?:[ \t].*\r\n)*)", head + b"\r\n")
        for index, field in enumerate(fields):
            algorithm = re.search(rb"a=([a-z0-9-]+)", field).group(1).decode("ascii")
            domain = re.search(rb"d=([^;\s]+)", field).group(1).decode("ascii")
            if domain != "one.test":
                continue
            try:
                ok = dkim.DKIM(message, logger=Quiet()).verify(idx=index, dnsfunc=record)
            except dkim.DKIMException:
                ok = False
            results.append([algorithm, bool(ok)])
        print(json.dumps({"name": entry[:-4], "results": results}))


class Quiet:
    def __getattr__(self, name):
        return lambda *args: None


main(sys.argv[1])
