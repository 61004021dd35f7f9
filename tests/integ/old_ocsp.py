#!/usr/bin/env python3
"""old_ocsp.py PORT RESPONSE KEY: serves an OCSP response as it would have been two days ago, signed anew with the RSA-2048 KEY.

openssl's own responder always answers for now.  A port without RESPONSE and KEY takes connections and says nothing.
"""
import datetime
import http.server
import re
import socket
import subprocess
import sys

SHA256_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
BITS_2048 = bytes.fromhex("0382010100")
TIME = re.compile(rb"\x18\x0f(\d{14})Z")
AGE = datetime.timedelta(days=2)


def older(match):
    when = datetime.datetime.strptime(match.group(1).decode(), "%Y%m%d%H%M%S") - AGE
    return b"\x18\x0f" + when.strftime("%Y%m%d%H%M%SZ").encode()


def sequence_end(data, at):
    """Where the SEQUENCE at 'at' ends; 0: none begins there."""
    if data[at] != 0x30:
        return 0
    if data[at + 1] < 0x80:
        return at + 2 + data[at + 1]
    octets = data[at + 1] & 0x7F
    return at + 2 + octets + int.from_bytes(data[at + 2 : at + 2 + octets], "big")


def age(response, key):
    """What is signed is the outermost SEQUENCE that ends just before the signature's algorithm."""
    end = response.index(SHA256_RSA + BITS_2048)
    begin = next(at for at in range(end) if sequence_end(response, at) == end)
    signed = TIME.sub(older, response[begin:end])
    command = ["openssl", "dgst", "-sha256", "-sign", key]
    signature = subprocess.run(command, input=signed, capture_output=True, check=True).stdout
    bits = end + len(SHA256_RSA + BITS_2048)
    return response[:begin] + signed + response[end:bits] + signature + response[bits + len(signature) :]


def serve(port, body):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http.server.HTTPServer(("", port), Handler).serve_forever()


def hold(port):
    held = []
    with socket.create_server(("", port)) as listener:
        while True:
            held.append(listener.accept())


def main():
    if len(sys.argv) == 2:
        hold(int(sys.argv[1]))
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[2], "rb") as f:
        serve(int(sys.argv[1]), age(f.read(), sys.argv[3]))


main()
