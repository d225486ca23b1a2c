"""MCP servers for the soak: all transports on one port of 127.0.0.1, and every trouble on command.

    soak_servers.py --port PORT            streamable HTTP at /session/N, without ids at /stateless/N, of 2026-07-28 at
                                           /sessionless/N, HTTP+SSE at /sse/N, with a token at /token/N
    soak_servers.py --stdio                one on standard input and output

Commands come a line each on standard input, and each is answered with a line: `count` (JSON), `expire SHARE`,
`reset SHARE`, `flood SECONDS RATE`, `down SECONDS`, `token WORD`.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import struct
import sys
import time

VERSION = "2025-11-25"
TOOLS = [{"name": "add", "description": "Adds two numbers.", "inputSchema": {"type": "object"}}]


def result_of(method, version=VERSION):
    if method == "initialize":
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": {"name": "soak", "version": "1"}}
    if method == "server/discover":
        return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {"listChanged": True}},
                "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "soak", "version": "1"}}}
    if method == "tools/list":
        return {"tools": TOOLS, "resultType": "complete"}
    return {}


def answer(message, version=VERSION):
    return json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": result_of(message.get("method"), version)})


def event(text, name="message"):
    return f"event: {name}\ndata: {text}\n\n".encode()


class Servers:
    def __init__(self, port):
        self.port, self.listener, self.token = port, None, "first"
        self.sessions, self.streams, self.connections = set(), {}, set()
        self.opened = self.ended = self.lost = self.pings = self.refused = self.number = 0

    async def listen(self):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=1024)

    async def serve(self, reader, writer):
        self.connections.add(writer)
        try:
            while (request := await self.read(reader)) is not None:
                if not await self.respond(request, reader, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            self.connections.discard(writer)
            for key in [key for key, held in self.streams.items() if held is writer]:
                del self.streams[key]
            writer.close()

    async def read(self, reader):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return method, path, headers, body

    def reply(self, writer, status, body=b"", kind="application/json", more=""):
        writer.write(
            f"HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body)
        return True

    async def stream(self, reader, writer, key, first=b""):
        old = self.streams.get(key)
        if old is not None and old is not writer:
            old.close()
        self.streams[key] = writer
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + first)
        while self.streams.get(key) is writer and not writer.is_closing():
            try:
                # A client has nothing more to say; what comes is its end.
                if not await asyncio.wait_for(reader.read(1), 15):
                    break
            except asyncio.TimeoutError:
                writer.write(b": alive\n\n")
                await writer.drain()
        return False

    async def respond(self, request, reader, writer):
        method, path, headers, body = request
        kind = path.split("/")[1]
        message = json.loads(body) if body else {}
        asked = message.get("method")
        if asked in ("ping", "server/discover"):
            self.pings += 1
        if kind == "token" and headers.get("authorization") != f"Bearer {self.token}":
            self.refused += 1
            return self.reply(writer, 401, b"{}", more='WWW-Authenticate: Bearer error="invalid_token"\r\n')
        if kind in ("session", "token"):
            return await self.session(method, headers, message, reader, writer)
        if kind == "sessionless":
            if asked == "initialize":
                return self.reply(writer, 400, json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "error": {
                    "code": -32022, "message": "Unsupported protocol version", "data": {"supported": ["2026-07-28"]}}}).encode())
            if asked == "subscriptions/listen":
                self.number += 1
                return await self.stream(reader, writer, f"listen-{self.number}")
            return self.reply(writer, 200, answer(message).encode())
        if kind == "stateless":
            if method != "POST":
                return self.reply(writer, 405)
            return self.reply(writer, 200, answer(message).encode()) if "id" in message else self.reply(writer, 202)
        if kind == "sse":
            return await self.old(method, path, message, reader, writer)
        return self.reply(writer, 404)

    async def session(self, method, headers, message, reader, writer):
        if message.get("method") == "initialize":
            self.number += 1
            key = f"session-{self.number}-{random.randrange(1 << 40):x}"
            self.sessions.add(key)
            self.opened += 1
            return self.reply(writer, 200, answer(message).encode(), more=f"Mcp-Session-Id: {key}\r\n")
        key = headers.get("mcp-session-id", "")
        if key not in self.sessions:
            return self.reply(writer, 404, b'{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"}}')
        if method == "DELETE":
            self.sessions.discard(key)
            self.ended += 1
            self.end_stream(key)
            return self.reply(writer, 200)
        if method == "GET":
            return await self.stream(reader, writer, key)
        if "id" not in message:
            return self.reply(writer, 202)
        if self.number % 2:
            return self.reply(writer, 200, event(answer(message)), "text/event-stream")
        return self.reply(writer, 200, answer(message).encode())

    async def old(self, method, path, message, reader, writer):
        if method == "GET":
            self.number += 1
            key = f"old-{self.number}"
            return await self.stream(reader, writer, key, event(f"/sse/message/{key}", "endpoint"))
        if not path.startswith("/sse/message/"):
            return self.reply(writer, 405)
        held = self.streams.get(path.rsplit("/", 1)[1])
        if held is None:
            return self.reply(writer, 404)
        if "id" in message:
            held.write(event(answer(message, "2024-11-05")))
        return self.reply(writer, 202)

    def end_stream(self, key):
        held = self.streams.pop(key, None)
        if held is not None:
            held.close()

    # MARK: What may happen to them

    def expire(self, share):
        for key in random.sample(sorted(self.sessions), int(len(self.sessions) * share)):
            self.sessions.discard(key)
            self.lost += 1
            self.end_stream(key)

    def reset(self, share):
        for writer in random.sample(list(self.connections), int(len(self.connections) * share)):
            sock = writer.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def flood(self, seconds, rate):
        """So many notifications a second on one stream, and a tenth of that on each of ten others."""
        keys = random.sample(sorted(self.streams), min(11, len(self.streams)))
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            for place, key in enumerate(keys):
                held = self.streams.get(key)
                if held is None or held.transport.get_write_buffer_size() > 1 << 20:
                    continue
                count = int(rate / 100) if place == 0 else int(rate / 1000)
                number += count
                said = {"jsonrpc": "2.0", "method": "notifications/message",
                        "params": {"level": "info", "data": f"flood {number}"}}
                held.write(event(json.dumps(said)) * count)
            await asyncio.sleep(0.01)

    async def down(self, seconds):
        self.listener.close()
        self.reset(1)
        self.lost += len(self.sessions)
        self.sessions.clear()
        await asyncio.sleep(seconds)
        while True:
            try:
                return await self.listen()
            except OSError:
                await asyncio.sleep(0.05)

    async def command(self, line):
        word, *rest = line.split()
        if word == "expire":
            self.expire(float(rest[0]))
        elif word == "reset":
            self.reset(float(rest[0]))
        elif word == "flood":
            asyncio.ensure_future(self.flood(float(rest[0]), float(rest[1])))
        elif word == "down":
            await self.down(float(rest[0]))
        elif word == "token":
            self.token = rest[0]
        print(json.dumps({
            "sessions": len(self.sessions), "streams": len(self.streams), "connections": len(self.connections),
            "opened": self.opened, "ended": self.ended, "lost": self.lost, "pings": self.pings, "refused": self.refused,
        }), flush=True)


async def main(port):
    servers = Servers(port)
    await servers.listen()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while line := await lines.readline():
        await servers.command(line.decode())
    # What is open goes with the process.
    os._exit(0)


def speak_lines():
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "server/discover":
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}}), flush=True)
        elif "id" in message:
            print(answer(message), flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int)
    arguments.add_argument("--stdio", action="store_true")
    options = arguments.parse_args()
    if options.stdio:
        speak_lines()
    else:
        asyncio.run(main(options.port))
