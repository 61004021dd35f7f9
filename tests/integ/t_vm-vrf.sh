#!/bin/bash
# t_vm-vrf.sh: Nave on VRF devices of Debian's kernel, which this machine's kernel may lack, in a small VM: vm/vrf.sh says what.
# Takes one to three minutes: there is no hardware virtualisation.  Shows R-TUN-20, R-TUN-21, R-UC-03.
cd "$(dirname "$0")" || exit 2
. ./lab.sh

lab_options "$@"
LAB_BIN=$LAB_BIN exec vm/boot.sh vm/vrf.sh
