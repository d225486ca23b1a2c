#!/usr/bin/env python3
"""Asks a Prometheus on this machine.

ask.py PORT is QUERY VALUE      waits until the answer to the query is this one value
ask.py PORT understands FILE    asks every query of a dashboard; those that are refused are told
"""
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(query):
    address = f"http://127.0.0.1:{sys.argv[1]}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        return json.load(opener.open(address, timeout=5))
    except urllib.error.HTTPError as error:
        try:
            return json.load(error)
        except ValueError:  # it says so in plain words while it starts
            return {"status": "away", "error": str(error)}
    except OSError as error:
        return {"status": "away", "error": str(error)}


if sys.argv[2] == "is":
    end = time.monotonic() + 60
    while True:
        answer = ask(sys.argv[3])
        values = [one["value"][1] for one in answer.get("data", {}).get("result", [])]
        if values == [sys.argv[4]]:
            sys.exit(0)
        if time.monotonic() > end:
            sys.exit(f"{sys.argv[3]} is {answer}")
        time.sleep(0.1)

text = open(sys.argv[3]).read().replace("$__rate_interval", "1m")
text = re.sub(r"\$(instance|server)\b", ".*", text)
for panel in json.loads(text)["panels"]:
    for target in panel["targets"]:
        answer = ask(target["expr"])
        print(panel["title"], len(answer.get("data", {}).get("result", [])))
        if answer["status"] != "success":
            sys.exit(f"{panel['title']}: {target['expr']}: {answer}")
