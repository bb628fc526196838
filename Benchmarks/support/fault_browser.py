"""A well-behaved browser for the fault program: one request after the other, a cookie jar, and a model of its session.

The model is told nothing by the cookies: it follows from which answers came. A service's final answer below 500 applies
exactly what it asked for, once; anything else (the gateway's own answer, a 5xx, an end before the head) applies nothing. What
the next service sees must be the model, to the letter. With a store that is not the cookie, an end before the head leaves
open whether the change was applied, until the next answer says so.
"""
import json
import random
import zlib

from fault_origin import padding
from fault_wire import Broken, Hangs, Illegal, Wire, in_chunks, request

NAVIGATE = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin", "Accept: text/html"]
# What an origin does to its answer, how often, and what may become of the request while no origin was disturbed: statuses, and
# whether the answer may be broken off.
WHATS = {
    "ok": (40, {200, 303}, False), "chunked": (10, {200, 303}, False), "close": (5, {200, 303}, False),
    "interim": (4, {200, 303}, False), "delay": (5, {200, 303}, False), "trickle": (4, {200, 303}, False),
    "half-close": (3, {200, 303}, False), "extra": (3, {200, 303}, False), "idle-close": (6, {200, 303}, False),
    "none": (3, {204, 304}, False), "5xx": (4, {503}, False), "bad-change": (2, {200, 303, 500}, False),
    "reset": (4, {200, 303, 502}, True), "cut": (4, {200, 303, 502}, True), "garbage": (3, {502, 504}, False),
    "bad-framing": (3, {200, 303, 502}, True), "stall": (0.3, {502, 504}, True),
}
SIZES = [0, 0, 0, 100, 5000, 70_000, 300_000]


class Model:
    """What the session must be."""

    def __init__(self):
        self.values, self.token, self.flash = {}, None, []

    def session(self):
        return self.values | ({"token": self.token} if self.token else {})

    def apply(self, action, ident, status, is_page):
        """A service's final answer below 500 came."""
        self.token = None
        # A page uses up what it showed; a redirect keeps it.
        if is_page and not 300 <= status < 400 and action != "keep":
            self.flash = []
        if action == "count":
            self.values["count"] = self.values.get("count", 0) + 1
            self.values["last"] = ident
        elif action == "login":
            self.values["user"] = ident
            self.flash = self.flash + [ident]
        elif action == "logout":
            self.values = {}
        elif action == "flash":
            self.flash = self.flash + [ident]
        elif action == "once":
            self.token = ident
        elif action == "forget":
            self.values = {key: value for key, value in self.values.items() if key not in ("count", "last")}


class Browser:
    """`crew` is the client process: ids, findings, what was answered."""

    def __init__(self, crew, seed):
        self.crew, self.random, self.model, self.jar = crew, random.Random(seed), Model(), {}
        self.wire, self.used = None, 0.0
        # What was asked on the connection last, for findings.
        self.before = "the first on its connection"

    async def step(self):
        """One request and its answer."""
        choose = self.random
        route = choose.choices(["app", "tls", "null", "one"], [60, 8, 20, 12])[0]
        has_session = route in ("app", "tls")
        action = self.action() if has_session else "show"
        what = choose.choices(list(WHATS), [weight for weight, _, _ in WHATS.values()])[0]
        size = choose.choice(SIZES)
        method = "POST" if action in ("count", "login", "logout", "once", "forget") else choose.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT"])
        if action in ("flash", "page", "keep"):
            method = "GET"
        is_page = action in ("page", "keep", "login") or action == "flash" and choose.random() < 0.5
        ident = self.crew.new_id()
        fields = [*(NAVIGATE if is_page else [])]
        if has_session and self.jar:
            fields.append("Cookie: theme=dark; " + "; ".join(f"{name}={value}" for name, value in self.jar.items()))
        target = f"/{route}/{action}?id={ident}&do={what}&size={size}"
        message = self.message(method, target, fields)
        try:
            status = await self.ask(route, action, what, size, method, is_page, ident, message)
        except Hangs as hangs:
            self.crew.finding(f"{ident}: neither answered nor closed, {hangs} ({method} {target})")
            status = 0
            self.drop()
        except Illegal as illegal:
            self.crew.finding(f"{ident}: illegal answer: {illegal} ({method} {target})")
            status = 0
            self.drop()
        self.crew.answered(ident, status)

    def action(self):
        if len(self.model.flash) > 4:
            return "page"
        return self.random.choices(["count", "show", "page", "flash", "keep", "once", "login", "logout", "forget"], [40, 15, 15, 8, 3, 6, 5, 2, 2])[0]

    def message(self, method, target, fields):
        if method in ("GET", "HEAD"):
            return request(method, target, *fields)
        body = self.random.randbytes(self.random.choice([0, 1, 100, 3000, 100_000, 300_000]))
        fields = [*fields, f"X-Sum: {zlib.crc32(body)}"]
        if self.random.random() < 0.3:
            return request(method, target, *fields, "Transfer-Encoding: chunked") + in_chunks(self.random, body)
        return request(method, target, *fields, body=body)

    async def ask(self, route, action, what, size, method, is_page, ident, message):
        started = self.crew.now()
        if self.wire is not None and started - self.used > self.crew.keep_alive - 2:
            self.drop()  # the gateway may be closing it just now
        if self.wire is None:
            self.wire = await Wire.connect(self.crew.address())
            self.before = "the first on its connection"
        wire = self.wire
        await wire.send(message)
        answer, is_broken = None, False
        try:
            answer = await wire.answer(method)
        except Broken as broken:
            answer, is_broken = broken.answer, True
        self.used = self.crew.now()
        calm = self.crew.was_calm(route, started)
        self.take_cookies(answer)
        self.judge(answer, is_broken, calm, route, action, what, size, method, is_page, ident, len(message))
        if is_broken or answer is None or answer.closes:
            self.drop()
        self.before = f"before it {ident}, {len(message)} bytes, {answer.status if answer else None}"
        if answer is None or is_broken:
            return 0
        return answer.status

    def judge(self, answer, is_broken, calm, route, action, what, size, method, is_page, ident, length):
        story = f"{ident}: {method} {route}/{action}, do={what}, size={size}"
        _, statuses, may_break = WHATS[what]
        if answer is None:
            # An answer given while a long body still comes may be lost to the reset that ends it.
            if calm or length < 60_000:
                self.crew.finding(f"{story}: the connection ended without an answer, {length} bytes sent; {self.before}")
            self.crew.count(what, 0, True)
            return
        self.crew.count(what, answer.status, is_broken)
        if answer.origin is not None and answer.origin != ident:
            self.crew.finding(f"{story}: got the answer to {answer.origin}")
            return
        if answer.origin is None and answer.status not in (408, 500, 502, 504):
            self.crew.finding(f"{story}: the gateway answered {answer.status} to a good request")
        # A POST whose kept connection ended under it is not sent again (RFC 9110 section 9.2.2), nor is a long body.
        if method == "POST" or length > 60_000:
            statuses = statuses | {502}
        if answer.origin is None and answer.status in (408, 504) and what != "stall":
            # A machine with other work to do; too many of them are a finding of their own.
            self.crew.slow.append(f"{story}: {answer.status}, {length} bytes sent")
        elif calm and (is_broken and not may_break or answer.status not in statuses):
            self.crew.finding(f"{story}: {answer.status}{' broken off' if is_broken else ''}, though no service was disturbed: {answer.fields}")
        if answer.origin is not None and answer.status < 500:
            # A service that was killed ends its connections as if its answer were over: nobody can tell where that is the framing.
            if calm or what not in ("close", "trickle", "reset"):
                self.see(story, answer, is_broken, route, size, method, is_page, ident)
            if route in ("app", "tls"):
                self.model.apply(action, ident, answer.status, is_page)

    def see(self, story, answer, is_broken, route, size, method, is_page, ident):
        """What the service saw must be the model's session."""
        if is_broken or method == "HEAD" or answer.status in (204, 304):
            return
        line, _, rest = answer.body.partition(b"\n")
        try:
            seen = json.loads(line)
        except ValueError:
            self.crew.finding(f"{story}: {answer.status} with a body that is no service's: {answer.body[:300]!r}, {answer.fields}")
            return
        if seen["id"] != ident or rest != padding(ident, size):
            self.crew.finding(f"{story}: the body is not the one the service sent")
            return
        if route not in ("app", "tls"):
            return
        if seen["session"] != self.model.session():
            self.crew.finding(f"{story}: the service saw the session {seen['session']}, it should be {self.model.session()}")
        flash = {"info": self.model.flash} if is_page and self.model.flash else None
        if seen["flash"] != flash:
            self.crew.finding(f"{story}: the service saw the flash {seen['flash']}, it should be {flash}")

    def take_cookies(self, answer):
        for name, value in answer.fields if answer else []:
            if name != "set-cookie":
                continue
            pair, _, attributes = value.partition(";")
            cookie, _, content = pair.partition("=")
            if content and "max-age=0" not in attributes.lower():
                self.jar[cookie] = content
            else:
                self.jar.pop(cookie, None)

    def drop(self):
        if self.wire is not None:
            self.wire.close()
            self.wire = None
