"""The cases, read from cases.txt, which says what its columns mean."""
import dataclasses
import fnmatch
import pathlib

import suites

COLUMNS = 8
AUTHS = {"psk", "rsa2048", "rsa4096", "ecdsa256", "ecdsa384", "ecdsa521", "ed25519"} | set(suites.EAP)


@dataclasses.dataclass
class Row:
    id: str
    begins: str
    nave: str
    ss: str
    ike: str
    esp: str
    events: list
    expected: str
    options: list  # of (name, value)
    number: int = 0  # its place in the table, from 1: addresses and interfaces are made of it

    @property
    def name(self):
        return f"{self.id}.vpn.example.net"

    def values(self, name):
        return [value for key, value in self.options if key == name]

    def settings(self, prefix):
        """Those of 'prefix.NAME=value' that aren't further divided."""
        return {key[len(prefix) + 1 :]: value for key, value in self.options if key.startswith(prefix + ".") and key.count(".") == prefix.count(".") + 1}


def parse(text, events):
    """All rows; ValueError says which line is wrong."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(None, COLUMNS)
        if len(fields) < COLUMNS:
            raise ValueError(f"line {number}: {len(fields)} columns instead of {COLUMNS}")
        options = [tuple(part.strip() for part in o.split("=", 1)) for o in (fields[COLUMNS:] or [""])[0].split(";") if o.strip()]
        row = Row(*fields[:6], [] if fields[6] == "-" else fields[6].split("+"), fields[7], options, len(rows) + 1)
        wrong = complaint(row, rows, events)
        if wrong:
            raise ValueError(f"line {number}: {wrong}")
        rows.append(row)
    return rows


def complaint(row, before, events):
    if row.begins not in ("nave", "ss"):
        return f"'{row.begins}' can't begin"
    if not {row.nave, row.ss} <= AUTHS:
        return f"no such authentication: {row.nave} or {row.ss}"
    if row.expected not in ("flows", "gone", "returns") and not row.expected.startswith("refused:"):
        return f"nothing is expected by '{row.expected}'"
    if any(len(o) != 2 for o in row.options):
        return "an option is no name=value"
    if any(r.id == row.id for r in before):
        return f"there is a case {row.id} already"
    unknown = [e for e in row.events if e not in events]
    if unknown:
        return f"events.py has no {unknown[0]}"
    try:
        suites.esp(row.esp)
    except KeyError:
        return f"suites.py has no {row.esp}"
    return None


def load(events, only=None):
    rows = parse((pathlib.Path(__file__).parent / "cases.txt").read_text(), events)
    return [r for r in rows if only is None or fnmatch.fnmatch(r.id, only) or only in r.events]
