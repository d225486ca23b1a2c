"""What keeping many sessions costs, seen from outside, beside other clients on the same server; for bench.py.

Each client opens so many sessions with a stream each, pings each every five seconds for WINDOW seconds, and ends
them with DELETE. The server is SessionBenchmark's own, or another that understands `--port`, `--ports`, SIGUSR1
(forget all) and SIGHUP (away for 3 s) and counts at /admin/stats.

Everything is on 127.0.0.1, and every process that is started here is ended here.
"""

import json
import os
import random
import re
import resource
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

from terminal import Program

WINDOW = 15.0
HERE = os.path.dirname(os.path.abspath(__file__))


def processor_seconds(pid):
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def memory(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def until(condition, seconds, what):
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise SystemExit(f"sessions.py: not within {seconds} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


class OwnServer:
    """SessionBenchmark --serve, which is told what to do on its standard input."""

    def __init__(self, words, origins):
        self.process = subprocess.Popen(
            words + ["--serve", str(origins)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.urls = [self.process.stdout.readline().strip() for _ in range(origins)]

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def count(self):
        self.ask("count")
        return tuple(map(int, self.process.stdout.readline().split()))

    def forget(self):
        self.ask("forget")

    def restart(self):
        self.ask("restart")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class OtherServer:
    def __init__(self, words, origins):
        # Below those that connections get, of which some are in use at any time.
        port = random.randrange(12_000, 30_000 - origins)
        self.process = subprocess.Popen(words + ["--port", str(port), "--ports", str(origins), "--quiet"])
        self.urls = [f"http://127.0.0.1:{port + number}/mcp" for number in range(origins)]
        until(lambda: self.stats() is not None, 5, "a server")

    def stats(self):
        try:
            with urllib.request.urlopen(self.urls[0].replace("/mcp", "/admin/stats"), timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def count(self):
        stats = self.stats()
        return (stats["sessions"], stats["streams"], stats["pings"]) if stats else (-1, -1, -1)

    def forget(self):
        self.process.send_signal(signal.SIGUSR1)

    def restart(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self):
        self.process.terminate()
        self.process.wait()


def configuration(folder, urls, count, rate, interval=5000):
    path = os.path.join(folder, "sessiontop.yaml")
    with open(path, "w") as file:
        file.write("log: {events: false}\n")
        file.write(f"session: {{pingInterval: {interval}, listEvery: 0, retryDelay: 1000}}\n")
        file.write(f"limits: {{connecting: 64, initializePerSecond: {rate}}}\nmcpServers:\n")
        for number in range(count):
            file.write(f"  s{number}: {{type: streamable-http, url: '{urls[number % len(urls)]}'}}\n")
    return path


class Watch:
    """The program without a screen."""

    def __init__(self, program, folder, path):
        environment = dict(os.environ, XDG_STATE_HOME=folder, XDG_RUNTIME_DIR=folder)
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            [program, "watch", "--config", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env=environment)
        self.pid = self.process.pid

    def end(self):
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - start


def measure_own(program, server, folder, count, rate=100_000):
    """Opening, pings, end."""
    watch = Watch(program, folder, configuration(folder, server.urls, count, rate))
    try:
        until(lambda: server.count()[:2] == (count, count), 120, f"{count} sessions")
        opened, open_cpu = time.monotonic() - watch.start, processor_seconds(watch.pid)
        time.sleep(3)
        cpu, pings, start = processor_seconds(watch.pid), server.count()[2], time.monotonic()
        time.sleep(WINDOW)
        cpu, pings = processor_seconds(watch.pid) - cpu, server.count()[2] - pings
        passed = time.monotonic() - start
        figures = {
            "open s": opened, "open cpu s": open_cpu, "cpu s/1000 pings": cpu / max(1, pings) * 1000,
            "cpu %": cpu / passed * 100, "rss kB": memory(watch.pid),
            "descriptors": len(os.listdir(f"/proc/{watch.pid}/fd")), "pings": pings,
        }
        figures["end s"] = watch.end()
        figures["left"] = server.count()[0]
        return figures
    finally:
        if watch.process.poll() is None:
            watch.process.kill()
            watch.process.wait()
            until(lambda: server.count()[1] == 0, 30, "the end of its streams")
        server.forget()


def measure_recovery(program, server, folder, count):
    """All sessions lost at once, and the server away for three seconds, with as many handshakes a second as are
    usual, or a twentieth of all."""
    rate = max(200, count // 20)
    watch = Watch(program, folder, configuration(folder, server.urls, count, rate))
    figures = {"governed s": count / rate}
    try:
        until(lambda: server.count()[:2] == (count, count), 120, f"{count} sessions")
        time.sleep(2)
        for name, act in (("404 s", server.forget), ("restart s", server.restart)):
            act()
            until(lambda: server.count()[0] < count, 5, "a loss")
            figures[name] = until(lambda: server.count()[:2] == (count, count), 120, f"{count} sessions back")
            time.sleep(2)
        figures["end s"] = watch.end()
        figures["left"] = server.count()[0]
        return figures
    finally:
        if watch.process.poll() is None:
            watch.process.kill()
            watch.process.wait()
        server.forget()


def dead_addresses(count):
    """Ports that were free a moment ago; nothing listens there."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    urls = [f"http://127.0.0.1:{one.getsockname()[1]}/mcp" for one in held]
    for one in held:
        one.close()
    return urls


def measure_origins(program, folder, urls, count, settle):
    """Processor time with `count` sessions on these addresses, and how soon the screen answers a key meanwhile."""
    path = configuration(folder, urls, count, 100_000)
    terminal = Program([program, "--own", "--config", path], folder)
    try:
        terminal.pass_time(settle)
        cpu, start = terminal.processor_seconds(), time.monotonic()
        terminal.pass_time(WINDOW)
        cpu = (terminal.processor_seconds() - cpu) / (time.monotonic() - start) * 100
        keys = []
        for number in range(20):
            terminal.pass_time(0.2)
            keys.append(terminal.answer(lambda: terminal.press_arrow(b"A" if number % 2 else b"B"), quiet=0.004))
        keys = sorted(key for key in keys if key is not None)
        return {
            "cpu %": cpu, "key median ms": statistics.median(keys), "key p95 ms": keys[len(keys) * 95 // 100],
            "rss kB": terminal.most_memory(),
        }
    finally:
        terminal.end(lambda: terminal.press(b"q"))


def measure_client(client, server, count):
    """The peer that is a program of its own. Its times are for `count` sessions, also where it has too few descriptors."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted, count = count, min(count, limit // 2 - 500)
    port = re.search(r":(\d+)/", server.urls[0]).group(1)
    words = client + ["--port", port, "-n", str(count), "-p", "5", "-t", str(WINDOW), "--sse"]
    result = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=150).stdout)
    left = server.count()[0]
    server.forget()
    return {
        "open s": result["open_s"] * wanted / count, "open cpu s": result["open_cpu_s"] * wanted / count,
        "cpu s/1000 pings": result["cpu_s_per_1000_pings"], "cpu %": result["cpu_pct"], "rss kB": result["rss_kb"],
        "kB/session": result["rss_kb_per_session"], "descriptors": result["fds"], "pings": result["pings"],
        "end s": result["delete_s"] * wanted / count, "left": left,
    }
