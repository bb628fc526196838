"""The services of the fault program: each does to its answer what the request's `do` asks for, and notes what reached it.

A request is `/…/ACTION?id=ID&do=WHAT&size=BYTES`. ID is `<client process>-<number>` and decides every random choice, so that a
run can be told again from its log. What must never reach a service, and a body that is not what its client sent, is written
to the findings at once: the process may be killed at any moment.
"""
import asyncio
import json
import os
import random
import re
import signal
import socket
import ssl
import struct
import time
import zlib

# The session cookies of the route file: no service may see one.
COOKIES = re.compile(r"(^|; )sid(_flash)?=")
JUNK = [b"SSH-2.0-nonsense\r\n\r\n", b"\0" * 40, b"\xff\xfe\r\n\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000]
BAD_FRAMING = [(b"Content-Length: 2\r\nContent-Length: 3\r\n", b"abc"), (b"Content-Length: +3\r\n", b"abc"), (b"Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", b"abc"),
               (b"Transfer-Encoding: chunked\r\n", b"xyz\r\nabc\r\n0\r\n\r\n"), (b"Transfer-Encoding: chunked\r\n", b"5\r\nhelloXX0\r\n\r\n"),
               (b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff1\r\nhello\r\n"), (b"Transfer-Encoding: chunked\r\n", b"5\nhello\n0\n\n")]


def padding(ident, size):
    """The rest of every body, which its receiver can tell from any other's."""
    text = f"<{ident}>".encode()
    return (text * (size // len(text) + 1))[:size]


class Spoilt(Exception):
    """A request that its client has changed at random, without an id that counts."""


class Service:
    """One origin process; `name` stands in its notes."""

    def __init__(self, name, ledger, findings):
        self.name = name
        # Appended to with one call a line, by several processes, and complete even if this one is killed.
        self.ledger = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.findings = os.open(findings, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def finding(self, text):
        os.write(self.findings, f"{self.name}: {text}\n".encode("utf-8", "backslashreplace"))

    async def serve(self, reader, writer):
        try:
            while await self.answer(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, asyncio.TimeoutError):
            pass
        except Spoilt:
            pass
        except (ValueError, KeyError, IndexError) as error:
            self.finding(f"the gateway sent what is no request: {error!r}")
        finally:
            writer.close()

    async def answer(self, reader, writer):
        """One request; false when the connection is over."""
        async with asyncio.timeout(60):
            head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:-2])]
        path, _, query = target.partition("?")
        asked = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
        ident = asked.get("id", "none")
        os.write(self.ledger, f"{ident} {method}\n".encode())
        known = dict(fields)
        self.check(path, fields, known, ident)
        what = asked.get("do", "ok")
        choose = random.Random(f"{ident} {what} {self.name}")
        if what == "early":
            return await self.early(writer, reader, choose, known, ident)
        if known.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await self.body(reader, known, ident)
        if not asked.get("size", "0").isdecimal():
            raise Spoilt
        reply = self.reply(path, method, known, ident, asked, what)
        act = getattr(self, "do_" + what.replace("-", "_"), self.do_ok)
        return await act(writer, reader, choose, method, *reply)

    def check(self, path, fields, known, ident):
        """What no service may ever see."""
        policies = [value for name, value in fields if name == "x-session-policy"]
        if policies != ["cookie" if path.startswith(("/app/", "/tls/")) else "null"]:
            self.finding(f"{ident}: {path} came with the policies {policies}")
        for name, value in fields:
            spelled = re.sub("[^a-z0-9]", "-", name)
            if spelled.startswith(("x-session", "x-flash")):
                if policies == ["null"] and name != "x-session-policy" or "forged" in value:
                    self.finding(f"{ident}: {path} came with {name}: {value}")
            if name == "cookie" and COOKIES.search(value):
                self.finding(f"{ident}: {path} came with a session cookie")
            if name in ("transfer-encoding", "content-length") and [n for n, _ in fields].count(name) > 1:
                self.finding(f"{ident}: {name} twice")
        if "transfer-encoding" in known and "content-length" in known:
            self.finding(f"{ident}: two framings")

    async def body(self, reader, known, ident):
        body = bytearray()
        if "transfer-encoding" in known:
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                body += await reader.readexactly(size)
                if await reader.readexactly(2) != b"\r\n":
                    self.finding(f"{ident}: a chunk does not end with CRLF")
            while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
                if re.sub(b"[^a-z0-9]", b"-", line.lower()).startswith((b"x-session", b"x-flash")):
                    self.finding(f"{ident}: came with the trailer {line!r}")
        else:
            body += await reader.readexactly(int(known.get("content-length", 0)))
        if "x-sum" in known and zlib.crc32(body) != int(known["x-sum"]):
            self.finding(f"{ident}: the body of {len(body)} bytes is not what the client sent")

    def reply(self, path, method, known, ident, asked, what):
        """Status line, fields and body by the path's last part; a `5xx` has all the changes too, which must be dropped."""
        session = json.loads(known.get("x-session", "{}"))
        action = path.rsplit("/", 1)[-1]
        status, fields = "200 OK", []
        if action == "count":
            change = json.dumps({"count": session.get("count", 0) + 1, "last": ident})
            fields.append("X-Session-Set: " + ("{broken" if what == "bad-change" else change))
        elif action == "login":
            status = "303 See Other"
            fields += ["Location: /app/page", 'X-Session-Set: {"user":"%s"}' % ident, 'X-Flash-Add: {"info":"%s"}' % ident]
        elif action == "logout":
            fields.append("X-Session-Clear: 1")
        elif action == "flash":
            status = "303 See Other"
            fields += ["Location: /app/page", 'X-Flash-Add: {"info":["%s"]}' % ident]
        elif action == "keep":
            fields.append("X-Flash-Keep: 1")
        elif action == "once":
            fields.append('X-Session-Set-Once: {"token":"%s"}' % ident)
        elif action == "forget":
            fields.append("X-Session-Delete: count, last")
        if what == "5xx":
            status = "503 Service Unavailable"
        seen = {"id": ident, "session": session, "flash": json.loads(known.get("x-flash", "null"))}
        body = json.dumps(seen).encode() + b"\n" + padding(ident, min(int(asked.get("size", 0)), 4_000_000))
        head = "\r\n".join([f"HTTP/1.1 {status}", f"X-Origin: {ident}", *fields]).encode() + b"\r\n"
        return head, body

    @staticmethod
    def whole(head, body, method, choose, framing="length"):
        """An answer's bytes."""
        if framing == "length":
            return head + b"Content-Length: %d\r\n\r\n" % len(body) + (b"" if method == "HEAD" else body)
        if framing == "close":
            return head + b"\r\n" + (b"" if method == "HEAD" else body)
        out = bytearray(head + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
        if method == "HEAD":
            return bytes(out)
        place = 0
        while place < len(body):
            size = min(len(body) - place, choose.choice([1, 7, 100, 4000, 60_000]))
            out += b"%x%s\r\n" % (size, choose.choice([b"", b"", b";a=b"])) + body[place:place + size] + b"\r\n"
            place += size
        return bytes(out) + b"0\r\nX-Sum: %d\r\nX-Session-Set: {\"forged\":1}\r\n\r\n" % zlib.crc32(body)

    @staticmethod
    def any_framing(method, choose):
        return choose.choice(["length", "chunked", "close"])

    @staticmethod
    def reset(writer):
        """The kernel sends RST, not FIN."""
        bare = writer.get_extra_info("socket")
        if bare is not None and bare.family != socket.AF_UNIX:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def put(self, writer, data):
        writer.write(data)
        async with asyncio.timeout(60):
            await writer.drain()

    # What is done to the answer; each name is a `do`.

    async def do_ok(self, writer, reader, choose, method, head, body):
        await self.put(writer, self.whole(head, body, method, choose))
        return True

    async def do_5xx(self, *arguments):
        return await self.do_ok(*arguments)

    async def do_bad_change(self, *arguments):
        return await self.do_ok(*arguments)

    async def do_chunked(self, writer, reader, choose, method, head, body):
        if choose.random() < 0.2:
            head += b"Content-Length: 5\r\n"  # Transfer-Encoding wins (RFC 9112 section 6.3)
        await self.put(writer, self.whole(head, body, method, choose, "chunked"))
        return True

    async def do_close(self, writer, reader, choose, method, head, body):
        await self.put(writer, self.whole(head, body, method, choose, "close"))
        return False

    async def do_interim(self, writer, reader, choose, method, head, body):
        for _ in range(choose.randint(1, 4)):
            interim = choose.choice([b"103 Early Hints\r\nLink: </a.css>; rel=preload", b"102 Processing", b"100 Continue"])
            await self.put(writer, b"HTTP/1.1 " + interim + b"\r\nX-Session-Set: {\"forged\":1}\r\n\r\n")
            if choose.random() < 0.5:
                await asyncio.sleep(choose.random() / 20)
        return await self.do_ok(writer, reader, choose, method, head, body)

    async def do_delay(self, writer, reader, choose, method, head, body):
        await asyncio.sleep(choose.random())
        return await self.do_ok(writer, reader, choose, method, head, body)

    async def do_later(self, writer, reader, choose, method, head, body):
        await asyncio.sleep(1)
        return await self.do_ok(writer, reader, choose, method, head, body)

    async def do_stall(self, writer, reader, choose, method, head, body):
        """Never, or only half, until the gateway has enough of it."""
        data = self.whole(head, body, method, choose)
        if choose.random() < 0.5:
            await self.put(writer, data[:choose.randrange(len(head))])
        async with asyncio.timeout(60):
            await reader.read()
        return False

    async def do_trickle(self, writer, reader, choose, method, head, body):
        framing = self.any_framing(method, choose)
        data = self.whole(head, body, method, choose, framing)
        place = 0
        for _ in range(choose.randint(5, 60)):
            size = choose.choice([1, 1, 2, 5, 30])
            await self.put(writer, data[place:place + size])
            place += size
            await asyncio.sleep(choose.random() / 50)
        await self.put(writer, data[place:])
        return framing != "close"

    async def do_reset(self, writer, reader, choose, method, head, body):
        # A unix socket cannot be reset, so its end would be the body's.
        is_unix = writer.get_extra_info("socket").family == socket.AF_UNIX
        data = self.whole(head, body, method, choose, "chunked" if is_unix else self.any_framing(method, choose))
        await self.put(writer, data[:choose.randint(0, len(data))])
        await asyncio.sleep(choose.choice([0, 0.01]))
        self.reset(writer)
        return False

    async def do_cut(self, writer, reader, choose, method, head, body):
        """An end in the middle, as an orderly end of the connection."""
        data = self.whole(head, body, method, choose, choose.choice(["length", "chunked"]))
        await self.put(writer, data[:choose.randrange(len(data))])
        return False

    async def do_half_close(self, writer, reader, choose, method, head, body):
        await self.put(writer, self.whole(head, body, method, choose))
        if writer.can_write_eof():
            writer.write_eof()
            async with asyncio.timeout(60):
                await reader.read()
        return False

    async def do_garbage(self, writer, reader, choose, method, head, body):
        await self.put(writer, choose.choice(JUNK) if choose.random() < 0.7 else choose.randbytes(choose.randint(1, 5000)) + b"\r\n\r\n")
        return False

    async def do_bad_framing(self, writer, reader, choose, method, head, body):
        fields, rest = choose.choice(BAD_FRAMING)
        await self.put(writer, head + fields + b"\r\n" + rest)
        return False

    async def do_extra(self, writer, reader, choose, method, head, body):
        """Bytes nobody asked for behind the answer: no later request may take them for its own."""
        # With the answer, or at least before the gateway has used the connection again: what comes later looks like the
        # next answer to everybody.
        await self.put(writer, self.whole(head, body, method, choose) + b"HTTP/1.1 200 OK\r\nX-Origin: stray\r\nContent-Length: 5\r\n\r\nstray")
        return choose.random() < 0.5

    async def do_idle_close(self, writer, reader, choose, method, head, body):
        """A good answer, and the connection ends when the gateway may just be using it again."""
        await self.put(writer, self.whole(head, body, method, choose))
        await asyncio.sleep(choose.choice([0, 0.002, 0.02, 0.1]) * choose.random())
        # A reset throws away what is still on its way.
        if choose.random() < 0.5 and len(body) < 10_000:
            self.reset(writer)
        return False

    async def do_none(self, writer, reader, choose, method, head, body):
        head = re.sub(rb"^HTTP/1.1 [^\r]*", choose.choice([b"HTTP/1.1 204 No Content", b"HTTP/1.1 304 Not Modified"]), head)
        await self.put(writer, head + b"\r\n")
        return True

    async def early(self, writer, reader, choose, known, ident):
        """An answer before the body has come: then a reset, an end, or reading on."""
        goes_on, kind = choose.random() < 0.4, choose.random()
        head = f"HTTP/1.1 413 Content Too Large\r\nX-Origin: {ident}\r\n".encode()
        if not goes_on and kind < 0.5:
            head += b"Connection: close\r\n"
        await self.put(writer, self.whole(head, b"enough\n", "POST", choose))
        if goes_on:
            await self.body(reader, known, ident)
            return True
        if kind < 0.3:
            self.reset(writer)
        elif kind < 0.5:
            async with asyncio.timeout(60):
                while await reader.read(65536):
                    pass
        return False


async def listen(service, address, certificate, ready):
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate[0], certificate[1])
    # Another program may have the port for a moment: one that dials out, from any free port.
    for attempt in range(200):
        try:
            if isinstance(address, str):
                if os.path.exists(address):
                    os.unlink(address)
                server = await asyncio.start_unix_server(service.serve, address, backlog=512, limit=1 << 18)
            else:
                server = await asyncio.start_server(service.serve, "127.0.0.1", address, backlog=512, limit=1 << 18, ssl=context)
            break
        except OSError:
            if attempt == 199:
                raise
            await asyncio.sleep(0.05)
    ready()
    async with server:
        await server.serve_forever()


def run(name, address, certificate, ledger, findings, up, place):
    """The origin process's body; says in `up[place]` when it listens."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def ready():
        up[place] = time.monotonic()

    asyncio.run(listen(Service(name, ledger, findings), address, certificate, ready))
