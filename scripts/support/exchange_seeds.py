#!/usr/bin/python3
"""Writes the hand-made plays of Fuzz/corpus/Exchange (Fuzz/Sources/ExchangeFuzz/ExchangeFuzz.swift says how to read one), and one
for each request of Tests/Replay: scripts/support/exchange_seeds.py."""
import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.path.join(ROOT, "Fuzz", "corpus", "Exchange")


def say(letter, text):
    """As many steps as the bytes need: one holds 255."""
    data = text.replace("\n", "\r\n").encode("latin-1") if isinstance(text, str) else text
    return b"".join(letter + bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255))


def C(text):
    return say(b"C", text)


def U(text):
    return say(b"U", text)


def T(pause):
    return b"T" + bytes([[1, 10, 1000, 3000, 11_000, 31_000, 61_000, 76_000].index(pause)])


def get(path="/", *fields):
    return C("\n".join([f"GET {path} HTTP/1.1", "Host: a", *fields]) + "\n\n")


def post(path, body, *fields):
    return C("\n".join([f"POST {path} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *fields]) + "\n\n" + body)


def ok(body="ok", *fields):
    return U("\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *fields]) + "\n\n" + body)


CHUNKED = "Transfer-Encoding: chunked"
PAGE = ["Sec-Fetch-Mode: navigate", "Accept: text/html"]
PLAYS = {
    "get": get() + ok(),
    "two-on-one": get() + ok() + get("/c/x") + ok(),
    "pipelined": get("/1") + get("/2") + get("/3") + ok("1") + ok("22") + ok("333"),
    "head": C("HEAD / HTTP/1.1\nHost: a\n\n") + U("HTTP/1.1 200 OK\nContent-Length: 5\n\n"),
    "http10": C("GET / HTTP/1.0\n\n") + U(f"HTTP/1.1 200 OK\n{CHUNKED}\n\n3\nabc\n0\n\n"),
    "post": post("/c/p", "hello") + ok(),
    "post-chunked": C(f"POST / HTTP/1.1\nHost: a\n{CHUNKED}\nTrailer: X-T\n\n5;a=b\nhello\n") + C("0\nX-T: 1\nX-Session: {}\n\n") + ok(),
    "answer-chunked": get("/", "TE: trailers") + U(f"HTTP/1.1 200 OK\n{CHUNKED}\n\n3\nabc\n") + U("10\n0123456789abcdef\n0\nX-Sum: 1\n\n"),
    "until-close": get() + U("HTTP/1.1 200 OK\n\nall") + U(" there is") + b"u",
    "until-close-10": C("GET / HTTP/1.0\n\n") + U("HTTP/1.0 200 OK\n\nall") + b"u",
    "cut": get() + U("HTTP/1.1 200 OK\nContent-Length: 100\n\nhalf") + b"u",
    "cut-chunked": get() + U(f"HTTP/1.1 200 OK\n{CHUNKED}\n\n10\nhalf") + b"u",
    "junk": get("/c/") + U("SSH-2.0-x\n\n"),
    "two-lengths": get() + U("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3\n\nabc"),
    "extra": get() + ok("ok") + U("HTTP/1.1 200 OK\nContent-Length: 0\n\n") + get("/2"),
    "hints": get() + U("HTTP/1.1 103 Early Hints\nLink: </a>\nX-Session-Set: {}\n\n") + U("HTTP/1.1 100 Continue\n\n") + ok(),
    "expect": C("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 2\n\n") + U("HTTP/1.1 100 Continue\n\n") + C("ok") + ok(),
    "expect-final": C("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 2\n\n") + ok() + C("ok"),
    "expect-pooled": get() + ok() + C("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 2\n\n") + U("HTTP/1.1 100 Continue\n\n") + C("ok") + ok(),
    "early": C("POST / HTTP/1.1\nHost: a\nContent-Length: 2000\n\nx") + U("HTTP/1.1 413 No\nContent-Length: 0\n\n") + b"B\x02" + get("/2") + ok(),
    "early-long": C("POST / HTTP/1.1\nHost: a\nContent-Length: 2000000\n\nx") + U("HTTP/1.1 413 No\nContent-Length: 0\nConnection: close\n\n") + b"B\xff" * 3,
    "resent": get() + ok() + C("PUT /2 HTTP/1.1\nHost: a\nContent-Length: 5\n\n") + b"u" + C("hello") + ok(),
    "resent-late": get() + ok() + C("PUT /2 HTTP/1.1\nHost: a\nContent-Length: 5\n\nhe") + b"u" + C("llo") + b"u",
    "resent-at-once": get() + ok() + C("PUT /2 HTTP/1.1\nHost: a\nContent-Length: 5\n\n") + C("hello") + b"+u" + ok(),
    "resent-to-second": get("/s/") + ok() + get("/s/2") + b"+u" + ok(),
    "closed-at-once": get() + ok() + b"+u+" + get("/2") + ok(),
    "gone-at-once": get() + ok() + b"+c" + b"N" + get() + ok() + b"+h",
    "everything-at-once": get() + b"+" + get("/2") + b"+h" + ok() + b"+" + ok() + b"+u",
    "post-lost": get() + ok() + post("/2", "ab") + b"u",
    "second-server": get("/s/1") + ok() + get("/s/2") + ok(),
    "dead": get("/d/1") + get("/d/2"),
    "own": get("/r") + get("/m/x") + get("/r"),
    "max-body": post("/s/", "x" * 200) + get("/s/"),
    "max-body-chunked": C(f"POST /s/ HTTP/1.1\nHost: a\n{CHUNKED}\n\n") + C("60\n" + "x" * 96 + "\n") * 2 + C("0\n\n"),
    "session": get("/c/") + ok("ok", 'X-Session-Set: {"user":1}') + C("GET /c/2 HTTP/1.1\nHost: a\n") + b"J" + C("\n") + ok("ok", "X-Session-Clear: 1"),
    "kept": get("/k/") + ok("ok", 'X-Session-Set: {"user":1}') + C("GET /k/2 HTTP/1.1\nHost: a\n") + b"J" + C("\n") + ok("ok", "X-Session-Renew: 1")
    + C("GET /k/3 HTTP/1.1\nHost: a\n") + b"J" + C("\n") + ok("ok", "X-Session-Clear: 1"),
    "chunks": get("/c/") + ok("ok", 'X-Session-Set: {"a":"' + "v" * 5000 + '"}') + C("GET /c/2 HTTP/1.1\nHost: a\n") + b"J" + C("\n") + ok(),
    "tunnel-half-closed": get("/", "Connection: Upgrade", "Upgrade: x") + U("HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\n\nhi") + b"v" + C("you"),
    "tunnel-closed": get("/c/", "Connection: Upgrade", "Upgrade: x") + U("HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\nX-Session-Set: {\"a\":1}\n\n") + C("you") + b"+u",
    "tunnel-left": get("/", "Connection: Upgrade", "Upgrade: x") + C("early") + U("HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\n\nhi") + b"h" + U("more") + b"c",
    "tunnel-slow": get("/", "Connection: Upgrade", "Upgrade: x") + U("HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\n\n") + b"p" + b"V\xff" * 3 + b"q" + b"B\xff" * 3 + b"vp",
    "flash": get("/c/") + U('HTTP/1.1 303 See\nContent-Length: 0\nX-Flash-Add: {"info":"x"}\n\n')
    + C("GET /c/2 HTTP/1.1\nHost: a\n" + "\n".join(PAGE) + "\n") + b"J" + C("\n") + ok("ok", "X-Flash-Keep: 1"),
    "bad-change": get("/c/") + ok("ok", "X-Session-Set: {x"),
    "forged": get("/c/", 'X-Session: {"a":1}', "x_flash: 1", "X-Session-Id: 1", "Cookie: sid=AQ; a=b"),
    "nominated": get("/c/", "Connection: X-Session, X-Session-Policy, Via, X-A", "X-A: 1") + ok("ok", "Connection: X-B", "X-B: 1"),
    "cross-site": post("/c/", "x", "Sec-Fetch-Site: cross-site"),
    "slow-head": C("GET / HTTP/1.1\nHo") + T(3000) + C("st: a\n") + T(11_000),
    "slow-body": C("POST / HTTP/1.1\nHost: a\nContent-Length: 5\n\nhe") + T(11_000) + C("l") + T(31_000),
    "first-byte": get() + T(61_000),
    "idle-answer": get() + U("HTTP/1.1 200 OK\nContent-Length: 9\n\nabc") + T(61_000),
    "keep-alive-over": get() + ok() + T(31_000) + get("/2") + ok() + T(76_000),
    "slow-reader": get() + b"p" + U("HTTP/1.1 200 OK\nContent-Length: 510000\n\n") + b"V\xff" + T(11_000) + b"p" + b"V\xff",
    "dead-reader": get() + b"p" + U("HTTP/1.1 200 OK\nContent-Length: 510000\n\n") + b"V\xff" * 2 + T(31_000),
    "slow-service": C("POST / HTTP/1.1\nHost: a\nContent-Length: 510000\n\n") + b"q" + b"B\xff" + T(11_000) + b"B\xff" + b"q" + ok(),
    "dead-service": C("POST / HTTP/1.1\nHost: a\nContent-Length: 510000\n\n") + b"q" + b"B\xff" * 2 + T(61_000),
    "half-closed": get() + b"h" + ok(),
    "client-gone": get() + b"c" + ok(),
    "client-gone-in-body": C("POST / HTTP/1.1\nHost: a\nContent-Length: 5\n\nhe") + b"c",
    "client-gone-in-answer": get() + U("HTTP/1.1 200 OK\nContent-Length: 9\n\nabc") + b"c" + U("def"),
    "service-half-closed": get() + ok() + b"v" + get("/2") + ok(),
    "two-clients": get("/1") + b"N" + get("/2") + ok("2") + b"o\x00" + ok("1") + b"n\x00" + get("/3") + ok("3"),
    "drained": get("/1") + b"ND" + ok("1") + T(31_000),
    "drained-head": C("GET / HTTP/1.1\nHo") + b"D" + C("st: a\n\n") + ok(),
    "upgrade": get("/", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13") + U("HTTP/1.1 101 Switching\nUpgrade: websocket\nConnection: upgrade\n\nhi") + C("you"),
    "upgrade-unasked": get() + U("HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\n\n"),
    "edits": get("/n/x?y") + ok("ok", "X-A: 1", "X-B: 2", "Set-Cookie: sid=1", "Set-Cookie: other=1", "Cache-Control: public"),
    "none": get("/c/") + U("HTTP/1.1 204 No\nX-Session-Set: {}\n\n") + get("/c/") + U("HTTP/1.1 304 No\nContent-Length: 5\n\n"),
    "options": C("OPTIONS * HTTP/1.1\nHost: a\nMax-Forwards: 1\n\n") + ok() + C("OPTIONS http://a HTTP/1.1\nHost: a\nMax-Forwards: 0\n\n"),
}


def replayed():
    """The requests of Tests/Replay, whose README says how they are written, each before a service that answers."""
    escapes = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}

    def unescaped(match):
        if match[1]:
            return bytes([int(match[1], 16)])
        return match[3].encode() * min(int(match[2]), 300) if match[2] else escapes[match[4]]

    for path in sorted(glob.glob(os.path.join(ROOT, "Tests", "Replay", "*.txt"))):
        with open(path, encoding="utf-8") as file:
            paragraphs = re.split(r"\n\n+", file.read().strip())
        for number, paragraph in enumerate(paragraphs):
            text = "".join(line for line in paragraph.split("\n")[1:] if not re.match(r"[>+-] ", line))
            parts = re.split(r"(\\x[0-9a-fA-F]{2}|\\\{\d+:.+?\}|\\.)", text)
            data = b"".join(
                unescaped(re.fullmatch(r"\\x(..)|\\\{(\d+):(.+?)\}|\\(.)", part)) if index % 2 else part.encode("latin-1")
                for index, part in enumerate(parts))
            yield f"replay-{os.path.basename(path)[:-4]}-{number}", C(data) + ok()


def main():
    os.makedirs(CORPUS, exist_ok=True)
    plays = PLAYS | dict(replayed())
    for name, play in plays.items():
        with open(os.path.join(CORPUS, name), "wb") as file:
            file.write(play)
    print(f"{len(plays)} plays")


if __name__ == "__main__":
    main()
