"""`make bench`: what this program costs on this machine, as a table and as JSON, beside others and beside a saved run.

    bench.py PATH/OF/sessiontop PATH/OF/SessionBenchmark [--json FILE] [--baseline FILE] [--only PART,PART]
             [--sizes 100,1000] [--origins 1,100] [--python PYTHON] [--client PROGRAM] [--server PROGRAM]

Parts are `inside` (rooms and turns, measured by SessionBenchmark), `sessions`, `recovery` and `origins` (the whole
program from outside). Peers do the work of `sessions` in the same run on the same server: --python is an interpreter with
the package `mcp`, --client a program with the options of peer.py. --baseline compares with what --json wrote then.

open            from the start to the moment when the server has all sessions and streams
processor/ping  of the whole process, screen thread too, for one ping
memory/session  what the resident set grows by for each, from one session on
end             from SIGINT to the end of the process; "left" is what the server still has then
404, restart    from the loss of all to all being back, with 200 handshakes a second or a twentieth of all, whichever
                is more; "least" is what that allows
origins         1 000 sessions on so many addresses, alive or dead, with a screen: processor time, and the time from a
                key to the answer meanwhile
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import sessions

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = {
    "open s": ("open", "s"), "open cpu s": ("processor time to open", "s"), "ms/ping": ("processor/ping", "ms"),
    "kB/session": ("memory/session", "kB"), "descriptors": ("descriptors", ""), "end s": ("end", "s"), "left": ("left", ""),
}


class Table:
    def __init__(self, baseline):
        self.rows, self.baseline = {}, baseline

    def add(self, name, value, unit="", peers=None):
        row = {"value": round(value, 4), "unit": unit, "peers": {key: round(one, 4) for key, one in (peers or {}).items()}}
        self.rows[name] = row
        words = [f"{name:<58}", f"{shown(value):>9} {unit:<6}"]
        words += [f"{key} {shown(one)} ({value / one:.2f}x)" for key, one in row["peers"].items() if one]
        if (before := self.baseline.get(name)) and before["value"]:
            words.append(f"before {shown(before['value'])} ({(value / before['value'] - 1) * 100:+.0f} %)")
        print("  ".join(words), flush=True)


def shown(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 1 else f"{value:.3f}" if value else "0"


def measure_inside(table, benchmark):
    with subprocess.Popen([benchmark], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            figure = json.loads(line)
            table.add(figure["name"], figure["value"], figure["unit"])
    if process.returncode:
        raise SystemExit(f"bench: {benchmark} ended with {process.returncode}")


def measure_sessions(table, options, serve, folder):
    server = serve(1)
    base = sessions.measure_own(options.program, server, folder, 1)["rss kB"]
    for size in options.sizes:
        own = sessions.measure_own(options.program, server, folder, size)
        own["kB/session"] = (own["rss kB"] - base) / max(1, size - 1)
        try:
            peers = {name: sessions.measure_client(words, server, size) for name, words in options.peers(size).items()}
        except (subprocess.SubprocessError, KeyError, ValueError) as error:
            print(f"bench: a peer failed: {error}", file=sys.stderr)
            peers = {}
        for figures in [own, *peers.values()]:
            figures["ms/ping"] = figures["cpu s/1000 pings"]
        for key, (words, unit) in ROWS.items():
            table.add(f"{size} sessions: {words}", own[key], unit, {name: figures[key] for name, figures in peers.items()})


def measure_recovery(table, options, serve, folder):
    server = serve(1)
    for size in options.sizes:
        back = sessions.measure_recovery(options.program, server, folder, size)
        least = back["governed s"]
        table.add(f"{size} sessions: back after 404 to all", back["404 s"], "s", {"least": least})
        table.add(f"{size} sessions: back after 3 s away", back["restart s"], "s", {"least": least + 3})
        table.add(f"{size} sessions: left after that", back["left"])


def measure_origins(table, options, serve, folder):
    for size in options.origins:
        server = serve(size)
        alive = sessions.measure_origins(options.program, folder, server.urls, 1000, 9)
        dead = sessions.measure_origins(options.program, folder, sessions.dead_addresses(size), 1000, 9)
        for words, figures in (("alive", alive), ("dead", dead)):
            for key, unit in (("cpu %", "%"), ("key median ms", "ms"), ("key p95 ms", "ms")):
                table.add(f"1000 sessions, {size} origins {words}: {key.rsplit(' ', 1)[0]}", figures[key], unit)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program", type=os.path.abspath)
    arguments.add_argument("benchmark", type=os.path.abspath)
    for name in ("json", "baseline", "python", "client", "server"):
        arguments.add_argument("--" + name)
    arguments.add_argument("--only", default="inside,sessions,recovery,origins")
    arguments.add_argument("--sizes", default="100,1000")
    arguments.add_argument("--origins", default="1,100")
    options = arguments.parse_args()
    options.sizes = [int(size) for size in options.sizes.split(",") if size]
    options.origins = [int(size) for size in options.origins.split(",") if size]
    own = [options.benchmark]
    running = []

    def serve(count):
        while running:
            running.pop().end()
        running.append(sessions.OtherServer([options.server], count) if options.server else sessions.OwnServer(own, count))
        return running[0]

    def peers(size):
        found = {"client": [options.client]} if options.client else {}
        # It takes minutes for thousands.
        if options.python and size <= 1000:
            found["mcp"] = [options.python, os.path.join(HERE, "peer.py")]
        return found

    options.peers = peers
    baseline = json.load(open(options.baseline)) if options.baseline else {}
    # What was started is ended, and what was measured is kept, also when somebody ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended by a signal"))
    table, folder = Table(baseline), tempfile.mkdtemp(prefix="sessiontop-bench-")
    try:
        for part in options.only.split(","):
            if part == "inside":
                measure_inside(table, options.benchmark)
            else:
                globals()["measure_" + part](table, options, serve, folder)
    finally:
        for server in running:
            server.end()
        shutil.rmtree(folder, ignore_errors=True)
        if options.json:
            with open(options.json, "w") as file:
                json.dump(table.rows, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
