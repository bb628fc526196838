"""A service behind the gateway: answers by path, well-behaved or not, on keep-alive connections, a thread each."""
import multiprocessing
import socket
import threading

SMALL = b'{"ok":true,"message":"hello from the upstream service, a small JSON body of about one hundred bytes.."}'


def answer(status, body=b"", *fields):
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body)] + [f.encode() for f in fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


# path -> bytes sent; None closes the connection instead. After the answers of CLOSING it is closed.
ANSWERS = {
    "/small": answer("200 OK", SMALL, "Content-Type: application/json", "Server: origin", "Date: Sun, 22 Nov 2026 20:00:00 GMT"),
    "/64k": answer("200 OK", b"x" * 65536, "Content-Type: text/plain"),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n",
    "/login": answer("303 See Other", b"", "Location: /page", 'X-Session-Set: {"user_id":42,"name":"Ada Lovelace"}',
                     "X-Session-Renew: 1", 'X-Flash-Add: {"success":"Welcome."}'),
    "/change": answer("200 OK", b"ok", 'X-Session-Set: {"cart":[1,2,3],"name":"Ada"}', "X-Session-Delete: theme"),
    "/once": answer("200 OK", b"ok", 'X-Session-Set-Once: {"token":"abc"}'),
    "/flash": answer("303 See Other", b"", "Location: /page", 'X-Flash-Add: {"info":["one","two"]}'),
    "/page": answer("200 OK", b"<html></html>", "Content-Type: text/html", "Cache-Control: public, max-age=60"),
    "/logout": answer("303 See Other", b"", "Location: /", "X-Session-Clear: 1"),
    "/bad-change": answer("200 OK", b"ok", "X-Session-Set: {not json"),
    "/large-change": answer("200 OK", b"ok", 'X-Session-Set: {"a":"' + "v" * 5000 + '"}'),
    "/boom": answer("500 Internal Server Error", b"boom", 'X-Session-Set: {"lost":true}'),
    "/hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + answer("200 OK", b"ok"),
    "/none": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/junk": b"SSH-2.0-nonsense\r\n\r\n",
    "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "/until-close": b"HTTP/1.1 200 OK\r\n\r\nall there is",
    "/close": None,
}
CLOSING = {"/junk", "/two-lengths", "/cut", "/until-close"}


def read_head(stream):
    """The request line and the framing of a request, None at the end of the connection."""
    line = stream.readline(65536)
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    length, chunked = 0, False
    while True:
        field = stream.readline(65536)
        if field in (b"\r\n", b""):
            break
        name, _, value = field.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"transfer-encoding":
            chunked = True
    return method, target.split("?")[0], length, chunked


def read_body(stream, length, chunked):
    if not chunked:
        return stream.read(length)
    body = b""
    while size := int(stream.readline(1024), 16):
        body += stream.read(size)
        stream.readline(16)
    while stream.readline(65536) not in (b"\r\n", b""):
        pass
    return body


def serve_connection(connection):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            while head := read_head(stream):
                method, path, length, chunked = head
                body = read_body(stream, length, chunked)
                if path == "/echo":
                    reply = answer("200 OK", body)
                else:
                    reply = ANSWERS.get(path, answer("404 Not Found", b"no such page"))
                if reply is None:
                    return
                if method == "HEAD":
                    reply = reply[:reply.index(b"\r\n\r\n") + 4]
                connection.sendall(reply)
                if path in CLOSING:
                    return
    except (OSError, ValueError):
        pass


def serve(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(connection,), daemon=True).start()


class Origin:
    """The service in a process of its own, on a free port."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]
        self.process = multiprocessing.get_context("fork").Process(target=serve, args=(self.listener,), daemon=True)
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.join()
        self.listener.close()
