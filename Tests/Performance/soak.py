"""Keeps 500 sessions of all transports for hours while everything goes wrong that can, and fails on a slope.

    soak.py PATH/OF/sessiontop HOURS [--sessions 500] [--seed 1] [--samples FILE] [--log FILE]

The servers are those of soak_servers.py, in a process of their own. Every few seconds one of these happens: sessions
expire, connections are reset, the servers go away, one floods, the token is renewed, the configuration is reloaded,
a dashboard comes, resizes, goes, or its terminal stalls. Memory, descriptors, threads and processor time are sampled
every five seconds, with what the servers count. The last two minutes nothing happens: everything must be back then.

A slope is one that does not hold 0 within its 95 % interval, over nine blocks after the first quarter (a quarter of
an hour at most), that is more than noise, and that goes on in each third of the run: what is kept for the first
terminal that stalls is a step, a leak goes on. Ends with 0 when there is none, nothing was lost that the servers
kept, and the end left nothing behind.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from terminal import Program

HERE = os.path.dirname(os.path.abspath(__file__))
SHARES = {"session": 0.52, "stateless": 0.12, "sessionless": 0.12, "sse": 0.12, "token": 0.08}
PROCESSES = 20
EVERY = 5.0
# What a slope must exceed, for an hour and over the whole run: bytes of rounding, a connection more or less.
LIMITS = {"memory kB": (64, 1024), "descriptors": (1, 40), "threads": (0.5, 3)}


class Servers:
    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        words = [sys.executable, os.path.join(HERE, "soak_servers.py"), "--port", str(self.port)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.process.stdout.readline()

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Soak:
    def __init__(self, program, sessions, seed):
        self.program, self.random = program, random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="sessiontop-soak-")
        os.environ.update(XDG_RUNTIME_DIR=self.folder, XDG_STATE_HOME=self.folder)
        self.servers = Servers()
        self.counts = {kind: int(sessions * share) for kind, share in SHARES.items()}
        self.token = os.path.join(self.folder, "token")
        self.configuration = os.path.join(self.folder, "sessiontop.yaml")
        self.renew("first")
        self.configure(4000)
        words = [program, "serve", "--name", "soak", "--stdio", "--config", self.configuration]
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.engine = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.dashboards, self.samples, self.happenings = [], [], {}
        self.start = time.monotonic()

    def write(self, path, text):
        with open(path + ".new", "w") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def renew(self, word):
        self.write(self.token, word + "\n")

    def configure(self, interval):
        lines = [f"session: {{pingInterval: {interval}, retryDelay: 500}}", "log: {maxBytes: 1000000, keep: 2}",
                 "limits: {events: 1000}", "mcpServers:"]
        wire = {"sse": "{wire: sse}", "sessionless": "{wire: sessionless}", "token": f"{{auth: {{tokenFile: {self.token}}}}}"}
        for kind, count in self.counts.items():
            settings = f", sessionConfig: {wire[kind]}" if kind in wire else ""
            for number in range(count):
                url = f"http://127.0.0.1:{self.servers.port}/{kind}/{number}"
                lines.append(f"  {kind}-{number}: {{type: streamable-http, url: '{url}'{settings}}}")
        for number in range(PROCESSES):
            words = json.dumps([os.path.join(HERE, "soak_servers.py"), "--stdio"])
            lines.append(f"  process-{number}: {{command: {sys.executable}, args: {words}}}")
        self.write(self.configuration, "\n".join(lines) + "\n")

    # MARK: What happens

    def happen(self):
        acts = [
            ("expire", 3), ("reset", 3), ("down", 1), ("flood", 2), ("renewal", 1), ("reload", 1), ("join", 4), ("leave", 4),
            ("resize", 4), ("stall", 2),
        ]
        name = self.random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        self.happenings[name] = self.happenings.get(name, 0) + 1
        getattr(self, name)()

    def expire(self):
        self.servers.tell("expire", 0.2)

    def reset(self):
        self.servers.tell("reset", 0.3)

    def down(self):
        self.servers.tell("down", 3)

    def flood(self):
        self.servers.tell("flood", 4, 20000)

    def renewal(self):
        word = f"token-{self.happenings['renewal']}"
        self.servers.tell("token", word)
        self.renew(word)

    def reload(self):
        self.configure(self.random.choice([3000, 4000, 5000]))

    def join(self):
        if len(self.dashboards) < 4:
            self.dashboards.append([Program([self.program, "attach", "soak"], self.folder), 0.0])

    def leave(self):
        if self.dashboards:
            self.end_dashboard(self.dashboards.pop(0)[0])

    def end_dashboard(self, dashboard):
        took, _ = dashboard.end(lambda: dashboard.press(b"Q"))
        if took > 5000:
            raise SystemExit(f"soak: a dashboard took {took:.0f} ms to go")

    def resize(self):
        for dashboard, _ in self.dashboards:
            for _ in range(10):
                dashboard.resize(self.random.randrange(20, 200), self.random.randrange(5, 60))

    def stall(self):
        if self.dashboards:
            self.dashboards[0][1] = time.monotonic() + 20

    # MARK: What is seen

    def sample(self):
        pid = self.engine.pid
        with open(f"/proc/{pid}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        cpu = sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in os.listdir(f"/proc/{pid}/task"))
        self.samples.append({
            "at": time.monotonic() - self.start, "memory kB": int(status["RssAnon"].split()[0]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": int(status["Threads"]), "cpu s": cpu / 1e9,
            "servers": self.servers.tell("count"), "dashboards": len(self.dashboards),
        })

    def pass_time(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for dashboard, stalled in self.dashboards:
                if stalled < time.monotonic():
                    dashboard.read(0)
            time.sleep(min(0.05, max(0, left)))

    def expected(self):
        return self.counts["session"] + self.counts["token"]

    def run(self, hours):
        end, quiet = self.start + hours * 3600, min(120, hours * 3600 / 4)
        next_sample, next_act = self.start, self.start + 15
        while (now := time.monotonic()) < end:
            if self.engine.poll() is not None:
                raise SystemExit(f"soak: the program ended with {self.engine.returncode}")
            if now >= next_sample:
                self.sample()
                next_sample += EVERY
            if next_act <= now < end - quiet:
                self.happen()
                next_act = now + self.random.uniform(2, 8)
            self.pass_time(0.1)
        self.sample()
        return self.judge(hours)

    def judge(self, hours):
        failures = []
        after = min(900, hours * 900)
        steady = [one for one in self.samples if one["at"] >= after]
        for name, (an_hour, noise) in LIMITS.items():
            slope, error, thirds = slope_of(steady, name)
            grown = slope * (steady[-1]["at"] - steady[0]["at"]) / 3600
            print(
                f"{name}: {steady[0][name]} to {steady[-1][name]}, slope {slope:+.1f} ± {error:.1f} an hour, "
                + "by thirds " + ", ".join(f"{third:+.0f}" for third in thirds))
            if slope - error > an_hour and grown > noise and min(thirds) > noise / 3:
                failures.append(f"{name} grow by {slope:.1f} an hour")
        cpu = [later["cpu s"] - one["cpu s"] for one, later in zip(steady, steady[1:])]
        half = len(cpu) // 2
        print(f"processor: {statistics.mean(cpu[:half]) / EVERY:.1%} of a core, then {statistics.mean(cpu[half:]) / EVERY:.1%}")
        last = self.samples[-1]["servers"]
        print(f"servers: {last}")
        print("happened: " + ", ".join(f"{name} {count}" for name, count in sorted(self.happenings.items())))
        if last["sessions"] != self.expected():
            failures.append(f"the servers have {last['sessions']} sessions of {self.expected()}")
        for dashboard, _ in self.dashboards:
            self.end_dashboard(dashboard)
        self.dashboards = []
        start = time.monotonic()
        self.engine.send_signal(signal.SIGTERM)
        self.engine.wait(30)
        took = time.monotonic() - start
        left = self.servers.tell("count")
        print(f"end: {took:.1f} s, {left['sessions']} sessions and {left['streams']} streams left")
        print(f"ids: {left['opened']} opened, {left['ended']} ended by us, {left['lost']} lost by the servers")
        if took > 6 or left["sessions"]:
            failures.append(f"the end took {took:.1f} s and left {left['sessions']} sessions")
        if left["opened"] != left["ended"] + left["lost"]:
            failures.append("sessions were opened that nobody ended")
        return failures

    def close(self):
        if self.engine.poll() is None:
            self.engine.kill()
            self.engine.wait()
        for dashboard, _ in self.dashboards:
            os.kill(dashboard.pid, signal.SIGKILL)
            os.waitpid(dashboard.pid, 0)
        self.servers.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def slope_of(samples, name):
    """By the hour, with half of its 95 % interval, over the medians of nine blocks, for neighbours are no strangers;
    and what each third of the run adds."""
    size = max(1, len(samples) // 9)
    blocks = [samples[start : start + size] for start in range(0, size * 9, size)]
    blocks = [block for block in blocks if block]
    times = [statistics.mean(one["at"] for one in block) / 3600 for block in blocks]
    values = [statistics.median(one[name] for one in block) for block in blocks]
    middle, mean = statistics.mean(times), statistics.mean(values)
    spread = sum((moment - middle) ** 2 for moment in times) or 1
    slope = sum((moment - middle) * (value - mean) for moment, value in zip(times, values)) / spread
    rest = sum((value - mean - slope * (moment - middle)) ** 2 for moment, value in zip(times, values))
    thirds = [values[min(place + 3, len(values)) - 1] - values[place] for place in range(0, len(values), 3)]
    return slope, 2.365 * (rest / max(1, len(blocks) - 2) / spread) ** 0.5, thirds


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program", type=os.path.abspath)
    arguments.add_argument("hours", type=float)
    arguments.add_argument("--sessions", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--samples")
    arguments.add_argument("--log")
    options = arguments.parse_args()
    soak = Soak(options.program, options.sessions, options.seed)
    try:
        failures = soak.run(options.hours)
        if options.samples:
            with open(options.samples, "w") as file:
                file.writelines(json.dumps(one) + "\n" for one in soak.samples)
    finally:
        if options.log:
            shutil.copy(soak.log.name, options.log)
        soak.close()
    for failure in failures:
        print("FAIL: " + failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
