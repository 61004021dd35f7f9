#!/usr/bin/env python3
"""tcp.py serve | tcp.py send FROM TO BYTES: octets over TCP, whose number the other end tells back.

The server listens at port 7777 of all addresses; the sender fails when the answer isn't the number of octets, or stays away for 10 s."""
import socket
import sys

PORT = 7777


def serve():
    with socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(20)
                try:
                    answer(connection)
                except OSError:
                    pass  # the sender tells


def answer(connection):
    total = 0
    while octets := connection.recv(65536):
        total += len(octets)
    connection.sendall(b"%d" % total)


def send(source, to, count):
    with socket.create_connection((to, PORT), timeout=10, source_address=(source, 0)) as connection:
        connection.sendall(bytes(count))
        connection.shutdown(socket.SHUT_WR)
        got = connection.recv(64)
    print(f"{source} to {to}: {got.decode()} of {count}")
    return got == b"%d" % count


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    sys.exit(0 if send(sys.argv[2], sys.argv[3], int(sys.argv[4])) else 1)
