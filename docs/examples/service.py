# A service that signs people in and out behind the gateway. Python's standard library alone.
#   PORT=3000 python3 service.py
import html
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        session = json.loads(self.headers.get("X-Session", "{}"))
        flash = json.loads(self.headers.get("X-Flash", "{}"))
        messages = "".join(f"<p>{html.escape(text)}</p>" for texts in flash.values() for text in texts)
        page = f"{messages}<h1>Hello, {html.escape(session.get('name', 'stranger'))}</h1>\n"
        self.answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if self.path == "/sign-in":
            name = form.get("name", [""])[0]
            self.answer(303, b"", {
                "Location": "/",
                "X-Session-Set": json.dumps({"user_id": 42, "name": name}),
                "X-Session-Renew": "1",
                "X-Flash-Add": json.dumps({"success": f"Welcome, {name}."}),
            })
        else:
            self.answer(303, b"", {
                "Location": "/",
                "X-Session-Clear": "1",
                "X-Flash-Add": json.dumps({"success": "Bye."}),
            })

    def answer(self, status, body, fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 3000))), Service).serve_forever()
