#!/bin/bash
# t_vm-ike.sh: Nave and strongSwan with the ESP of Debian's kernel, which this machine's kernel may lack, in a small VM: vm/ike.sh says what.
# Takes one to four minutes: there is no hardware virtualisation.  Shows R-DEF, R-SYS-02.
cd "$(dirname "$0")" || exit 2
. ./lab.sh

lab_options "$@"
LAB_BIN=$LAB_BIN exec vm/boot.sh vm/ike.sh
