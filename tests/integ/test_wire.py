#!/usr/bin/env python3
"""Whether wire.py sees what it must: a judge that finds nothing proves nothing."""
import ipaddress
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

WIRE = pathlib.Path(__file__).with_name("wire.py")
HUB, PEER, INNER = "198.51.100.1", "203.0.113.11", "10.10.0.10"


def ether(kind, body):
    return bytes(12) + struct.pack("!H", kind) + body


def ip4(src, dst, proto, body, ident=1, fragment=0):
    addresses = ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
    return ether(0x0800, struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), ident, fragment, 64, proto, 0) + addresses + body)


def udp(sport, dport, data):
    return struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data


def esp(spi, seq, data=bytes(32), iv=None):
    return struct.pack("!IIQ", spi, seq, seq if iv is None else iv) + data


def icmp(kind, quoted=b""):
    return bytes([kind, 0]) + bytes(6) + quoted


class Wire(unittest.TestCase):
    def judge(self, *frames):
        with tempfile.NamedTemporaryFile() as f:
            f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for i, frame in enumerate(frames):
                f.write(struct.pack("<IIII", i, 0, len(frame), len(frame)) + frame)
            f.flush()
            command = [sys.executable, WIRE, f.name, "--own", HUB, "--inner", "10.0.0.0/8", "--marker", "NaveMark"]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def clean(self, *frames):
        status, text = self.judge(*frames)
        self.assertEqual(status, 0, text)
        return text

    def blamed(self, what, *frames):
        status, text = self.judge(*frames)
        self.assertEqual(status, 1, text)
        self.assertIn("VIOLATION " + what, text)

    def test_protected_traffic_is_clean(self):
        text = self.clean(
            ether(0x0806, bytes(28)),
            ip4(HUB, PEER, 50, esp(0x1000, 1)),
            ip4(HUB, PEER, 50, esp(0x1000, 2)),
            ip4(PEER, HUB, 50, esp(0x1000, 1)),  # the other way it is another SA
            ip4(HUB, PEER, 17, udp(4500, 4500, esp(0x2000, 1))),
            ip4(HUB, PEER, 17, udp(4500, 4500, bytes(4) + b"ike")),
            ip4(HUB, PEER, 17, udp(500, 500, b"ike")),
            ip4(PEER, HUB, 17, udp(4500, 4500, b"\xff")),
            ip4(HUB, PEER, 1, icmp(8)),
            ip4(HUB, PEER, 17, udp(4500, 4500, esp(0x2000, 2)), 7, 0x2000),
            ip4(HUB, PEER, 17, bytes(64), 7, 8),
        )
        self.assertIn("1 arp, 3 esp, 2 esp-in-udp, 1 fragment, 1 icmp, 2 ike, 1 keepalive", text)

    def test_clear_text(self):
        self.blamed("protocol 6", ip4(HUB, PEER, 6, bytes(20)))
        self.blamed("protocol 17", ip4(HUB, PEER, 17, udp(53, 53, b"x")))
        self.blamed("ethertype 88cc", ether(0x88CC, bytes(40)))
        self.blamed("fragment of nothing", ip4(HUB, PEER, 17, bytes(64), 7, 8))

    def test_marker_and_inner_addresses(self):
        self.blamed("marker in clear", ip4(HUB, PEER, 50, esp(1, 1, b"..NaveMark..")))
        self.blamed("inner address", ip4(INNER, PEER, 50, esp(1, 1)))
        self.blamed("inner address", ip4(HUB, INNER, 17, udp(500, 500, b"ike")))
        arp = bytearray(28)
        arp[24:28] = ipaddress.ip_address(INNER).packed
        self.blamed("inner address", ether(0x0806, bytes(arp)))
        self.blamed("inner address", ip4(HUB, PEER, 1, icmp(3, ip4(INNER, PEER, 17, bytes(8))[14:])))

    def test_other_peoples_icmp(self):
        self.blamed("icmp", ip4(PEER, HUB, 1, icmp(3, ip4(HUB, PEER, 50, bytes(8))[14:])))

    def test_a_number_used_twice(self):
        self.blamed("(SPI, sequence number)", ip4(HUB, PEER, 50, esp(5, 9)), ip4(HUB, PEER, 50, esp(5, 9, b"other data......")))
        self.blamed("(SPI, sequence number)", ip4(HUB, PEER, 50, esp(5, 9)), ip4(HUB, PEER, 17, udp(4500, 4500, esp(5, 9))))

    def test_an_iv_used_twice(self):
        self.blamed("(SPI, IV)", ip4(HUB, PEER, 50, esp(5, 9)), ip4(HUB, PEER, 50, esp(5, 10, iv=9)))
        self.assertEqual(self.judge(ip4(HUB, PEER, 50, esp(5, 9)), ip4(HUB, PEER, 50, esp(6, 9)))[0], 0)

    def test_an_empty_capture_proves_nothing(self):
        self.assertNotEqual(self.judge()[0], 0)


if __name__ == "__main__":
    unittest.main()
