"""A process of the fault program's clients: browsers and vandals in turn, at a bounded rate, until they are told to stop."""
import asyncio
import collections
import os
import random
import signal
import time
import traceback

from fault_browser import Browser
from fault_vandal import Vandal
from fault_wire import Wire


class Crew:
    """What its clients share; `place` is the process's number, the first half of every id."""

    def __init__(self, place, settings, up, pipe):
        self.place, self.settings, self.up, self.pipe = place, settings, up, pipe
        self.random = random.Random(settings["seed"] * 1000 + place)
        self.number, self.slow = 0, []
        self.keep_alive, self.send_timeout = settings["keep_alive"], settings["send"]
        self.done = []
        self.counts, self.findings = collections.Counter(), []
        self.next_turn = {}
        self.stopped = False

    now = staticmethod(time.monotonic)

    def new_id(self):
        self.number += 1
        return f"{self.place}-{self.number}"

    def address(self):
        return self.random.choices(self.settings["addresses"], [4, 1])[0]

    def answered(self, ident, status):
        """The whole answer came, with this status; 0: it did not, or nobody waited for it."""
        self.done.append((int(ident.split("-")[1]), status))

    def count(self, what, status, is_broken):
        self.counts[f"{what} {status or ''}{' broken' if is_broken else ''}".strip()] += 1

    def finding(self, text):
        self.findings.append(text)

    def was_calm(self, route, started):
        """Whether no origin behind this route was killed, or still on its way up, since half a second before."""
        return all(self.up[place] < started - 0.5 for place in self.settings["routes"][route])

    async def turn(self, kind, rate):
        """Waits for its place in the row: no more than `rate` steps a second."""
        now = time.monotonic()
        place = max(now, self.next_turn.get(kind, now))
        self.next_turn[kind] = place + self.random.expovariate(rate)
        await asyncio.sleep(place - now)

    async def keep_going(self, actor, kind, rate):
        while True:
            await self.turn(kind, rate)
            if self.stopped:
                break
            try:
                await actor.step()
            except Exception:
                # A mistake of this program, or an answer it did not expect: either has to be looked at.
                self.finding(f"{kind}: {traceback.format_exc()}")
        if isinstance(actor, Browser):
            actor.drop()

    async def report(self):
        while True:
            await asyncio.sleep(0.5)
            self.flush()

    def flush(self, last=False):
        done, self.done = self.done, []
        findings, self.findings = self.findings, []
        self.pipe.send((done, findings, (self.counts, self.slow, Wire.opened) if last else None))

    async def run(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.stop)
        reporting = asyncio.create_task(self.report())
        rate, tasks = self.settings["rate"], []
        for number in range(self.settings["clients"]):
            seed = self.random.random()
            tasks.append(self.keep_going(Browser(self, seed), "browser", rate * 0.7))
            tasks.append(self.keep_going(Vandal(self, seed), "vandal", rate * 0.3))
        await asyncio.gather(*tasks)
        reporting.cancel()
        self.flush(last=True)
        self.pipe.close()

    def stop(self):
        self.stopped = True


def run(place, settings, up, pipe):
    """The process's body; SIGTERM lets every client finish what it is at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(2)
    asyncio.run(Crew(place, settings, up, pipe).run())
