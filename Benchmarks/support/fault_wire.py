"""A client's connection for the fault program: sends any bytes, reads answers strictly, breaks off as it is told."""
import asyncio
import random
import re
import socket
import struct

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2}) [\x20-\x7e\x80-\xff]*$")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$")
PATIENCE = 45.0


class Broken(Exception):
    """The connection ended before the answer did; `answer` is its head, or None when not even that had come."""

    def __init__(self, answer=None):
        super().__init__("broken")
        self.answer = answer


class Illegal(Exception):
    """The gateway sent what is no answer."""


class Hangs(Exception):
    """Neither an answer nor an end within PATIENCE."""


class Answer:
    def __init__(self, status, fields):
        self.status, self.fields, self.body, self.interim = status, fields, b"", []
        self.names = dict(fields)
        self.closes = self.names.get("connection", "").lower() == "close"

    @property
    def origin(self):
        """The id of the request an origin answered; None for the gateway's own answers."""
        return self.names.get("x-origin")


class Wire:
    """One connection; `opened` counts all of them."""

    opened = 0

    def __init__(self, stream):
        self.socket, self.buffer, self.ended, self.was_reset = stream, bytearray(), False, False

    @classmethod
    async def connect(cls, address, receive_room=None):
        unix = isinstance(address, str)
        stream = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        stream.setblocking(False)
        if receive_room:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_room)
        if not unix:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            async with asyncio.timeout(PATIENCE):
                for attempt in range(200):
                    try:
                        await asyncio.get_running_loop().sock_connect(stream, address if unix else ("127.0.0.1", address))
                        break
                    except BlockingIOError:  # a unix socket's queue is full for a moment
                        await asyncio.sleep(0.02)
        except TimeoutError:
            stream.close()
            raise Hangs("connecting") from None
        cls.opened += 1
        return cls(stream)

    async def send(self, data):
        """Sends all of it; an end of the connection is left for reading to find."""
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().sock_sendall(self.socket, data)
        except TimeoutError:
            raise Hangs("sending") from None
        except OSError:
            pass

    async def more(self, count=65536):
        if self.ended:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                data = await asyncio.get_running_loop().sock_recv(self.socket, count)
        except TimeoutError:
            raise Hangs("reading") from None
        except OSError:
            data, self.was_reset = b"", True
        self.ended = not data
        self.buffer += data
        return bool(data)

    async def line(self, answer):
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > 100_000:
                raise Illegal("an endless line")
            if not await self.more():
                raise Broken(answer)
        line = bytes(self.buffer[:end])
        del self.buffer[:end + 2]
        return line

    async def fields(self, answer):
        fields = []
        while line := await self.line(answer):
            match = FIELD.match(line)
            if not match:
                raise Illegal(f"no field: {line[:100]!r}")
            name = match[1].decode().lower()
            if re.sub("[^a-z0-9]", "-", name).startswith(("x-session", "x-flash")):
                raise Illegal(f"a reserved field reached the client: {line[:100]!r}")
            fields.append((name, match[2].decode("latin-1").strip()))
        return fields

    async def exactly(self, count, answer):
        while len(self.buffer) < count:
            if not await self.more():
                raise Broken(answer)
        part = bytes(self.buffer[:count])
        del self.buffer[:count]
        return part

    async def answer(self, method="GET"):
        """The next final answer with its body."""
        interim = []
        while True:
            line = await self.line(None)
            match = STATUS_LINE.match(line)
            if not match:
                raise Illegal(f"no status line: {line[:100]!r}")
            status = int(match[1])
            answer = Answer(status, await self.fields(None))
            if status >= 200:
                break
            if status == 101:
                raise Illegal("101 without having asked for it")
            interim.append(status)
        answer.interim = interim
        names = [name for name, _ in answer.fields]
        if "transfer-encoding" in names and "content-length" in names or names.count("content-length") > 1:
            raise Illegal("two framings")
        if method == "HEAD" or status in (204, 304):
            pass
        elif "transfer-encoding" in names:
            body = bytearray()
            while size := int((await self.line(answer)).split(b";")[0], 16):
                body += await self.exactly(size, answer)
                if await self.exactly(2, answer) != b"\r\n":
                    raise Illegal("a chunk without its end")
            await self.fields(answer)
            answer.body = bytes(body)
        elif "content-length" in names:
            answer.body = await self.exactly(int(answer.names["content-length"]), answer)
        else:
            if not answer.closes:
                raise Illegal("a body that ends with the connection, and no word of it")
            while await self.more():
                pass
            if self.was_reset:
                raise Broken(answer)
            answer.body = bytes(self.buffer)
            self.buffer.clear()
        return answer

    async def until_end(self):
        """Reads until the gateway closes."""
        while await self.more():
            self.buffer.clear()

    def finish(self):
        """Says that no more comes."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()

    def reset(self):
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.socket.close()


def request(method, target, *fields, body=None, host="test"):
    """A request's bytes; a body goes with its length."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


def in_chunks(choose: random.Random, body):
    """A chunked body with random sizes, extensions and a trailer."""
    out, place = bytearray(), 0
    while place < len(body):
        size = min(len(body) - place, choose.choice([1, 3, 50, 2000, 30_000]))
        out += b"%x%s\r\n" % (size, choose.choice([b"", b"", b";x=y"])) + body[place:place + size] + b"\r\n"
        place += size
    return bytes(out) + b"0\r\n" + choose.choice([b"", b"X-Sum: 1\r\n", b"X-Session: {\"forged\":1}\r\n"]) + b"\r\n"
