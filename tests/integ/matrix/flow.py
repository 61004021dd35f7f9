"""Packets that are counted: echo requests at a steady pace through one tunnel, each of which must be answered."""
import asyncio
import ctypes
import os
import socket
import struct
import time

PACE_S = 0.01
LAST_S = 3.0  # so long the last answers may take
CLONE_NEWNET = 0x40000000


def socket_in(namespace, *kind):
    """A socket of another network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{namespace}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), namespace)
        try:
            return socket.socket(*kind)
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


class Flow:
    """From 'source' in a namespace to 'target'."""

    def __init__(self, namespace, source, target):
        self.socket = socket_in(namespace, socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
        self.socket.bind((source, 0))
        self.socket.connect((target, 0))
        self.socket.setblocking(False)
        self.sent = 0
        self.missing = {}  # what isn't answered: its number, and when it was sent
        self.excused = set()  # those sent, or on their way, while there was no path
        self.path = True
        self.refused = None
        self.task = None

    def begin(self):
        asyncio.get_running_loop().add_reader(self.socket, self._receive)
        self.task = asyncio.create_task(self._send())

    async def _send(self):
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.sent += 1
            self.missing[self.sent & 0xFFFF] = time.time()
            if not self.path:
                self.excused.add(self.sent & 0xFFFF)
            try:
                self.socket.send(struct.pack("!BBHHH", 8, 0, 0, 0, self.sent & 0xFFFF) + b"matrix" * 8)
            except OSError as e:
                self.refused = self.refused or str(e)
            due += PACE_S
            await asyncio.sleep(max(0, due - loop.time()))

    def _receive(self):
        try:
            packet = self.socket.recv(256)
        except OSError as e:
            self.refused = self.refused or str(e)
            return
        if packet[0] == 0:
            self.missing.pop(struct.unpack_from("!H", packet, 6)[0], None)

    def lose_path(self):
        """Until there is one again, packets may be lost: those on their way, too."""
        self.path = False
        self.excused |= set(self.missing)

    def has_path(self):
        self.path = True

    def answered(self):
        return self.sent - len(self.missing)

    async def until_answered(self, count, seconds):
        """Whether so many more were answered."""
        loop = asyncio.get_running_loop()
        end, goal = loop.time() + seconds, self.answered() + count
        while self.answered() < goal and loop.time() < end:
            await asyncio.sleep(PACE_S)
        return self.answered() >= goal

    async def end(self):
        """Sends no more and waits for the last answers; when those were sent that are missing without excuse."""
        loop = asyncio.get_running_loop()
        if self.task is not None:
            self.task.cancel()
        until = loop.time() + LAST_S
        while self._lost() and loop.time() < until:
            await asyncio.sleep(PACE_S)
        loop.remove_reader(self.socket)
        self.socket.close()
        return [time.strftime("%H:%M:%S", time.localtime(t)) + f"{t % 1:.3f}"[1:] for t in self._lost()]

    def _lost(self):
        return [at for number, at in self.missing.items() if number not in self.excused]

    def __str__(self):
        pathless = len(self.excused & set(self.missing))
        return f"{self.answered()}/{self.sent}" + (f" ({pathless} without a path)" if self.excused else "")
