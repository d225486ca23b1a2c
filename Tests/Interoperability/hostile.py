"""A child that does one thing wrong; the first argument says what. Its other manners are those of a server.

Every mood but the first few answers `initialize`, `ping` and `tools/list` in the ordinary way. RELEASE and TOOLS say
which version it is of, and what it has.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

mood = sys.argv[1]
lists = 0
sleeper = sys.argv[2] if len(sys.argv) > 2 else "60"


def rest():
    """Does nothing more; ended from outside."""
    while True:
        signal.pause()


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(request):
    method, number = request.get("method"), request.get("id")
    if number is None:
        return
    if mood == "stalls" and method == "ping":
        rest()
    if mood == "wrong-ids":
        number += 1000
    if method == "initialize":
        result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                  "serverInfo": {"name": "hostile", "version": os.environ.get("RELEASE", mood)}}
    elif method == "ping":
        result = {}
    elif method == "tools/list":
        global lists
        lists += 1
        if lists == 2:
            print("asked twice for the list", file=sys.stderr, flush=True)
        names = os.environ.get("TOOLS", "").split()
        result = {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in names]}
    else:
        send({"jsonrpc": "2.0", "id": number, "error": {"code": -32601, "message": "Method not found"}})
        return
    line = json.dumps({"jsonrpc": "2.0", "id": number, "result": result}) + "\r\n"
    if mood == "halves":
        for piece in (line[:7], line[7:20], line[20:]):
            sys.stdout.write(piece)
            sys.stdout.flush()
            # Nothing says that a piece was read; time is what makes it one of its own.
            time.sleep(0.05)
    else:
        sys.stdout.write(line)
        sys.stdout.flush()


def flood():
    line = b"debug: a line of a log that nobody asked for\n" * 1000
    while True:
        os.write(2, line)


def endless():
    block = b"x" * (1 << 20)
    for _ in range(1024):
        os.write(1, block)
    os.write(1, b"\n")


def follow(path):
    """Ends when another file stands in the place of this one, as servers do that reload themselves."""
    first = os.stat(path).st_ino
    while True:
        try:
            if os.stat(path).st_ino != first:
                os._exit(0)
        except FileNotFoundError:
            pass
        # Such servers look from time to time as well.
        time.sleep(0.1)


print("hostile:", mood, file=sys.stderr, flush=True)
if mood == "leaks":
    print("INFO my token is", os.environ["API_TOKEN"], "and", sys.argv[3:], file=sys.stderr, flush=True)
if mood == "exits":
    print("Error: TOKEN is not set", file=sys.stderr)
    sys.exit(3)
if mood == "forks":
    if os.fork():
        sys.exit(0)
    os.setsid()
    os.execvp("sleep", ["sleep", sleeper])
if mood == "deaf":
    rest()
if mood == "babbles":
    print("Welcome! Listening for clients.", flush=True)
    rest()
if mood == "closes":
    os.close(1)
    rest()
if mood == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mood == "grandchild":
    subprocess.Popen(["sleep", sleeper], start_new_session=True)
if mood == "floods":
    threading.Thread(target=flood, daemon=True).start()
if mood == "reloads":
    threading.Thread(target=follow, args=[os.environ["INSTALLED"]], daemon=True).start()
if mood == "chatty":
    print("INFO a log on standard output", flush=True)

for line in sys.stdin:
    answer(json.loads(line))
    # Answers that got into the line would be lost with it, so it begins when there was one.
    if mood == "endless" and '"ping"' in line:
        endless()
if mood == "stubborn":
    rest()
