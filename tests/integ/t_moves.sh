#!/bin/bash
# t_moves.sh: sessions with real strongSwan whose outer address changes while pings flow: strongSwan by MOBIKE, with IKE in fragments; Nave by
# MOBIKE, after a reload, and after its hub fell silent; strongSwan behind a NAT that gives it another port.  Shows R-IKE-26, R-SYS-02.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

# pings NS FROM TO: one is answered within 15 s.
pings() { lab_wait 15 lab_ping "$1" "$2" "$3" 1; }

# more_than NAME COUNTER N
more_than() { nave_is "$1" "next(c['value'] for c in d['counters'] if c['name'] == '$2') > $3" show crypto ikev2 stats; }

same_session() { nave_is hub1 "len(d['sessions']) == 1" show crypto session && ! lab_log_has hub1-naved session.down; }

strongswan_moves() {
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	sed -i 's/^ dpd .*/&\n mobike/' "$LAB_DIR/hub1/config"
	echo 'crypto ikev2 fragmentation mtu 256' >>"$LAB_DIR/hub1/config"
	lab_check 'Nave hub starts' nave_start hub1 none || return 1
	lab_ns ss1
	lab_wan ss1 eth0 spoke
	lab_in ss1 sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.eth0.promote_secondaries=1
	lab_addr ss1 eth0 203.0.113.11/24
	lab_addr ss1 eth0 203.0.113.12/24
	ip -n "$LAB-ss1" route add default via 203.0.113.254
	ss_start ss1 "$LAB_DIR/ss1" "fragment_size = 256" || return 1
	{
		echo 'connections {'
		ss_psk_conn hub %any ss1.vpn.example.net 'mobike = yes
		fragmentation = force'
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_ctl "$LAB_DIR/ss1" --load-all >/dev/null || return 1
	lab_check 'strongSwan comes up' ss_initiate "$LAB_DIR/ss1" hub || return 1
	lab_check 'its request came in fragments' more_than hub1 fragment 1
	lab_check 'and the answer went in fragments' more_than hub1 fragmented 0
	VIP=$(ss_vip ss1)
	lab_check 'ping to the LAN' pings ss1 "$VIP" 10.10.0.10
	ip -n "$LAB-ss1" addr del 203.0.113.11/24 dev eth0
	ip -n "$LAB-ss1" route replace default via 203.0.113.254
	lab_check 'the hub follows its new address' lab_wait 15 lab_log_has hub1-naved 'ike.moved .*by=mobike' || return 1
	lab_check 'ping to the LAN again' pings ss1 "$VIP" 10.10.0.10
	lab_check 'and back' pings hub1-lan 10.10.0.10 "$VIP"
	lab_check 'it is the same session' same_session
	ss_end "$LAB_DIR/ss1" >/dev/null
}

# nat PORT: strongSwan's port 4500 shows as 198.51.100.253:PORT, without state.  ESP in UDP has no checksum that could be mended.
nat() {
	lab_in inet nft -f - <<NFT
table ip lab
delete table ip lab
table ip lab {
	chain out {
		type filter hook postrouting priority 0
		ip saddr 203.0.113.13 udp sport 4500 ip saddr set 198.51.100.253 udp sport set $1 udp checksum set 0
		ip saddr 203.0.113.13 udp sport 500 ip saddr set 198.51.100.253 udp sport set 40500 udp checksum set 0
	}
	chain in {
		type filter hook prerouting priority -300
		ip daddr 198.51.100.253 udp dport $1 ip daddr set 203.0.113.13 udp dport set 4500 udp checksum set 0
		ip daddr 198.51.100.253 udp dport 40500 ip daddr set 203.0.113.13 udp dport set 500 udp checksum set 0
	}
}
NFT
}

nat_rebinds() {
	ss_spoke_site ss3 203.0.113.13
	lab_addr inet brhub 198.51.100.253/24
	nat 41000 || return 1
	SS_CONN='mobike = no' ss_psk_spoke ss3 "$LAB_DIR/ss3" 203.0.113.13 ss3.vpn.example.net || return 1
	lab_check 'strongSwan behind a NAT comes up' ss_initiate "$LAB_DIR/ss3" hub || return 1
	VIP=$(ss_vip ss3)
	lab_check 'ping through the NAT' pings ss3 "$VIP" 10.10.0.10
	nat 42000
	lab_check 'ping with another mapping' pings ss3 "$VIP" 10.10.0.10
	lab_check 'and back' pings hub1-lan 10.10.0.10 "$VIP"
	lab_check 'the hub has followed' lab_log_has hub1-naved 'ike.moved peer=198.51.100.253:42000'
}

# Nave's address is the configuration's: a reload changes it.
nave_moves() {
	ss_hub_site hub2
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	nave_site spoke1 spoke 10.20.4.10/24 10.20.4.1
	# The kernel drops the other addresses of a subnet with its first, unless:
	lab_in spoke1 sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.eth0.promote_secondaries=1
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 4
	sed -i 's/^ dpd .*/&\n mobike/' "$LAB_DIR/spoke1/config"
	lab_check 'Nave spoke starts' nave_start spoke1 none || return 1
	lab_check 'Nave comes up' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'ping from LAN to LAN' pings spoke1-lan 10.20.4.10 10.10.0.10
	sed -i 's/203\.0\.113\.14/203.0.113.24/' "$LAB_DIR/spoke1/config"
	kill -HUP "$(nave_pid spoke1 naved)"
	lab_check 'strongSwan agrees to its new address' lab_wait 15 lab_log_has spoke1-naved 'ike.moved .*by=mobike'
	lab_check 'ping from LAN to LAN again' pings spoke1-lan 10.20.4.10 10.10.0.10
	lab_check 'strongSwan has it there' ss_has hub2 203.0.113.24
	lab_check 'it is the same session' eval '! lab_log_has spoke1-naved session.down'
}

# The hub's address falls silent, and nobody says so: Nave finds the one that strongSwan told of.
nave_searches() {
	ss_hub_site hub3
	ip -n "$LAB-hub3" addr flush dev eth0 scope global
	lab_addr hub3 eth0 198.51.100.3/24
	lab_addr hub3 eth0 198.51.100.4/24
	ip -n "$LAB-hub3" route replace default via 198.51.100.254
	ss_pool_hub hub3 "$LAB_DIR/hub3" 198.51.100.3 || return 1
	nave_site spoke2 spoke 10.20.5.10/24 10.20.5.1
	NAVE_DPD='10 2 periodic' NAVE_HUB=198.51.100.3 nave_config_spoke spoke2 5
	sed -i 's/^ dpd .*/&\n mobike/' "$LAB_DIR/spoke2/config"
	lab_check 'Nave spoke of a hub with two addresses starts' nave_start spoke2 none || return 1
	lab_check 'Nave comes up' lab_wait 40 nave_up spoke2 1 || return 1
	lab_check 'ping from LAN to LAN' pings spoke2-lan 10.20.5.10 10.10.0.10
	lab_in inet nft -f - <<-NFT
		table ip lost {
			chain c {
				type filter hook forward priority 0
				ip daddr 198.51.100.3 drop
				ip saddr 198.51.100.3 drop
			}
		}
	NFT
	lab_check 'Nave goes on at the other address' lab_wait 40 lab_log_has spoke2-naved 'ike.moved .*198.51.100.4.*by=mobike' || return 1
	lab_check 'ping from LAN to LAN again' pings spoke2-lan 10.20.5.10 10.10.0.10
	lab_check 'it is the same session' eval '! lab_log_has spoke2-naved session.down'
}

ss_has() { ss_ctl "$LAB_DIR/$1" --list-sas | grep -q "$2"; } # NODE PEER

lab_options "$@"
lab_begin moves
lab_inet
strongswan_moves || lab_finish
nat_rebinds
nave_moves
nave_searches
lab_finish
