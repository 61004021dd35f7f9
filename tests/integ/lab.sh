# lab.sh - network namespaces and programs for tests and the quickstart; sourced by bash scripts.
#
#   host -- LAN -- [hub] -- 198.51.100.0/24 -- (inet router) -- 203.0.113.0/24 -- [spokes] -- LAN -- host
#
# Every namespace carries the run's own prefix; lab_end, called by a trap, stops the processes started here (by pid)
# and removes the namespaces, also after a failure.  State (configs, logs, sockets, captures) is in $LAB_DIR.

LAB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB_BIN=${LAB_BIN:-$LAB_ROOT/build/bin}
LAB_KEEP=${LAB_KEEP:-no}
LAB_PSK=Lab-Example-Key-1
LAB_PASSED=0
LAB_FAILED=0

lab_say() { printf '%s\n' "$*"; }

# lab_begin NAME: must come first.
lab_begin() {
	[ "$(id -u)" = 0 ] || { echo "must be root: namespaces and raw ports are made" >&2; exit 2; }
	LAB_NAME=$1
	LAB=nv$$
	LAB_DIR=$(mktemp -d "/run/nave-lab.XXXXXX")
	chmod 700 "$LAB_DIR"
	LAB_PIDS=()
	trap lab_end EXIT
	trap 'exit 130' INT TERM
}

lab_end() {
	local status=$?
	trap - EXIT
	if [ "$LAB_KEEP" = yes ] && [ "$status" -eq 0 ]; then
		lab_say "kept: namespaces $LAB-*, state in $LAB_DIR; remove with: tools/quickstart --remove $LAB_DIR"
		printf '%s\n' "${LAB_PIDS[@]}" >"$LAB_DIR/pids"
		printf '%s\n' "$LAB" >"$LAB_DIR/prefix"
		return "$status"
	fi
	[ "$status" -eq 0 ] && [ "$LAB_FAILED" -eq 0 ] || lab_logs
	lab_remove
	exit "$status"
}

# Stops what was started here, last first, and waits for it: a namespace with a living process in it isn't gone.
lab_remove() {
	local i ns
	for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; i--)); do lab_kill TERM "${LAB_PIDS[i]}"; done
	for ns in $(ip netns list | awk '{print $1}' | grep "^$LAB-"); do ip netns del "$ns"; done
	rm -rf "$LAB_DIR"
}

# lab_kill SIGNAL PID: sends it and waits until the process is gone, with KILL after 5 s.
lab_kill() {
	local i
	kill "-$1" "$2" 2>/dev/null || return 0
	for ((i = 0; i < 100; i++)); do
		kill -0 "$2" 2>/dev/null || break
		[ "$i" = 50 ] && kill -KILL "$2" 2>/dev/null
		sleep 0.1
	done
	wait "$2" 2>/dev/null
	return 0
}

lab_logs() {
	local f
	[ -d "$LAB_DIR" ] || return 0
	for f in "$LAB_DIR"/*.log "$LAB_DIR"/*/charon.log; do
		[ -s "$f" ] || continue
		echo "---- $f (last 40 lines)"
		tail -n 40 "$f"
	done >&2
}

# ---- namespaces and links ----

lab_ns() {
	ip netns add "$LAB-$1"
	ip -n "$LAB-$1" link set lo up
	lab_in "$1" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
}

lab_in() {
	local ns=$1
	shift
	ip netns exec "$LAB-$ns" "$@"
}

# lab_link NS_A IF_A NS_B IF_B: a veth without checksum offload, which AF_XDP and AF_PACKET would see as bad checksums.
lab_link() {
	ip link add "$2" netns "$LAB-$1" type veth peer name "$4" netns "$LAB-$3"
	ip -n "$LAB-$1" link set "$2" up
	ip -n "$LAB-$3" link set "$4" up
	lab_in "$1" ethtool -K "$2" tx off >/dev/null
	lab_in "$3" ethtool -K "$4" tx off >/dev/null
}

lab_addr() { ip -n "$LAB-$1" addr add "$3" dev "$2" ${4:+nodad}; }

# The router between all WANs.  lab_wan NS IF SIDE joins IF of NS to it; SIDE is hub or spoke.
lab_inet() {
	lab_ns inet
	ip -n "$LAB-inet" link add brhub type bridge
	ip -n "$LAB-inet" link add brspoke type bridge
	lab_addr inet brhub 198.51.100.254/24
	lab_addr inet brspoke 203.0.113.254/24
	ip -n "$LAB-inet" addr add 2001:db8:51::254/64 dev brhub nodad
	ip -n "$LAB-inet" addr add 2001:db8:113::254/64 dev brspoke nodad
	ip -n "$LAB-inet" link set brhub up
	ip -n "$LAB-inet" link set brspoke up
	lab_in inet sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

lab_wan() {
	lab_link "$1" "$2" inet "w-$1"
	ip -n "$LAB-inet" link set "w-$1" master "br$3"
}

# lab_host NS IF CIDR GATEWAY ROUTER_NS ROUTER_IF: a host on a LAN port of a router.
lab_host() {
	lab_ns "$1"
	lab_link "$1" "$2" "$5" "$6"
	lab_addr "$1" "$2" "$3"
	ip -n "$LAB-$1" route add default via "$4"
}

# ---- processes ----

# lab_start LOG NS PROGRAM ARG…: in the background; LAB_PID is its pid.
lab_start() {
	local log=$1 ns=$2
	shift 2
	ip netns exec "$LAB-$ns" "$@" >>"$LAB_DIR/$log.log" 2>&1 </dev/null &
	LAB_PID=$!
	LAB_PIDS+=("$LAB_PID")
}

# lab_wait SECONDS COMMAND…: until it succeeds; false when the time is over.
lab_wait() {
	local end=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# ---- results ----

# lab_check TEXT COMMAND…: one test case.
lab_check() {
	local text=$1
	shift
	if "$@" >"$LAB_DIR/check.out" 2>&1; then
		LAB_PASSED=$((LAB_PASSED + 1))
		lab_say "  pass  $text"
	else
		LAB_FAILED=$((LAB_FAILED + 1))
		lab_say "  FAIL  $text"
		sed 's/^/        /' "$LAB_DIR/check.out" | tail -n 20
		return 1
	fi
}

# Prints the closing line and leaves.
lab_finish() {
	lab_say "$LAB_PASSED passed, $LAB_FAILED failed"
	[ "$LAB_FAILED" -eq 0 ] && exit 0
	exit 1
}

lab_ping() { # NS FROM TO [COUNT]
	lab_in "$1" ping -n -q -c "${4:-3}" -i 0.2 -W 2 -I "$2" "$3"
}
