"""A client built on the package `mcp` as its documentation has it, for `make bench`: the same work as sessiontop does.

    peer.py --port PORT -n SESSIONS -p SECONDS -t SECONDS [--path /mcp]

Opens all sessions, each with its stream, pings each so often for so long, ends them, and prints one JSON object.
"""

import argparse
import asyncio
import json
import logging
import os
import resource
import time

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

logging.disable(logging.CRITICAL)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


async def keep(url, place, options, opened, over, figures):
    async with streamable_http_client(url) as streams, ClientSession(streams[0], streams[1]) as session:
        async with options.gate:
            await session.initialize()
        opened.append(place)
        await options.all_open.wait()
        await asyncio.sleep(options.p * place / options.n)
        while not over.is_set():
            start = time.monotonic()
            await session.send_ping()
            figures.append(time.monotonic() - start)
            try:
                await asyncio.wait_for(over.wait(), max(0, options.p - (time.monotonic() - start)))
            except asyncio.TimeoutError:
                pass


async def main(options):
    url = f"http://127.0.0.1:{options.port}{options.path}"
    options.gate, options.all_open = asyncio.Semaphore(64), asyncio.Event()
    opened, over, figures = [], asyncio.Event(), []
    memory, cpu, start = resident(), processor_seconds(), time.monotonic()
    tasks = [asyncio.create_task(keep(url, place, options, opened, over, figures)) for place in range(options.n)]
    while len(opened) < options.n:
        await asyncio.sleep(0.01)
    open_s, open_cpu = time.monotonic() - start, processor_seconds() - cpu
    options.all_open.set()
    cpu, start = processor_seconds(), time.monotonic()
    await asyncio.sleep(options.t)
    cpu, passed, pings, kept = processor_seconds() - cpu, time.monotonic() - start, len(figures), resident()
    descriptors = len(os.listdir("/proc/self/fd"))
    end = time.monotonic()
    over.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps({
        "open_s": open_s, "open_cpu_s": open_cpu, "cpu_s_per_1000_pings": cpu / max(1, pings) * 1000,
        "cpu_pct": cpu / passed * 100, "rss_kb": kept, "rss_kb_per_session": (kept - memory) / options.n,
        "fds": descriptors, "pings": pings, "delete_s": time.monotonic() - end,
    }))


arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int)
arguments.add_argument("--path", default="/mcp")
arguments.add_argument("-n", type=int)
arguments.add_argument("-p", type=float)
arguments.add_argument("-t", type=float)
# What other clients take and this one does anyway.
arguments.add_argument("--sse", action="store_true")
asyncio.run(main(arguments.parse_args()))
