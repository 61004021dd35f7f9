"""What happens to a session while its packets flow.  A column 'event' of the table names these functions without 'ev_', with dashes.

Each gets a case.Case and returns when what it brings about is done: it waits for conditions, never for time.
"""
import config
import flood

NEW_KEYS_S = 20
REAUTH_S = 30
NAT_LATER = 42000
FLOOD = 60  # half-open SAs: more than either end stands without cookies


async def _new_ike(c, act):
    was = c.pair
    await act()
    await c.agree("new keys of the IKE SA", NEW_KEYS_S, lambda now: not now.ike & was.ike and now.esp == was.esp)


async def _new_esp(c, act):
    was = c.pair
    await act()
    await c.agree("new keys of the ESP SAs", NEW_KEYS_S, lambda now: now.ike == was.ike and not set(now.esp) & set(was.esp))


async def _new_session(c, act, seconds=NEW_KEYS_S):
    was = c.pair
    await act()
    await c.agree("a session that is new", seconds, lambda now: not now.ike & was.ike and not set(now.esp) & set(was.esp))


async def _both(c, nave, ss, changed):
    """Both requests leave before either comes, and strongSwan's, sent again, comes first: when Nave has done already what it asks for, it
    gets TEMPORARY_FAILURE (RFC7296-2.25.1), after which strongSwan 5.9.8 forgets to send by the child that replaced the old one."""
    was = c.pair

    async def passes(what, way):
        while await stop.count(way) == 0:
            await c.until(what, NEW_KEYS_S, lambda _: True)

    async with c.world.stopped(c.outer) as stop:
        await ss()
        await nave()
        await passes("strongSwan's request on its way", "from")
        await passes("Nave's request on its way", "to")
        await stop.open("from")
        await passes("strongSwan's request comes", "from")
    await c.agree("new keys of both requests", NEW_KEYS_S, lambda now: changed(was, now))


async def ev_ss_rekey_ike(c):
    await _new_ike(c, c.ss_rekey_ike)


async def ev_nave_rekey_ike(c):
    await _new_ike(c, c.nave_rekey_ike)


async def ev_ss_rekey_child(c):
    await _new_esp(c, c.ss_rekey_child)


async def ev_nave_rekey_child(c):
    await _new_esp(c, c.nave_rekey_child)


async def _refused(c, act, by):
    """Nave's log says so, and the pair stays."""
    was, since = c.pair, len(c.world.log())
    await act()
    await c.until("the refusal", NEW_KEYS_S, lambda _: any(
        f"{c.seen}:" in line and "child.rekey.refused" in line and f"by={by}" in line for line in c.world.log(since).splitlines()))  # fmt: skip
    await c.agree("the same keys", NEW_KEYS_S, lambda now: now.esp == was.esp)


async def ev_ss_rekey_child_refused(c):
    await _refused(c, c.ss_rekey_child, "us")


async def ev_nave_rekey_child_refused(c):
    await _refused(c, c.nave_rekey_child, "peer")


async def ev_cross_ike(c):
    await _both(c, c.nave_rekey_ike, c.ss_rekey_ike, lambda was, now: not now.ike & was.ike)


async def ev_cross_child(c):
    await _both(c, c.nave_rekey_child, c.ss_rekey_child, lambda was, now: not set(now.esp) & set(was.esp))


async def ev_cross_ike_child(c):
    """Nave rekeys the IKE SA, strongSwan the child: RFC7296-2.25 has TEMPORARY_FAILURE for one of them, who tries again later."""
    await _both(c, c.nave_rekey_ike, c.ss_rekey_child, lambda was, now: now.ike != was.ike or now.esp != was.esp)


async def ev_cross_child_ike(c):
    await _both(c, c.nave_rekey_child, c.ss_rekey_ike, lambda was, now: now.ike != was.ike or now.esp != was.esp)


async def ev_ss_delete(c):
    await c.ss("terminate", {"ike": c.row.id, "timeout": -1})


async def ev_ss_delete_child(c):
    """The last child: Nave's IKE SA stays without one for 30 s."""
    await c.ss("terminate", {"child": "net", "ike": c.row.id, "timeout": -1})
    await c.until("Nave ends the IKE SA too", 40, lambda look: not look.sas[c.row.name])


async def ev_nave_delete(c):
    await c.nave(f"clear crypto session remote {c.seen}")


async def ev_ss_dies(c):
    """Nothing comes of it any more, until Nave has noticed; then it is as if new."""
    async with c.world.stopped(c.outer, "meta l4proto udp"):
        await c.until("Nave notices", 40, lambda look: not look.sas[c.row.name])
    await c.ss("terminate", {"ike": c.row.id, "timeout": -1, "force": "yes"})


async def ev_nave_dies(c):
    """The same of Nave, until strongSwan has noticed."""
    async with c.world.stopped(c.outer, "meta l4proto udp"):
        await c.until("strongSwan notices", 40, lambda look: not look.peers[c.row.id])
        await c.nave(f"clear crypto session remote {c.seen}")
        await c.until("Nave has given it up", 40, lambda look: not look.sas[c.row.name])


async def ev_ss_asked_for_cookie(c):
    """The session ends, and the next one begins while Nave is flooded."""
    await ev_ss_delete(c)
    await c.until("the end", NEW_KEYS_S, lambda look: not look.peers[c.row.id])
    before = await c.count("cookie-sent")
    flood.half_open(f"{c.world.lab}-ss1", c.outer, config.HUB, FLOOD)
    await c.ss_begin()
    while await c.count("cookie-sent") == before:
        await c.until("Nave asks for a cookie", NEW_KEYS_S, lambda _: True)


async def ev_ss_reauth(c):
    """strongSwan authenticates anew, the new SAs before the old ones go: nothing is lost."""
    await _new_session(c, c.ss_reauth)


async def ev_reauth_due(c):
    """Whoever began does so by itself, for it was told how long its authentication is good for.  Where that is Nave, strongSwan's first
    packets by the new pair follow its answer at once: they may be there before Nave has read it, and has their keys."""

    async def wait():
        c.early = c.row.begins == "nave"

    await _new_session(c, wait, REAUTH_S)


async def ev_ss_moves(c):
    """strongSwan loses its address and has another one; MOBIKE tells Nave.  Its ESP in user space can't move an SA: it rekeys the child."""
    with c.without_path():
        await c.world.ip("ss1", "address", "delete", f"{c.outer}/24", "dev", "eth0")
        await c.until("Nave sends there", NEW_KEYS_S, lambda look: {s["peer"] for s in look.sessions[c.row.name]} == {config.ANOTHER})
        was = c.pair
        await c.agree("new keys for the new address", NEW_KEYS_S, lambda now: not set(now.esp) & set(was.esp))
    c.outer = c.seen = config.ANOTHER


async def ev_nat_rebinds(c):
    """The NAT forgets, and gives strongSwan another port: its next packet tells Nave."""
    with c.without_path():
        await c.world.translate(c.outer, c.seen, NAT_LATER)
        await c.until("Nave sends there", NEW_KEYS_S, lambda look: {s["port"] for s in look.sessions[c.row.name]} == {NAT_LATER})
