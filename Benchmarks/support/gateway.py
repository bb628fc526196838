"""The program under load: started with a route file of its own, one worker, and stopped by SIGTERM."""
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"


def free_port():
    """A port below those the kernel gives to who dials out.

    Of those any may be taken a moment later, and for a minute after a connection from it has ended: a load before this one
    leaves tens of thousands.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
                return port
            except OSError:
                pass


def route_file(port, origin, dead, timeouts=""):
    """Null under /null and /dead, a cookie session for the rest."""
    return f"""listen: [{{ address: "0.0.0.0:{port}" }}]
workers: 1
access_log: off
{timeouts}
sessions:
  browser: {{ name: session, secret: "{SECRET}", renew_on: [user_id], expose: {{ X-User-Id: user_id }} }}
upstreams:
  app: {{ servers: ["http://127.0.0.1:{origin}"] }}
  dead: {{ servers: ["http://127.0.0.1:{dead}"] }}
routes:
  - {{ path: /null/*, upstream: app, session: null, strip_prefix: /null }}
  - {{ path: /dead/*, upstream: dead }}
  - {{ path: /healthz, respond: {{ status: 200, body: "ok" }} }}
  - {{ path: /moved/*, redirect: {{ to: "/page", status: 308 }} }}
  - {{ path: /small-body, upstream: app, max_body: 16B }}
  - {{ path: /*, upstream: app, session: browser }}
"""


def raise_descriptor_limit(wanted):
    """The number of descriptors this process and its children may have, raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
        except (ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Gateway:
    """A running gateway: `port`, `pid`, and after its end `status` and `errors`, what it wrote to standard error."""

    def __init__(self, binary, origin_port, environment=None, wait=60, timeouts="", valgrind=False):
        self.binary = os.path.abspath(binary)
        self.environment = environment or {}
        self.origin_port = origin_port
        self.wait = wait
        self.timeouts = timeouts
        # Exit code 99 for anything lost; what is reachable at the end is no leak.
        self.command = ["valgrind", "--quiet", "--leak-check=full", "--error-exitcode=99"] if valgrind else []

    def __enter__(self):
        # A time limit ends a script with SIGTERM: then too the gateway is stopped.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.folder = tempfile.TemporaryDirectory(prefix="gateway-load-")
        # Bound and not listening: whoever dials it is refused, and nobody else can have it.
        self.dead = socket.socket()
        self.dead.bind(("127.0.0.1", 0))
        # A free port may be taken before the gateway binds it.
        for _ in range(5):
            if self.start():
                return self
        self.__exit__()
        raise SystemExit(f"the gateway does not serve:\n{self.errors}")

    def start(self):
        self.port = free_port()
        path = os.path.join(self.folder.name, "gateway.conf")
        with open(path, "w") as file:
            file.write(route_file(self.port, self.origin_port, self.dead.getsockname()[1], self.timeouts))
        self.log = open(os.path.join(self.folder.name, "errors"), "w+b")
        self.process = subprocess.Popen(
            [*self.command, self.binary, "run", "--config", path], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.log, env={**os.environ, **self.environment})
        self.pid = self.process.pid
        until = time.monotonic() + self.wait
        while self.process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.05)
        self.stop()
        return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.wait)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.status = self.process.returncode
        self.log.seek(0)
        self.errors = self.log.read().decode("utf-8", "replace")
        self.log.close()

    def __exit__(self, *_):
        if not self.log.closed:
            self.stop()
        self.dead.close()
        self.folder.cleanup()

    def resident(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Rss:"))
