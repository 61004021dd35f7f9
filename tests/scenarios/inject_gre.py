#!/usr/bin/env python3
"""inject_gre.py OUTER_FROM OUTER_TO INNER_FROM INNER_TO [COUNT]: sends GRE in clear, as if OUTER_FROM had, with a UDP packet in it."""
import ipaddress
import socket
import struct
import sys

GRE, UDP = 47, 17
MARK = b"plain GRE"


def inner(source, target):
    """An IP packet of UDP port 9, without checksums."""
    a, b = ipaddress.ip_address(source), ipaddress.ip_address(target)
    datagram = struct.pack("!HHHH", 9, 9, 8 + len(MARK), 0) + MARK
    if a.version == 6:
        return 0x86DD, struct.pack("!IHBB", 6 << 28, len(datagram), UDP, 64) + a.packed + b.packed + datagram
    return 0x0800, ipv4(UDP, a, b, datagram)


def ipv4(protocol, a, b, payload):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + a.packed + b.packed
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def main(outer_from, outer_to, inner_from, inner_to, count=3):
    kind, packet = inner(inner_from, inner_to)
    a, b = ipaddress.ip_address(outer_from), ipaddress.ip_address(outer_to)
    frame = ipv4(GRE, a, b, struct.pack("!HH", 0, kind) + packet)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        for _ in range(int(count)):
            s.sendto(frame, (outer_to, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
