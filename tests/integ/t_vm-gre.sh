#!/bin/bash
# t_vm-gre.sh: GRE between Nave and strongSwan with the GRE and the ESP of Debian's kernel, in a small VM: vm/gre.sh says what.
# Takes three to six minutes: there is no hardware virtualisation.  Shows R-TUN-09, R-IKE-20, RFC7296-1.3.1, RFC7296-2.23.1.
cd "$(dirname "$0")" || exit 2
. ./lab.sh

lab_options "$@"
LAB_BIN=$LAB_BIN exec vm/boot.sh vm/gre.sh
