# flow.sh - strongSwan with the kernel's ESP, and packets that are counted while both ends rekey; sourced by the scripts that run in the VM,
# after nave.sh.

SS_PLUGINS=${SS_PLUGINS/kernel-libipsec /}
PINGS=()

vip() { ip -n "$LAB-ss1" -4 -o addr | awk '$4 ~ /^10\.77\./ { sub("/.*", "", $4); print $4; exit }'; }

# ---- where they stand ----

# The router lets no IKE_SA_INIT request of the hub's through: its responder's SPI is zero.
spoke_begins() {
	ip netns exec "$LAB-inet" nft -f - <<NFT
table inet lab {
	chain forward {
		type filter hook forward priority 0
		iifname brhub udp sport 500 @th,128,64 0 drop
	}
}
NFT
}

# gre_device NS KIND LOCAL REMOTE: named as its kind.
gre_device() {
	ip -n "$LAB-$1" link add "to-$2" type "$2" local "$3" remote "$4" &&
		ip -n "$LAB-$1" link set "to-$2" up
}

# ---- packets that are counted ----

# begin_pings NAME NS FROM TO
begin_pings() {
	ip netns exec "$LAB-$2" ping -n -i 0.02 -W 5 -I "$3" "$4" >"$LAB_DIR/ping-$1.out" 2>&1 &
	PINGS+=("$!")
	LAB_PIDS+=("$!")
}

end_pings() {
	local pid
	sleep 0.5
	for pid in "${PINGS[@]}"; do kill -INT "$pid"; wait "$pid"; done
	PINGS=()
}

# none_lost NAME: whether all were answered up to the last answer; what was on its way when ping was stopped doesn't count.
none_lost() {
	local answers last
	answers=$(grep -c 'icmp_seq=' "$LAB_DIR/ping-$1.out")
	last=$(sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$LAB_DIR/ping-$1.out" | sort -n | tail -n 1)
	LAB_NOTE="$answers of $last"
	tail -n 3 "$LAB_DIR/ping-$1.out"
	[ "$answers" -ge 50 ] && [ "$answers" = "$last" ]
}

# new_pair NODE COMMAND…: the command gives the session another pair of ESP SAs, within 10 s.
new_pair() {
	local was
	was=$(spis "$1")
	"${@:2}" && lab_wait 10 another "$1" "$was"
}

spis() { nave_get "$1" "[f['inbound']['spi'] for f in d['flows']]" show crypto ipsec sa; }
another() {
	local now
	now=$(spis "$1") && [ "$now" != "$2" ] && [ "$now" != '[]' ]
}

everything_anew() { # NODE STRONGSWAN IKE CHILD
	local dir=$LAB_DIR/$2
	new_pair "$1" ss_ctl "$dir" --rekey --child "$4" &&
		new_pair "$1" nave_ctl "$1" rekey crypto ipsec sa &&
		ss_ctl "$dir" --rekey --ike "$3" &&
		nave_ctl "$1" rekey crypto ikev2 sa
}

# both_ways NS FROM NS TO NODE STRONGSWAN IKE CHILD: packets in both directions while everything is rekeyed.
both_ways() {
	begin_pings out "$1" "$2" "$4"
	begin_pings back "$3" "$4" "$2"
	lab_check 'both ends rekey both' everything_anew "${@:5}"
	end_pings
	lab_check 'no packet lost, out' none_lost out
	lab_check 'no packet lost, back' none_lost back
}
