# Sourced by the scripts in tools/: the tree's root, becoming root, and phases that show one line each.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Netdevs, packages and hugepages need root; no other place calls sudo.
as_root() {
	[ "$(id -u)" -ne 0 ] || return 0
	if command -v sudo >/dev/null; then
		exec sudo -- "$0" "$@"
	fi
	echo "$0: needs root, and there is no sudo here" >&2
	exit 1
}

# phase LOG TEXT COMMAND…: runs the command into LOG and tells how long it took; shows the log's end when it fails.
phase() {
	local log=$1 text=$2 begin=$SECONDS
	shift 2
	mkdir -p "$(dirname "$log")"
	echo "== $text" >>"$log"
	if "$@" >>"$log" 2>&1 </dev/null; then
		printf '%-44s %4d s\n' "$text" $((SECONDS - begin))
		return 0
	fi
	printf '%-44s FAILED, %s ends:\n' "$text" "$log"
	tail -n 40 "$log"
	return 1
}
