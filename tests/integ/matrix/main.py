#!/usr/bin/env python3
"""The interop matrix: cases.txt against one naved with navedp and one strongSwan, many cases at a time.

main.py list [PATTERN]; main.py addresses|prepare|run LAB DIRECTORY MTU [PATTERN], called by tests/integ/t_ike-matrix.sh in its lab, in this
order.  PATTERN is a shell pattern for ids, or an event; MTU what fragments of IKE messages are made for.
"""
import asyncio
import inspect
import sys
import time

import case
import config
import events
import table
from world import World

AT_ONCE = 8
CASE_S = 90
LONG = {"ss-dies", "nave-dies", "ss-delete-child", "reauth-due"}  # events that wait for somebody's patience to end: beside the others


def event_names():
    return {name[3:].replace("_", "-") for name, f in inspect.getmembers(events) if name.startswith("ev_") and callable(f)}


async def run_one(world, row, slots):
    async with slots if not LONG & set(row.events) else asyncio.Semaphore():
        begin = time.monotonic()
        passed, note = await case.judged(case.Case(world, row), CASE_S)
    print(f"  {'pass' if passed else 'FAIL'}  {row.id} ({time.monotonic() - begin:.1f} s){': ' + note if note else ''}", flush=True)
    return passed


async def run(world, rows):
    begin = time.monotonic()
    await world.prepare_router()
    watch = asyncio.create_task(world.watch())
    slots = asyncio.Semaphore(AT_ONCE)
    results = asyncio.gather(*(run_one(world, row, slots) for row in rows))
    await asyncio.wait({watch, results}, return_when=asyncio.FIRST_COMPLETED)
    if watch.done():
        results.cancel()
        watch.result()
    watch.cancel()
    passed = sum(results.result())
    print(f"{passed} passed, {len(rows) - passed} failed ({time.monotonic() - begin:.0f} s)")
    return passed == len(rows) > 0


async def addresses(_world, rows):
    for row in rows:
        print(config.outer(row), config.inner(row))
    return True


async def prepare(world, rows):
    await config.prepare(rows, world.directory, world.strongswan, world.mtu)
    return True


VERBS = {"addresses": addresses, "prepare": prepare, "run": run}


def main(words):
    if words[:1] == ["list"]:
        for row in table.load(event_names(), *words[1:2]):
            print(f"{row.id:22} {row.begins:5} {row.nave:9} {row.ss:9} {'+'.join(row.events) or '-':18} {row.expected}")
        return True
    if len(words) not in (4, 5) or words[0] not in VERBS:
        sys.exit(__doc__)
    rows = table.load(event_names(), *words[4:5])
    if not rows:
        sys.exit("no such case")

    async def go():
        return await VERBS[words[0]](World(*words[1:4]), rows)

    return asyncio.run(go())


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
