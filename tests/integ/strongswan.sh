# strongswan.sh - real strongSwan peers for labs; sourced after lab.sh.
#
# Debian's charon with kernel-libipsec: ESP in user space, always UDP-encapsulated.  swanctl runs as a private copy,
# because Debian's AppArmor profile confines the installed one to /etc.

SS_PLUGINS="random nonce aes sha1 sha2 hmac kdf drbg x509 pubkey pkcs1 pkcs8 pem openssl curve25519 gcm chapoly
 kernel-libipsec kernel-netlink socket-default vici updown counters"

# ss_start NS DIR [charon settings]: a charon in NS with its files in DIR, ready to be loaded.
ss_start() {
	local ns=$1 dir=$2
	mkdir -p "$dir"/{x509,x509ca,private}
	cp /usr/sbin/swanctl "$dir/swanctl"
	cat >"$dir/strongswan.conf" <<CONF
charon-systemd {
	load = $(echo $SS_PLUGINS)
	$3
	plugins { vici { socket = unix://$dir/vici } }
	journal { default = -1 }
	filelog { log { path = $dir/charon.log
		time_format = %H:%M:%S
		default = 1
		flush_line = yes } }
}
swanctl { load = pem pkcs1 x509 pubkey pkcs8 openssl random nonce
	socket = unix://$dir/vici }
CONF
	LAB_SS_ENV=(env STRONGSWAN_CONF="$dir/strongswan.conf" SWANCTL_DIR="$dir")
	lab_start "charon-$ns" "$ns" "${LAB_SS_ENV[@]}" /usr/sbin/charon-systemd
	lab_wait 15 test -S "$dir/vici" || { echo "charon in $ns did not start" >&2; return 1; }
}

# ss_ctl DIR ARG…: swanctl against the charon of DIR.
ss_ctl() {
	local dir=$1
	shift
	STRONGSWAN_CONF="$dir/strongswan.conf" SWANCTL_DIR="$dir" "$dir/swanctl" "$@" --uri "unix://$dir/vici"
}

# ss_psk_conn NAME LOCAL_ADDR LOCAL_ID [connection settings] [child settings]: prints one PSK connection to the hub.
# SS_IKE and SS_ESP choose the proposals, SS_TS what is asked for behind the hub.
ss_psk_conn() {
	cat <<CONF
	$1 {
		version = 2
		local_addrs = $2
		remote_addrs = ${SS_HUB:-198.51.100.1}
		proposals = ${SS_IKE:-aes128gcm16-prfsha256-x25519}
		vips = 0.0.0.0
		dpd_delay = 2
		$4
		local { auth = psk
			id = $3 }
		remote { auth = psk
			id = ${SS_HUB_ID:-hub1.vpn.example.net} }
		children {
			net-$1 {
				remote_ts = ${SS_TS:-10.10.0.0/24}
				esp_proposals = ${SS_ESP:-aes128gcm16}
				dpd_action = restart
				$5
			}
		}
	}
CONF
}

# ss_hub_site NS: where a strongSwan hub stands: 198.51.100.2 on the hubs' side of the WAN, before a LAN with the host NS-lan.
ss_hub_site() {
	lab_ns "$1"
	lab_wan "$1" eth0 hub
	lab_addr "$1" eth0 198.51.100.2/24
	ip -n "$LAB-$1" route add default via 198.51.100.254
	lab_host "$1-lan" eth0 10.10.0.10/24 10.10.0.1 "$1" eth1
	lab_addr "$1" eth1 10.10.0.1/24
	lab_in "$1" sysctl -qw net.ipv4.ip_forward=1
}

# ss_spoke_site NS ADDR: where a strongSwan spoke stands, on the spokes' side of the WAN.
ss_spoke_site() {
	lab_ns "$1"
	lab_wan "$1" eth0 spoke
	lab_addr "$1" eth0 "$2/24"
	ip -n "$LAB-$1" route add default via 203.0.113.254
}

# ss_pool_hub NS DIR ADDR: a responder whose identity is hub1.vpn.example.net, which gives addresses and the route to its LAN.
# SS_SETTINGS are charon's, SS_POOL_LAST is the last address.
ss_pool_hub() {
	ss_start "$1" "$2" "${SS_SETTINGS:-}" || return 1
	cat >"$2/swanctl.conf" <<CONF
connections {
	spokes {
		version = 2
		local_addrs = $3
		proposals = ${SS_IKE:-aes128gcm16-prfsha256-x25519}
		pools = lab
		dpd_delay = 2
		local { auth = psk
			id = hub1.vpn.example.net }
		remote { auth = psk
			id = *.vpn.example.net }
		children {
			lan {
				local_ts = 10.10.0.0/24
				remote_ts = dynamic,10.20.0.0/16
				esp_proposals = ${SS_ESP:-aes128gcm16}
			}
		}
	}
}
pools { lab { addrs = 10.77.0.100-${SS_POOL_LAST:-10.77.0.250}
	subnet = 10.10.0.0/24 } }
secrets { ike-lab { secret = "${SS_PSK:-$LAB_PSK}" } }
CONF
	ss_ctl "$2" --load-all >"$2/load.out" 2>&1 || { cat "$2/load.out" >&2; return 1; }
}

# ss_load DIR: what its swanctl.conf and files say now.
ss_load() { ss_ctl "$1" --load-all --clear >"$1/load.out" 2>&1 || { cat "$1/load.out" >&2; return 1; }; }

# ss_initiate DIR CONNECTION [SECONDS]: brings up its one child.
ss_initiate() { ss_ctl "$1" --initiate --child "net-$2" --timeout "${3:-10}"; }

# ss_end DIR [CONNECTION]
ss_end() { ss_ctl "$1" --terminate --ike "${2:-hub}" --timeout 10; }

# ss_both_ways NS: pings between its virtual address and a host behind the hub, in both directions.
ss_both_ways() {
	local vip
	vip=$(ss_vip "$1")
	lab_ping "$1" "$vip" 10.10.0.10 && lab_ping hub1-lan 10.10.0.10 "$vip"
}

# ss_log_has DIR TEXT
ss_log_has() { grep -Eq -- "$2" "$1/charon.log"; }

# ss_psk_spoke NS DIR ADDR ID: one charon with one connection 'hub', loaded but not initiated.
ss_psk_spoke() {
	ss_start "$1" "$2" "retransmit_tries = 2
	retransmit_timeout = 1" || return 1
	{
		echo "connections {"
		ss_psk_conn hub "$3" "$4" "${SS_CONN:-}" "${SS_CHILD:-}"
		echo "}"
		echo "secrets { ike-lab { secret = \"${SS_PSK:-$LAB_PSK}\" } }"
	} >"$2/swanctl.conf"
	ss_ctl "$2" --load-all >"$2/load.out" 2>&1 || { cat "$2/load.out" >&2; return 1; }
}

ss_vip() { # NS: the virtual address that the hub gave
	ip -n "$LAB-$1" -4 -o addr show dev ipsec0 | awk '{ sub("/.*", "", $4); print $4; exit }'
}
