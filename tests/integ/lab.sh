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
LAB_NIC=none
LAB_LONG=no
LAB_PASSED=0
LAB_FAILED=0

lab_say() { printf '%s\n' "$*"; }

# Options of a test's own, each with a value: [--option]=VARIABLE.
declare -A LAB_OPTIONS=()

# lab_options "$@": what every test understands, and LAB_OPTIONS; sets LAB_NIC, LAB_KEEP, LAB_LONG.
lab_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--nic) LAB_NIC=${2:-}; shift ;;
		--keep) LAB_KEEP=yes ;;
		--long) LAB_LONG=yes ;;
		--*)
			[ -n "${LAB_OPTIONS[$1]:-}" ] && [ -n "${2:-}" ] || lab_usage
			printf -v "${LAB_OPTIONS[$1]}" %s "$2"
			shift
			;;
		*) lab_usage ;;
		esac
		shift
	done
	case $LAB_NIC in none | full | small) ;; *) lab_usage ;; esac
}

lab_usage() {
	echo "usage: $0 [--nic none|full|small] [--keep] [--long]$([ ${#LAB_OPTIONS[@]} = 0 ] || printf ' [%s VALUE]' "${!LAB_OPTIONS[@]}")" >&2
	exit 2
}

# lab_begin NAME: must come before anything is made.
lab_begin() {
	[ "$(id -u)" = 0 ] || { echo "must be root: namespaces and raw ports are made" >&2; exit 2; }
	LAB_NAME=$1
	LAB=nv$$
	LAB_DIR=$(mktemp -d "/run/nave-lab.XXXXXX")
	chmod 700 "$LAB_DIR"
	LAB_PIDS=()
	trap lab_end EXIT
	trap 'exit 130' INT TERM
	trap 'exit 141' PIPE # nobody reads what it prints: the lab goes all the same
}

lab_end() {
	local status=$?
	trap - EXIT
	trap '' PIPE
	[ "$status" -eq 0 ] && [ "$LAB_FAILED" -eq 0 ] || lab_logs
	if [ "$LAB_KEEP" = yes ]; then
		lab_say "kept: namespaces $LAB-*, state in $LAB_DIR; remove with: tools/quickstart --remove $LAB_DIR"
		printf '%s\n' "${LAB_PIDS[@]}" >"$LAB_DIR/pids"
		printf '%s\n' "$LAB" >"$LAB_DIR/prefix"
		exit "$status"
	fi
	lab_remove
	exit "$status"
}

# How long a program may take to begin or to end.  Either is some 0.2 s of CPU time for navedp: beside a build on all CPUs it has to wait for that.
LAB_LIFE_S=60

# lab_comes_up PID COMMAND…: waits until COMMAND succeeds, of a program that was started; fails at once when that has ended.
lab_comes_up() {
	lab_wait "$LAB_LIFE_S" lab_up_or_gone "$@" && "${@:2}"
}
lab_up_or_gone() { lab_gone "$1" || "${@:2}"; }

# lab_stop PID: asks it to end; its exit status.
lab_stop() {
	kill -TERM "$1" || return 1
	lab_wait "$LAB_LIFE_S" lab_gone "$1" || { echo "$1 doesn't end"; kill -KILL "$1"; }
	wait "$1"
}

# lab_remove_kept DIR: removes a lab that was kept.
lab_remove_kept() {
	LAB_DIR=$1
	[ -f "$1/pids" ] && [ -f "$1/prefix" ] || { echo "$1: no lab was kept there" >&2; return 1; }
	LAB=$(<"$1/prefix")
	mapfile -t LAB_PIDS <"$1/pids"
	lab_remove
}

# Stops what was started here, last first, and waits for it: a namespace with a living process in it isn't gone.
lab_remove() {
	local i ns
	for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; i--)); do lab_kill TERM "${LAB_PIDS[i]}"; done
	for ns in $(ip netns list | awk '{print $1}' | grep "^$LAB-"); do ip netns del "$ns"; done
	rm -rf "$LAB_DIR" "/var/run/dpdk/$LAB-"*
}

# Whether PID runs; the dead whose parent didn't ask yet don't.
lab_alive() { grep -Eqs '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$1/status"; }

lab_gone() { ! lab_alive "$1"; }

# lab_kill SIGNAL PID: sends it and waits until the process is gone, with KILL after 5 s.
lab_kill() {
	local i
	kill "-$1" "$2" 2>/dev/null || return 0
	for ((i = 0; i < 100; i++)); do
		lab_alive "$2" || break
		[ "$i" = 50 ] && kill -KILL "$2" 2>/dev/null
		sleep 0.1
	done
	wait "$2" 2>/dev/null
	return 0
}

# What the programs said last: printed when a test failed.
lab_logs() {
	local f lines=30
	[ -d "$LAB_DIR" ] || return 0
	for f in "$LAB_DIR"/*.log "$LAB_DIR"/*/charon.log; do
		[ -s "$f" ] || continue
		[[ $f != */charon.log ]] || lines=12
		echo "---- $f (last $lines lines)"
		tail -n $lines "$f"
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
	# A bridge without an address of its own takes the lowest of its ports': it would change under the peers' ARP caches.
	ip -n "$LAB-inet" link add brhub address 02:00:00:00:51:fe type bridge
	ip -n "$LAB-inet" link add brspoke address 02:00:00:01:13:fe type bridge
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

# lab_wait SECONDS COMMAND…: until it succeeds; when the time is over, LAB_PATIENCE times as long on a machine that is so slow, a last time
# with what it says.
lab_wait() {
	local end=$(($(date +%s%N) + $1 * ${LAB_PATIENCE:-1} * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$end" ] || break
		sleep 0.1
	done
	[ "$(date +%s%N)" -lt "$end" ] || "$@"
}

# lab_log_has LOG TEXT [TIMES]: whether a program's log holds TEXT (an extended regular expression) so often.
lab_log_has() {
	[ "$(grep -Ec -- "$2" "$LAB_DIR/$1.log")" -ge "${3:-1}" ]
}

# lab_cpu_ms PID…: CPU time that they used so far.
lab_cpu_ms() {
	local pid total=0 ticks
	for pid; do
		ticks=$(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat") || return 1
		total=$((total + ticks * 1000 / $(getconf CLK_TCK)))
	done
	echo "$total"
}

# ---- traffic ----

# lab_capture NS IF FILE: everything that IF sees from now on, to $LAB_DIR/FILE; LAB_CAPTURE is the pid to interrupt.
lab_capture() {
	lab_start "tcpdump-$3" "$1" tcpdump -U -n -s 0 -B 16384 -i "$2" -w "$LAB_DIR/$3"
	LAB_CAPTURE=$LAB_PID
	lab_wait 5 lab_log_has "tcpdump-$3" 'listening on'
}

lab_listens() { # NS PORT
	[ -n "$(lab_in "$1" ss -Htln "sport = $2")" ]
}

lab_listens_at() { # NS UNIX_SOCKET
	lab_in "$1" ss -Hxl | grep -qF " $2 "
}

# lab_tcp NS FROM SERVER_NS SERVER [BYTES]: both directions, one after the other; prints the rates.
lab_tcp() {
	local bytes=${5:-100M} server direction
	lab_start "iperf-$3" "$3" iperf3 -s -p 5201 -B "$4"
	server=$LAB_PID
	lab_wait 5 lab_listens "$3" 5201 || return 1
	for direction in "" -R; do
		timeout 60 ip netns exec "$LAB-$1" iperf3 -c "$4" -B "$2" -p 5201 -n "$bytes" $direction -J >"$LAB_DIR/iperf.json" ||
			{ lab_tcp_error; lab_kill TERM "$server"; return 1; }
		lab_tcp_rate "${direction:-out}" >>"$LAB_DIR/rates"
	done
	lab_kill TERM "$server"
	LAB_NOTE=$(tail -n 2 "$LAB_DIR/rates" | paste -sd ,)
}

lab_tcp_error() {
	python3 -c 'import json, sys; print(json.load(sys.stdin).get("error", "no answer in time"))' <"$LAB_DIR/iperf.json"
}

lab_tcp_rate() {
	python3 -c 'import json, sys
end = json.load(sys.stdin)["end"]
way = "back" if sys.argv[1] == "-R" else "out"
rate = end["sum_received"]["bits_per_second"] / 1e6
print("%s %.0f Mbit/s (%d retransmits)" % (way, rate, end["sum_sent"]["retransmits"]))' "$1" <"$LAB_DIR/iperf.json"
}

lab_ping() { # NS FROM TO [COUNT]
	lab_in "$1" ping -n -q -c "${4:-3}" -i 0.2 -W 2 -I "$2" "$3"
}

# ---- results ----

# lab_check TEXT COMMAND…: one test case.  A command that measures leaves what it found in LAB_NOTE.
lab_check() {
	local text=$1
	shift
	LAB_NOTE=
	if "$@" >"$LAB_DIR/check.out" 2>&1; then
		LAB_PASSED=$((LAB_PASSED + 1))
		lab_say "  pass  $text${LAB_NOTE:+: $LAB_NOTE}"
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
