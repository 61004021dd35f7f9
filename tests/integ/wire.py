#!/usr/bin/env python3
"""wire.py CAPTURE... [--own ADDRESS]... [--inner PREFIX]... [--marker TEXT]

Judges what went over a protected wire (Ethernet, tcpdump's pcap files).  Allowed are ARP, IPv6 neighbour and listener
discovery, ICMP of the addresses given as --own, IKE, and ESP, plain or in UDP 4500.  Nothing may hold the marker, and no header that
can be read an address of an inner prefix.  No sequence number and no IV (the 8 octets of AES-GCM) may come twice under one
destination and SPI, which stand for the key.  Prints what was seen, then each kind of violation with its first packets; exit status 1
when there is one.
"""
import argparse
import collections
import ipaddress
import struct
import sys

ETH_IPV4, ETH_ARP, ETH_IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, UDP, IPV6_FRAGMENT, ESP, ICMPV6 = 1, 6, 17, 44, 50, 58
ND_AND_MLD = {130, 131, 132, 133, 134, 135, 136, 137, 143}
ICMP_QUOTING = {3, 4, 5, 11, 12}
SHOWN = 3  # packets of each kind of violation


def frames(path):
    """(time, frame) of a pcap file; a last record that was cut off is left out."""
    with open(path, "rb") as f:
        head = f.read(24)
        order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(head[:4])
        if order is None or struct.unpack(order + "I", head[20:24])[0] & 0xFFFF != 1:
            sys.exit(f"{path}: no pcap file of an Ethernet")
        while len(record := f.read(16)) == 16:
            sec, usec, kept, full = struct.unpack(order + "IIII", record)
            data = f.read(kept)
            if len(data) < kept:
                return
            if kept < full:
                sys.exit(f"{path}: frames were cut, capture with -s 0")
            yield sec + usec / 1e6, data


class Judge:
    def __init__(self, own, inner, marker):
        self.own = {ipaddress.ip_address(a) for a in own}
        self.inner = [ipaddress.ip_network(p) for p in inner]
        self.marker = marker
        self.classes = collections.Counter()
        self.violations = collections.defaultdict(list)
        self.numbers = set()
        self.ivs = set()
        self.heads = set()  # fragmented datagrams whose first fragment was ESP or IKE in UDP

    def blame(self, what, when, frame):
        self.violations[what].append((when, frame))

    def frame(self, when, frame):
        if self.marker and self.marker in frame:
            self.blame("marker in clear", when, frame)
        kind = struct.unpack_from("!H", frame, 12)[0]
        if kind == ETH_ARP:
            self.classes["arp"] += 1
            self.outer([frame[28:32], frame[38:42]], when, frame)
        elif kind == ETH_IPV4:
            self.ipv4(frame[14:], when, frame)
        elif kind == ETH_IPV6:
            self.ipv6(frame[14:], when, frame)
        else:
            self.blame(f"ethertype {kind:04x}", when, frame)

    def outer(self, addresses, when, frame):
        for a in map(ipaddress.ip_address, addresses):
            if any(a in net for net in self.inner if net.version == a.version):
                self.blame("inner address outside", when, frame)
                return

    def ipv4(self, packet, when, frame):
        size = (packet[0] & 15) * 4
        ident, offset = struct.unpack_from("!HH", packet, 4)
        proto, src, dst = packet[9], packet[12:16], packet[16:20]
        self.outer([src, dst], when, frame)
        body = packet[size : struct.unpack_from("!H", packet, 2)[0]]
        datagram = (proto, src, dst, ident)
        if offset & 0x1FFF:
            self.later_fragment(datagram, when, frame)
            return
        if offset & 0x2000:
            self.heads.add(datagram)
        if proto == ICMP:
            self.icmp(src, body, body[0] in ICMP_QUOTING and body[8 + 12 : 8 + 20], when, frame)
        else:
            self.payload(proto, dst, body, when, frame)

    def ipv6(self, packet, when, frame):
        proto, src, dst, body = packet[6], packet[8:24], packet[24:40], packet[40:]
        self.outer([src, dst], when, frame)
        if proto == 0:  # hop-by-hop options: listener reports carry a router alert
            proto, body = body[0], body[(body[1] + 1) * 8 :]
        if proto == IPV6_FRAGMENT:
            proto, offset, ident = body[0], struct.unpack_from("!H", body, 2)[0], body[4:8]
            body = body[8:]
            if offset & 0xFFF8:
                self.later_fragment((proto, src, dst, ident), when, frame)
                return
            self.heads.add((proto, src, dst, ident))
        if proto == ICMPV6 and body[0] in ND_AND_MLD:
            self.classes["nd"] += 1
        elif proto == ICMPV6:
            self.icmp(src, body, body[0] < 128 and body[8 + 8 : 8 + 40], when, frame)
        else:
            self.payload(proto, dst, body, when, frame)

    def later_fragment(self, datagram, when, frame):
        self.classes["fragment"] += 1
        if datagram[0] != ESP and datagram not in self.heads:
            self.blame("fragment of nothing that may pass", when, frame)

    def icmp(self, src, body, quoted, when, frame):
        self.classes["icmp"] += 1
        if ipaddress.ip_address(src) not in self.own:
            self.blame("icmp that isn't the hub's own", when, frame)
        if quoted:
            half = len(quoted) // 2
            self.outer([quoted[:half], quoted[half:]], when, frame)

    def payload(self, proto, dst, body, when, frame):
        if proto == ESP:
            self.esp("esp", dst, body, when, frame)
        elif proto == UDP and {500, 4500} & set(struct.unpack_from("!HH", body)):
            ports, data = struct.unpack_from("!HH", body), body[8:]
            if 4500 not in ports or data[:4] == bytes(4):
                self.classes["ike"] += 1
            elif data == b"\xff":
                self.classes["keepalive"] += 1
            else:
                self.esp("esp-in-udp", dst, data, when, frame)
        else:
            self.blame(f"protocol {proto}", when, frame)

    def esp(self, name, dst, data, when, frame):
        self.classes[name] += 1
        sa = bytes(dst) + data[:4]
        self.once(self.numbers, (sa, data[4:8]), "(SPI, sequence number) used twice", when, frame)
        self.once(self.ivs, (sa, data[8:16]), "(SPI, IV) used twice", when, frame)

    def once(self, seen, what, blame, when, frame):
        if what in seen:
            self.blame(blame, when, frame)
        seen.add(what)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("capture", nargs="+")
    p.add_argument("--own", action="append", default=[])
    p.add_argument("--inner", action="append", default=[])
    p.add_argument("--marker", default="")
    args = p.parse_args()
    total, violations = 0, 0
    for path in args.capture:
        judge = Judge(args.own, args.inner, args.marker.encode())
        for when, frame in frames(path):
            judge.frame(when, frame)
            total += 1
        print(", ".join(f"{n} {name}" for name, n in sorted(judge.classes.items())))
        for what, found in judge.violations.items():
            violations += len(found)
            print(f"VIOLATION {what}: {len(found)} packets")
            for when, frame in found[:SHOWN]:
                print(f"  {when:.6f} {frame[:96].hex()}")
    if total == 0:
        sys.exit("nothing was captured")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
