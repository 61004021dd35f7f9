#!/bin/bash
# t_idle.sh [--nic none|full|small]: a hub whose peers are silent costs less than 5 % of a core, all its processes together.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

SECONDS_MEASURED=10

hub_is_idle() {
	local pids=() before after f
	for f in "$LAB_DIR"/hub1/*.pid; do pids+=("$(<"$f")"); done
	before=$(lab_cpu_ms "${pids[@]}") || return 1
	sleep $SECONDS_MEASURED # what is measured is that nothing happens
	after=$(lab_cpu_ms "${pids[@]}") || return 1
	LAB_NOTE="$(awk -v ms=$((after - before)) -v s=$SECONDS_MEASURED 'BEGIN { printf "%.1f %%", ms / s / 10 }')"
	echo "$LAB_NOTE"
	[ $((after - before)) -lt $((SECONDS_MEASURED * 50)) ]
}

lab_options "$@"
lab_begin idle
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_config_hub hub1
lab_check "the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || lab_finish
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
nave_config_spoke spoke1 1
lab_check 'a spoke starts' nave_start spoke1 none || lab_finish
lab_check 'its session is up' lab_wait 40 nave_up hub1 1
lab_check 'and passes packets' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_check 'the idle hub takes less than 5 % of a core' hub_is_idle
lab_check 'and still answers' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_finish
