"""Clients of the fault program that misbehave: whatever they do, the gateway answers lawfully or ends the connection."""
import asyncio
import random
import zlib

from fault_wire import Broken, Hangs, Illegal, Wire, in_chunks, request

HOSTILE = [
    b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"b" * 70_000,
    request("GET", "/null/x", *[f"X-{n}: 1" for n in range(300)]), request("POST", "/null/x", "Transfer-Encoding: gzip, chunked"),
    request("POST", "/null/x", "Transfer-Encoding: chunked", "Content-Length: 1"), request("POST", "/null/x", "Transfer-Encoding: chunked") + b"xyz\r\n",
    request("POST", "/null/x", "Transfer-Encoding: chunked") + b"5\r\nhelloXX0\r\n\r\n", request("GET", "/null/%zz"), request("GET", "/null/%2e%2e/app/show"),
    request("GET", "/null/../app/show"), request("CONNECT", "a:443"), b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", b"\r\n\r\n\r\n\r\n",
    request("POST", "/null/x", "Content-Length: 1, 2"), request("POST", "/null/x", "Content-Length: -1"), request("POST", "/null/x", "Content-Length: 99999999999999999999"),
    request("GET", "/null/x", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), request("GET", "/null/x", "Expect: the-unexpected"),
    request("TRACE", "/null/x", "Max-Forwards: 0"), request("GET", "/nowhere"), request("POST", "/small", body=b"x" * 100),
    request("POST", "/app/count", "Sec-Fetch-Site: cross-site", body=b"x"),
]
FORGED = ['X-Session: {"forged":1}', 'X-Session-Id: forged', 'x_session: {"forged":1}', 'X-Flash: {"forged":["x"]}', "X-Session-Policy: forged",
          'X.Session: {"forged":1}', 'X-SESSION-SET: {"forged":1}', "Connection: X-Session, X-Session-Policy", "Cookie: sid=forged; sid_flash=forged",
          "Cookie: sid=AQ" + "x" * 300]


class Vandal:
    """Each of `ways` is one attempt on a connection of its own."""

    def __init__(self, crew, seed):
        self.crew, self.random = crew, random.Random(seed)
        self.ways = {self.pipeline: 5, self.trickle: 3, self.half_close: 4, self.reset: 6, self.vanish: 1, self.slow_reader: 1, self.dead_reader: 0.3,
                     self.hostile: 8, self.mutated: 8, self.early: 4, self.forged: 5, self.idle: 0.5, self.expects: 2, self.http10: 2}

    async def step(self):
        way = self.random.choices(list(self.ways), list(self.ways.values()))[0]
        wire = None
        try:
            wire = await Wire.connect(self.crew.address(), 4096 if way in (self.slow_reader, self.dead_reader) else None)
            await way(wire)
            self.crew.count(way.__name__, 0, False)
        except Broken:
            self.crew.count(way.__name__, 0, True)
        except Hangs as hangs:
            self.crew.finding(f"{way.__name__}: neither answered nor closed, {hangs}")
        except Illegal as illegal:
            self.crew.finding(f"{way.__name__}: illegal answer: {illegal}")
        finally:
            if wire is not None:
                wire.close()

    def good(self, size=None, methods=("GET", "GET", "POST", "POST", "HEAD"), whats=("ok", "chunked", "delay", "trickle", "reset", "cut", "5xx"), routes=("null", "app", "one", "tls")):
        """A request that goes to a service: its bytes, its id, its method."""
        ident, method = self.crew.new_id(), self.random.choice(methods)
        size = self.random.choice([0, 10, 2000, 200_000]) if size is None else size
        target = f"/{self.random.choice(routes)}/show?id={ident}&do={self.random.choice(whats)}&size={size}"
        if method != "POST":
            return request(method, target), ident, method
        body = self.random.randbytes(self.random.choice([0, 5, 4000, 100_000]))
        sum_field = f"X-Sum: {zlib.crc32(body)}"
        if self.random.random() < 0.5:
            return request(method, target, sum_field, "Transfer-Encoding: chunked") + in_chunks(self.random, body), ident, method
        return request(method, target, sum_field, body=body), ident, method

    async def take(self, wire, ident, method):
        """The answer to one request, which must be its own."""
        answer = None
        try:
            answer = await wire.answer(method)
        finally:
            self.crew.answered(ident, answer.status if answer else 0)
        if answer.origin not in (None, ident):
            self.crew.finding(f"{ident}: got the answer to {answer.origin}")
        return answer

    async def pipeline(self, wire):
        """Many requests in one go: the answers come in their order."""
        messages = [self.good() for _ in range(self.random.randint(2, 30))]
        await self.sending(wire, b"".join(message for message, _, _ in messages), self.take_all(wire, messages))

    async def sending(self, wire, message, taking, pause=0):
        """Takes what comes while it sends: all at once, or a few bytes after each pause."""
        task = asyncio.create_task(wire.send(message) if pause == 0 else self.dribble(wire, message, pause))
        try:
            await taking
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def dribble(self, wire, message, pause):
        place = 0
        for _ in range(100):
            size = self.random.choice([1, 1, 3, 20])
            await wire.send(message[place:place + size])
            place += size
            if place >= len(message):
                return
            await asyncio.sleep(pause)
        await wire.send(message[place:])

    async def take_all(self, wire, messages):
        waiting = [ident for _, ident, _ in messages]
        try:
            for _, ident, method in messages:
                waiting.remove(ident)
                answer = await self.take(wire, ident, method)
                if answer.closes:
                    break
        finally:
            for ident in waiting:
                self.crew.answered(ident, 0)

    async def trickle(self, wire):
        """A few bytes now and then; slower than request_head allows at times."""
        message, ident, method = self.good(whats=("ok", "early"))
        await self.sending(wire, message, self.take(wire, ident, method), self.random.choice([0.001, 0.02, 0.2]))

    async def half_close(self, wire):
        """Says at once that no more comes, and still gets its answer."""
        message, ident, method = self.good(whats=("ok", "chunked", "close", "delay"))
        await wire.send(message)
        wire.finish()
        await self.take(wire, ident, method)
        await wire.until_end()

    async def reset(self, wire):
        """Breaks off anywhere: in its request, or in the answer."""
        message, ident, _ = self.good()
        if self.random.random() < 0.5:
            await wire.send(message[:self.random.randrange(len(message))])
        else:
            await wire.send(message)
            wanted = self.random.choice([1, 100, 5000, 150_000])
            while len(wire.buffer) < wanted and await wire.more(self.random.choice([1, 100, 65536])):
                pass
        await asyncio.sleep(self.random.choice([0, 0, 0.01, 0.2]))
        if self.random.random() < 0.6:
            wire.reset()
        self.crew.answered(ident, 0)

    async def vanish(self, wire):
        """Stops in its request, keeps the connection and says no more: the gateway's time runs out."""
        message, ident, _ = self.good()
        cut = self.random.randrange(1, min(len(message), 400))
        await wire.send(message[:cut])
        self.crew.answered(ident, 0)
        await wire.until_end()

    async def slow_reader(self, wire):
        message, ident, method = self.good(size=400_000, whats=("ok", "chunked", "close"))
        await wire.send(message)
        for _ in range(self.random.randint(5, 40)):
            await wire.more(3000)
            await asyncio.sleep(0.1)
        await self.take(wire, ident, method)

    async def dead_reader(self, wire):
        """Takes nothing of a large answer: `timeouts.send` ends it."""
        message, ident, _ = self.good(size=3_000_000, whats=("ok",), routes=("null",))
        await wire.send(message)
        self.crew.answered(ident, 0)
        await asyncio.sleep(self.crew.send_timeout + 3)
        await wire.until_end()

    async def hostile(self, wire):
        await self.bad(wire, self.random.choice(HOSTILE), self.random.random() < 0.3)

    async def mutated(self, wire):
        # Without HEAD: how many of the answers are to it nobody could tell.
        message, ident, _ = self.good(size=10, methods=("GET", "POST"), whats=("ok",))
        # Not to be counted, and not taken for another's once its id is changed too.
        message = message[:2000].replace(ident.encode(), b"none").replace(b"X-Sum", b"X-Not")
        self.crew.answered(ident, 0)
        for _ in range(self.random.randint(1, 4)):
            place = self.random.randrange(len(message))
            message = message[:place] + self.random.choice([b"", b"\r", b"\n", b"\0", b" ", b":", b"\xff", b"0", b"\r\n"]) + message[place + self.random.randint(0, 2):]
        await self.bad(wire, message, True)

    async def bad(self, wire, message, finish):
        """Sends what may be no request; all that comes back must be answers, and then the end."""
        await wire.send(message)
        if finish:
            wire.finish()
        while True:
            answer = await wire.answer()
            if answer.closes:
                break
            if not finish:
                wire.finish()
                finish = True
        await wire.until_end()

    async def early(self, wire):
        """Sends on while the answer is there already."""
        ident, body = self.crew.new_id(), self.random.randbytes(self.random.choice([10, 5000, 500_000]))
        route = self.random.choice(["/null/show", "/app/show", "/small"])
        message = request("POST", f"{route}?id={ident}&do=early", body=body)
        await self.sending(wire, message, self.take(wire, ident, "POST"))
        if self.random.random() < 0.3:
            wire.reset()

    async def forged(self, wire):
        """Fields that belong to the gateway."""
        ident = self.crew.new_id()
        fields = self.random.sample(FORGED, self.random.randint(1, 3))
        route = self.random.choice(["null", "one", "app"])
        await wire.send(request("GET", f"/{route}/show?id={ident}&do=ok&size=0", *fields))
        answer = await self.take(wire, ident, "GET")
        if b"forged" in answer.body:
            self.crew.finding(f"{ident}: a service saw what the client forged: {answer.body[:200]!r}")

    async def idle(self, wire):
        """Says nothing until the gateway closes."""
        await wire.until_end()

    async def expects(self, wire):
        """Waits for 100 before its body, or does not."""
        ident, body = self.crew.new_id(), self.random.randbytes(3000)
        head = request("POST", f"/null/show?id={ident}&do=ok&size=0", "Expect: 100-continue", f"X-Sum: {zlib.crc32(body)}", f"Content-Length: {len(body)}")
        await wire.send(head)
        if self.random.random() < 0.5:
            await asyncio.sleep(0.05)
        await wire.send(body)
        await self.take(wire, ident, "POST")

    async def http10(self, wire):
        ident = self.crew.new_id()
        await wire.send(f"GET /null/show?id={ident}&do=chunked&size=3000 HTTP/1.0\r\nHost: test\r\n\r\n".encode())
        answer = await self.take(wire, ident, "GET")
        if not answer.closes:
            self.crew.finding(f"{ident}: an HTTP/1.0 connection is said to stay open")
        await wire.until_end()
