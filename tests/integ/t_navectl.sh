#!/usr/bin/env bash
# The operator's screens on two living control daemons, hub and spoke, whose datapath is in memory: every show command's
# document holds what is true, and prints.  [--show]: prints every screen.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# start NAME ADDRESS GATEWAY: with a datapath in memory naved leaves the host's addresses alone.
start() {
	lab_addr "$1" eth0 "$2/24"
	ip -n "$LAB-$1" route add default via "$3"
	nave_platform "$1" none >"$LAB_DIR/$1/platform"
	lab_start "$1-naved" "$1" "$LAB_BIN/naved" --config "$LAB_DIR/$1/config" --platform "$LAB_DIR/$1/platform" --fake-dataplane
	lab_comes_up "$LAB_PID" nave_ctl "$1" show version
}

# holds NAME 'COMMAND' EXPRESSION: a Python expression over 'd', the document, is true.
holds() {
	nave_ctl "$1" --json "$2" >"$LAB_DIR/doc.json" && python3 - "$LAB_DIR/doc.json" "$3" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
if not eval("(" + sys.argv[2] + ")"):
    sys.exit(f"{sys.argv[2]} isn't true of\n{json.dumps(d, indent=1)}")
PY
}

prints() { # NAME 'COMMAND' PATTERN
	nave_ctl "$1" "$2" | tee "$LAB_DIR/screen" | grep -q -- "$3" || { cat "$LAB_DIR/screen"; return 1; }
}

refuses() { # NAME 'COMMAND' PATTERN
	nave_ctl "$1" "$2" >"$LAB_DIR/screen" 2>&1 && return 1
	grep -q -- "$3" "$LAB_DIR/screen" || { cat "$LAB_DIR/screen"; return 1; }
}

replays() { # what --json prints, --render prints as the command does
	nave_ctl "$1" --json show crypto session detail | sed 's/"uptime_s": [0-9]*/"uptime_s": 0/' >"$LAB_DIR/doc.json"
	diff <("$LAB_BIN/navectl" --render show crypto session detail <"$LAB_DIR/doc.json") \
		<(nave_ctl "$1" show crypto session detail | sed 's/^Uptime: .*/Uptime: 00:00:00/')
}

screens() {
	local n c
	for n in hub s1; do
		for c in version running-config "crypto session" "crypto session brief" "crypto session detail" "crypto ikev2 sa" \
			"crypto ikev2 sa detailed" "crypto ipsec sa" "ip route" "ip interface brief" "ip local pool" "platform offload" \
			"platform drops" "platform counters"; do
			printf '%s#show %s\n' "$n" "$c"
			nave_ctl "$n" show "$c"
		done
	done
}

lab_begin navectl
lab_inet
for n in hub s1; do lab_ns "$n"; done
lab_wan hub eth0 hub
lab_wan s1 eth0 spoke
for n in hub s1; do
	lab_ns "lan-$n"
	lab_link "$n" eth1 "lan-$n" eth0
done
nave_config_hub hub
sed -i '/^ip local pool P /a ip local pool P 10.77.1.1 10.77.1.9' "$LAB_DIR/hub/config"
nave_config_spoke s1 1
cat >>"$LAB_DIR/s1/config" <<CFG
interface Tunnel9
 ip address negotiated
 tunnel source Ethernet0/1
 tunnel destination 198.51.100.9
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile default
CFG

lab_check "the hub runs" start hub 198.51.100.1 198.51.100.254
lab_check "the spoke runs" start s1 203.0.113.11 203.0.113.254
lab_check "a session comes up" lab_wait 40 nave_up hub 1
lab_check "the spoke knows it too" lab_wait 5 nave_up s1 1
[ "${1:-}" = --show ] && screens

lab_check "show version" holds hub "show version" \
	'd["hostname"] == "hub" and d["datapath"]["link"] == "connected" and d["ikev2"]["up"] == 1'
lab_check "show crypto session" holds hub "show crypto session" \
	'[(s["peer"], s["status"], s["phase1_id"], s["interface"], s["assigned"], s["placement_in"], s["placement_out"])
	  for s in d["sessions"]] == [("203.0.113.11", "UP-ACTIVE", "s1.vpn.example.net", "Virtual-Access1", "10.77.0.100", "inline-protocol", "inline-protocol")]'
lab_check "a tunnel without a session is DOWN, and why" holds s1 "show crypto session" \
	'[(s["interface"], s["status"]) for s in d["sessions"] if s["interface"] == "Tunnel9"][0][1].startswith("DOWN")'
lab_check "and prints why" prints s1 "show crypto session" "^Session status: DOWN.*"
lab_check "placement and reason are printed" prints hub "show crypto session" "Inbound:  inline-protocol  *pkts"
lab_check "show crypto session detail has the SPIs" holds hub "show crypto session detail" \
	'len(d["sessions"][0]["flows"]) == 1 and d["sessions"][0]["flows"][0]["spi_in"].startswith("0x")'
lab_check "a saved document prints the same" replays hub
lab_check "show crypto ikev2 sa" holds hub "show crypto ikev2 sa detailed" \
	'[(s["status"], s["remote_id"], s["auth_sign"], s["flexvpn"]) for s in d["sas"] if s["status"] == "READY"] == [("READY", "s1.vpn.example.net", "PSK", True)]'
lab_check "show crypto ikev2 stats" holds hub "show crypto ikev2 stats" '{c["name"]: c["value"] for c in d["counters"]}["up"] == 1'
lab_check "both ends name the same ESP SAs" holds s1 "show crypto ipsec sa" \
	"[(f['outbound']['spi'], f['inbound']['spi']) for f in d['flows']] ==
	 [(f['spi_in'], f['spi_out']) for f in $(nave_ctl hub --json show crypto session detail |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["sessions"][0]["flows"])')]"
lab_check "show ip route has what IKEv2 brought" holds hub "show ip route" \
	'{"10.77.0.100/32", "10.20.1.0/24"} <= {r["prefix"] for r in d["routes"] if r["ikev2"] and r["interface"] == "Virtual-Access1" and r["best"]}'
lab_check "and the default gateway" prints hub "show ip route" "^Gateway of last resort is 198.51.100.254 to network 0.0.0.0"
lab_check "show ip interface brief" holds s1 "show ip interface brief" \
	'[(i["address"], i["method"], i["protocol"]) for i in d["interfaces"] if i["name"] == "Tunnel0"] == [("10.77.0.100", "negotiated", "up")]'
lab_check "show ip local pool" holds hub "show ip local pool" '[(p["name"], p["used"], p["free"], p["size"], [r["size"] for r in p["ranges"]]) for p in d["pools"]] == [("P", 1, 159, 160, [151, 9])]'
lab_check "with all its ranges" prints hub "show ip local pool" "^  *10.77.1.1  *10.77.1.9"
for c in "crypto session remote 203.0.113.11" "crypto ipsec sa peer 203.0.113.11" "crypto ipsec sa interface virtual-a1" \
	"crypto ipsec sa interface Virtual-Access 1" "crypto ikev2 sa remote 203.0.113.11" "crypto ikev2 sa local 198.51.100.1"; do
	lab_check "show $c: that one" holds hub "show $c" '[len(rows) for rows in d.values()] == [1]'
done
for c in "crypto session remote 192.0.2.1" "crypto ipsec sa peer 192.0.2.1" "crypto ipsec sa interface Tunnel9" "crypto ikev2 sa remote 192.0.2.1" \
	"crypto ikev2 sa local 192.0.2.1"; do
	lab_check "show $c: none" holds hub "show $c" '[len(rows) for rows in d.values()] == [0]'
done
lab_check "show interfaces" holds hub "show interfaces" \
	'[(i["name"], i["protocol"], i["encapsulation"]) for i in d["interfaces"]] == [("Loopback0", "up", "LOOPBACK"), ("Ethernet0/0", "up", "ARPA"),
	 ("Ethernet0/1", "up", "ARPA"), ("Virtual-Template1", "down", "TUNNEL"), ("Virtual-Access1", "up", "TUNNEL")] and
	 all((i["total"] is None) == (i["name"] in ("Loopback0", "Virtual-Template1")) for i in d["interfaces"])'
lab_check "show interfaces of one tunnel" holds s1 "show interfaces tu0" \
	'[(i["source"], i["destination"], i["mode"], i["protection"], i["method"], i["cleared_s"]) for i in d["interfaces"]] == \
	 [("203.0.113.11", "198.51.100.1", "ipsec ipv4", "default", "negotiated", None)]'
lab_check "of one that tries" holds s1 "show interfaces Tunnel 9" \
	'[(i["destination"], i["protocol"], i["counters"]) for i in d["interfaces"]] == [("198.51.100.9", "down", None)] and
	 d["interfaces"][0]["source"] in ("10.20.1.1", "Ethernet0/1")'
lab_check "one that isn't there" refuses hub "show interfaces Tunnel77" "there is no such interface"
lab_check "what is none" refuses hub "clear counters nothing" "that is no interface"
lab_check "clear counters of one" prints hub "clear counters Virtual-Access 1" "^counters of 1 cleared"
lab_check "which tells when" holds hub "show interfaces" \
	'[i["name"] for i in d["interfaces"] if i["cleared_s"] is not None] == ["Virtual-Access1"]'
lab_check "clear counters of all that count" prints hub "clear counters" "^counters of 3 cleared"
lab_check "clear access-list counters of none" refuses hub "clear access-list counters X" "there is no such access list"
lab_check "show platform offload" holds hub "show platform offload" \
	'[p["name"] for p in d["ports"]] == ["Ethernet0/0", "Ethernet0/1"] and [(p["inbound"], p["outbound"]) for p in d["placements"]] == [(1, 1)]'
lab_check "show platform drops" holds hub "show platform drops" '"counters" in d'
lab_check "device fault needs a device" refuses hub "device fault Ethernet0/0 hang" "no device that could fail"
lab_check "no secret in show running-config" sh -c "! '$LAB_BIN/navectl' --socket '$LAB_DIR/hub/control.sock' show run | grep -q '$LAB_PSK'"
lab_check "prefixes of words" prints hub "sh cry se b" "^Virtual-Access1"
lab_check "an unknown word is refused" refuses hub "show crypto nothing" "isn't understood here; expected: ikev2, ipsec, session"
lab_check "clear of a peer that isn't there" prints hub "clear crypto session remote 192.0.2.1" "^0 sessions cleared"
lab_check "clear crypto session" prints hub "clear crypto session remote 203.0.113.11" "^1 session cleared"
lab_check "the session comes back" lab_wait 20 holds hub "show crypto session" \
	'[s["uptime_s"] is not None and s["uptime_s"] < 15 for s in d["sessions"] if s["status"] == "UP-ACTIVE"] == [True]'
lab_check "and counts from zero" holds hub "show interfaces Virtual-Access1" '[i["cleared_s"] for i in d["interfaces"]] == [None]'
lab_check "the shell" sh -c "printf 'show version\nshow ip\nquit\n' | '$LAB_BIN/navectl' --socket '$LAB_DIR/hub/control.sock' |
	grep -q '% the command is incomplete; expected: cef, interface, local, route'"
lab_finish
