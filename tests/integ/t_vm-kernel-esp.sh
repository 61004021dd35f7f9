#!/bin/bash
# t_vm-kernel-esp.sh: Nave's tunnels and strongSwan with xfrm interfaces and the ESP of Debian's kernel, in a small VM: vm/kernel-esp.sh says what.
# Takes three to six minutes: there is no hardware virtualisation.  Shows R-TUN-02, R-TUN-09, R-IP6-01, R-IP6-02, R-SYS-02.
cd "$(dirname "$0")" || exit 2
. ./lab.sh

lab_options "$@"
LAB_BIN=$LAB_BIN exec vm/boot.sh vm/kernel-esp.sh
