"""A client with raw sockets: sends any bytes, reads answers by their framing."""
import socket


class Answer:
    """One response: status, fields as (lower-case name, value), body; `closes` says that the connection is over."""

    def __init__(self, status, fields, body, closes):
        self.status, self.fields, self.body, self.closes = status, fields, body, closes

    def cookies(self):
        return [value.split(";")[0] for name, value in self.fields if name == "set-cookie"]


class Client:
    """A connection to the gateway."""

    def __init__(self, port, host="127.0.0.1", source=None, timeout=60):
        self.socket = socket.create_connection((host, port), timeout, source_address=source)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, method="GET"):
        """The next final answer; interim ones are read over."""
        while True:
            line = self.stream.readline(65536)
            if not line:
                raise ConnectionError("closed before an answer")
            status = int(line.split(b" ", 2)[1])
            fields = []
            while (field := self.stream.readline(65536)) != b"\r\n":
                if not field:
                    raise ConnectionError("closed in a head")
                name, _, value = field.decode("latin-1").rstrip("\r\n").partition(":")
                fields.append((name.lower(), value.strip()))
            if status >= 200 or status == 101:
                break
        names = dict(fields)
        closes = names.get("connection", "").lower() == "close" or line.startswith(b"HTTP/1.0")
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif "chunked" in names.get("transfer-encoding", ""):
            body = self.chunks()
        elif "content-length" in names:
            body = self.stream.read(int(names["content-length"]))
            if len(body) < int(names["content-length"]):
                raise ConnectionError("closed in a body")
        else:
            body, closes = self.stream.read(), True
        return Answer(status, fields, body, closes)

    def chunks(self):
        body = b""
        while True:
            line = self.stream.readline(1024)
            if not line:
                raise ConnectionError("closed in a chunked body")
            size = int(line.split(b";")[0], 16)
            if size == 0:
                while self.stream.readline(65536) not in (b"\r\n", b""):
                    pass
                return body
            body += self.stream.read(size)
            self.stream.readline(16)

    def close(self):
        self.stream.close()
        self.socket.close()


def request(method, target, *fields, body=None):
    """A request's bytes; a body is sent with its length."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")
