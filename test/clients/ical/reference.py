"""Reads iCalendar files with the icalendar package and says what it found, as JSON."""

import json
import sys
from datetime import datetime, timezone

import icalendar


def when(value):
    if value is None:
        return None
    at = value.dt
    if not isinstance(at, datetime):
        return at.isoformat()
    if at.tzinfo is None:
        return at.strftime("%Y-%m-%dT%H:%M:%S")
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


found = []
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    parts = []
    for part in calendar.subcomponents:
        if part.name not in ("VEVENT", "VTODO"):
            continue
        summary = part.get("SUMMARY")
        parts.append(
            {
                "uid": str(part["UID"]),
                "title": None if summary is None else str(summary),
                "start": when(part.get("DTSTART")),
                "changed": "RECURRENCE-ID" in part,
                "errors": [name for name, _ in part.errors],
            }
        )
    found.append(parts)
print(json.dumps(found))
