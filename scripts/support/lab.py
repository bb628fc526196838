"""What scripts/differential and scripts/matrix share: programs on loopback ports, stopped by their own process id."""
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# No wait is longer; a machine under load may need all of it to start a program.
PATIENCE = 20.0


def free_port():
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A program that serves on a loopback port, from `with` to its end."""

    def __init__(self, command, port, directory, log="program.log"):
        self.command, self.port, self.directory = command, port, directory
        self.log = os.path.join(directory, log)

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    raise SystemExit(f"{self.command[0]} did not start:\n{self.output()}")
                time.sleep(0.02)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def output(self):
        with open(self.log, errors="replace") as log:
            return log.read()[-3000:]


def gateway(binary, origin_port, directory, access_log="off"):
    """The gateway with one Null route to the origin; a line of its access log is one of its output's."""
    port = free_port()
    route_file = os.path.join(directory, "gateway.conf")
    with open(route_file, "w") as file:
        file.write(
            f'listen: [{{ address: "127.0.0.1:{port}" }}]\nworkers: 1\naccess_log: {access_log}\ntimeouts: {{ drain: 1s }}\n'
            f'upstreams: {{ app: {{ servers: ["http://127.0.0.1:{origin_port}"] }} }}\nroutes: [{{ path: /*, upstream: app }}]\n'
        )
    return Program([os.path.abspath(binary), "run", "--config", route_file], port, directory, "gateway.log")


class Origin:
    """A listener whose connections each run `script(socket)` in a thread of its own."""

    def __init__(self, script):
        self.script = script
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            try:
                self.script(connection)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Wakes the accepting thread too.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def ask(port, data, finish=False, patience=PATIENCE, source="127.0.0.1"):
    """Sends the bytes and returns all that comes until the end of the connection, and whether the end came in time."""
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), patience, source_address=(source, 0)) as client:
        client.settimeout(patience)
        try:
            client.sendall(data)
            if finish:
                client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed early; what it said may still be read
        try:
            while part := client.recv(65536):
                received += part
        except TimeoutError:
            return bytes(received), False
        except OSError:
            pass
    return bytes(received), True


def temporary_directory():
    return tempfile.TemporaryDirectory(prefix="gateway-lab-")
