"""Measures terminal programs from outside, all in the same way: sessiontop, and htop and top where they are.

    terminal.py PATH/OF/sessiontop PATH/OF/SessionBenchmark

Each program gets a pseudo-terminal of 120x40 of its own. The table that comes out is that of the README:

first byte      from fork to the first byte that is written
first screen    from fork to the first pause of 5 ms with more than 1 kB written, and how many bytes that were
idle            bytes a second, and processor time, while nobody does anything
memory          the largest resident set so far (VmHWM)
key             from a press of the arrow down or up to the first byte of the answer, of 20
resize          from the new size to the first byte of the answer, 80x24 and back
quit            from q, or a signal, to the end of the process; "left" is what it did not put back

Servers are embedded ones on 127.0.0.1; every process that is started here is ended here.
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

COLUMNS, ROWS = 120, 40
SETTLING, WINDOW = 12.0, 15.0
MODES = {b"?1049": b"l", b"?25": b"h", b"?2004": b"l", b"?1000": b"l", b"?1": b"l", b"?7": b"h"}


class Program:
    """A program in a terminal, and all that it wrote there."""

    def __init__(self, words, folder):
        self.keeper, self.terminal = pty.openpty()
        self.resize(COLUMNS, ROWS)
        self.before = termios.tcgetattr(self.terminal)
        self.seen = bytearray()
        self.born = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.keeper)
            adopt(self.terminal)
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", XDG_STATE_HOME=folder)
            os.execvp(words[0], words)

    def resize(self, columns, rows):
        fcntl.ioctl(self.keeper, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, key):
        os.write(self.keeper, key)

    def press_arrow(self, letter):
        """As a terminal spells it, which the program may have chosen (DECCKM)."""
        chosen = self.seen.rfind(b"\x1b[?1h") > self.seen.rfind(b"\x1b[?1l")
        self.press((b"\x1bO" if chosen else b"\x1b[") + letter)

    def read(self, patience):
        """Takes in what is written next; its size, and when it came. Nothing within the patience: 0."""
        if not select.select([self.keeper], [], [], max(0, patience))[0]:
            return 0, time.monotonic()
        now = time.monotonic()
        try:
            data = os.read(self.keeper, 65536)
        except OSError:
            data = b""
        self.seen += data
        return len(data), now

    def pass_time(self, seconds, meanwhile=lambda: None):
        """Reads along for a while; how many bytes came."""
        end, total = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            meanwhile()
            total += self.read(min(left, 0.05))[0]
        return total

    def draw(self):
        """Reads the first screen; when its last byte came."""
        last = time.monotonic()
        while last - self.born < 5:
            count, now = self.read(0.005)
            if count == 0 and len(self.seen) > 1000:
                break
            last = now if count else last
        return last

    def answer(self, act, meanwhile=lambda: None, quiet=0.03):
        """Milliseconds from an act to the first byte that it causes, when the line was quiet before."""
        while self.read(quiet)[0]:
            meanwhile()
        start = time.monotonic()
        act()
        count, now = self.read(1)
        return (now - start) * 1000 if count else None

    def processor_seconds(self):
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def most_memory(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

    def end(self, act):
        """Milliseconds from an act to the end of the process, and what it left behind in the terminal."""
        start = time.monotonic()
        act()
        handle = os.pidfd_open(self.pid)
        while not select.select([handle], [], [], 0)[0]:
            ready = select.select([handle, self.keeper], [], [], max(0, start + 10 - time.monotonic()))[0]
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
            elif self.keeper in ready:
                self.read(0)
        took = (time.monotonic() - start) * 1000
        os.waitpid(self.pid, 0)
        os.close(handle)
        while self.read(0)[0]:
            pass
        left = [] if termios.tcgetattr(self.terminal) == self.before else ["the line's settings"]
        for mode, normal in MODES.items():
            last = max(self.seen.rfind(b"\x1b[" + mode + b"h"), self.seen.rfind(b"\x1b[" + mode + b"l"))
            if last >= 0 and self.seen[last + 2 + len(mode) : last + 3 + len(mode)] != normal:
                left.append(mode.decode())
        os.close(self.keeper)
        os.close(self.terminal)
        return took, ", ".join(left) or "nothing"


def adopt(terminal):
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(terminal, descriptor)


def measure(words, folder, meanwhile=lambda: None):
    program = Program(words, folder)
    count, first = program.read(5)
    drawn = program.draw()
    size = len(program.seen)
    program.pass_time(SETTLING, meanwhile)
    used, start = program.processor_seconds(), time.monotonic()
    written = program.pass_time(WINDOW, meanwhile)
    passed = time.monotonic() - start
    cost = (program.processor_seconds() - used) / passed * 100
    keys = []
    for number in range(20):
        program.pass_time(0.3, meanwhile)
        letter = b"A" if number % 2 else b"B"
        keys.append(program.answer(lambda: program.press_arrow(letter), meanwhile))
    program.pass_time(1, meanwhile)
    sizes = []
    for size_now in [(80, 24), (COLUMNS, ROWS)]:
        sizes.append(program.answer(lambda: program.resize(*size_now), meanwhile))
        program.pass_time(1, meanwhile)
    memory = program.most_memory()
    took, left = program.end(lambda: program.press(b"q"))
    keys = sorted(key for key in keys if key is not None)
    sizes = [size for size in sizes if size is not None]
    milliseconds = lambda seconds: f"{(seconds - program.born) * 1000:.0f} ms"
    return {
        "first byte": milliseconds(first),
        "first screen": f"{milliseconds(drawn)}, {size / 1000:.1f} kB",
        "idle": f"{written / passed:.0f} B/s, {cost:.2f} %",
        "memory": f"{memory / 1024:.1f} MB",
        "key, median and p95": f"{statistics.median(keys):.1f} ms, {keys[len(keys) * 95 // 100]:.1f} ms",
        "resize": ", ".join(f"{size:.1f} ms" for size in sizes) or "none",
        "quit": f"{took:.0f} ms, left {left}",
    }


def main():
    binary, benchmark = map(os.path.abspath, sys.argv[1:3])
    server = subprocess.Popen([benchmark, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    folder = tempfile.mkdtemp(prefix="sessiontop-terminal-")
    try:
        url = server.stdout.readline().decode().strip()
        configuration = os.path.join(folder, "sessiontop.yaml")
        with open(configuration, "w") as file:
            file.write("log: {events: false}\nusers:\n")
            file.writelines(f"  - {{id: user{user}, variables: {{NAME: n{user}}}}}\n" for user in range(15))
            file.write("mcpServers:\n")
            for number in range(10):
                headers = "headers: {X-User: '{{NAME}}'}"
                file.write(f"  server-{number}: {{type: http, url: '{url}', {headers}}}\n")
        sessions = [binary, "--config", configuration]

        due = [0.0]

        def storm():  # one message on each of 150 streams, 1 000 a second in all
            if time.monotonic() >= due[0]:
                due[0] = time.monotonic() + 0.15
                server.stdin.write(b"say\n")
                server.stdin.flush()

        runs = [
            ("sessiontop demo", [binary, "demo"], {}),
            ("150 sessions", sessions, {}),
            ("150 sessions, 1 000 events/s", sessions, {"meanwhile": storm}),
        ]
        runs += [(name, [name], {}) for name in ("htop", "top") if shutil.which(name)]
        table = {name: measure(words, folder, **more) for name, words, more in runs}
        print("| | " + " | ".join(table) + " |")
        print("| --- |" + " --- |" * len(table))
        for row in next(iter(table.values())):
            print(f"| {row} | " + " | ".join(figures[row] for figures in table.values()) + " |")

        for name in ("TERM", "INT", "HUP", "QUIT"):
            program = Program(sessions, folder)
            program.pass_time(4)
            number = getattr(signal, "SIG" + name)
            took, left = program.end(lambda: os.kill(program.pid, number))
            print(f"{name}: gone after {took:.0f} ms with 150 sessions, left {left}")
    finally:
        server.stdin.close()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
