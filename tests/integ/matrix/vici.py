"""strongSwan's control protocol (VICI), as far as the matrix needs it."""
import asyncio
import struct

REQUEST, RESPONSE, _, REGISTER, UNREGISTER, _, _, EVENT = range(8)
SECTION, SECTION_END, VALUE, LIST, ITEM, LIST_END = range(1, 7)


class Failed(Exception):
    """strongSwan refused a command."""


def _name(text):
    return bytes([len(text)]) + text.encode()


def _data(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return struct.pack("!H", len(data)) + data


def encode(message):
    out = b""
    for key, value in message.items():
        if isinstance(value, dict):
            out += bytes([SECTION]) + _name(key) + encode(value) + bytes([SECTION_END])
        elif isinstance(value, list):
            out += bytes([LIST]) + _name(key) + b"".join(bytes([ITEM]) + _data(v) for v in value) + bytes([LIST_END])
        else:
            out += bytes([VALUE]) + _name(key) + _data(value)
    return out


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def octet(self):
        self.at += 1
        return self.data[self.at - 1]

    def name(self):
        return self._take(self.octet()).decode()

    def value(self):
        return self._take(self.octet() << 8 | self.octet()).decode(errors="replace")

    def _take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]


def decode(data):
    reader, root = _Reader(data), {}
    stack, items = [root], None
    while reader.at < len(data):
        kind = reader.octet()
        if kind == SECTION:
            stack.append(stack[-1].setdefault(reader.name(), {}))
        elif kind == SECTION_END:
            stack.pop()
        elif kind == VALUE:
            key = reader.name()
            stack[-1][key] = reader.value()
        elif kind == LIST:
            items = stack[-1].setdefault(reader.name(), [])
        elif kind == ITEM:
            items.append(reader.value())
    return root


class Vici:
    """One command at a time: none of ours waits in charon for what it brings about."""

    def __init__(self, path):
        self.path, self.streams, self.lock = path, None, asyncio.Lock()

    async def call(self, command, message=None, event=None):
        """The answer; with 'event' the list of what was streamed before it."""
        async with self.lock:
            if self.streams is None:
                self.streams = await asyncio.open_unix_connection(self.path)
            if event is not None:
                await self._ask(REGISTER, event)
            kind, body, events = await self._ask(REQUEST, command, encode(message or {}))
            if event is not None:
                await self._ask(UNREGISTER, event)
        answer = decode(body) if kind == RESPONSE else {"success": "no", "errmsg": "there is no such command"}
        if answer.get("success", "yes") != "yes":
            raise Failed(f"{command}: {answer.get('errmsg')}")
        return answer if event is None else events

    async def _ask(self, kind, name, body=b""):
        """The answer's kind and body, and the events before it."""
        reader, writer = self.streams
        packet = bytes([kind]) + _name(name) + body
        writer.write(struct.pack("!I", len(packet)) + packet)
        events = []
        while True:
            packet = await reader.readexactly(struct.unpack("!I", await reader.readexactly(4))[0])
            if packet[0] != EVENT:
                return packet[0], packet[1:], events
            events.append(decode(packet[2 + packet[1] :]))
