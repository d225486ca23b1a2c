#!/usr/bin/env python3
"""A collector for OTLP over HTTP on 127.0.0.1, which reads what it gets with the official definitions.

    collector.py --port PORT [--metrics ANSWERS] [--logs ANSWERS] [--certificate PEM [--authority PEM]]

ANSWERS are given one after the other, the last one for ever: a status; 503/2 with Retry-After of 2 s;
`silent` never answers; `slow` answers after 2 s; `partial` takes all but one. What was taken is told line by line.
With a certificate (and its key in the same file) it speaks TLS, with an authority only to those whom that knows.
"""
import argparse
import gzip
import http.server
import json
import queue
import socketserver
import ssl
import threading
import time

from google.protobuf import json_format, unknown_fields
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest, ExportMetricsServiceResponse)

words = argparse.ArgumentParser()
words.add_argument("--port", type=int, required=True)
words.add_argument("--metrics", default="200")
words.add_argument("--logs", default="200")
words.add_argument("--certificate")
words.add_argument("--authority")
words = words.parse_args()
answers = {"/v1/metrics": words.metrics.split(","), "/v1/logs": words.logs.split(",")}
lock = threading.Lock()
said = queue.Queue()


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(holder):
    return {one.key: value(one.value) for one in holder}


def tell(*parts):
    said.put(parts)


def speak():
    """Nobody waits for whoever reads this."""
    while True:
        print(*said.get(), flush=True)


def tell_metrics(request):
    for resource in request.resource_metrics:
        tell("resource", json.dumps(attributes(resource.resource.attributes), sort_keys=True))
        for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            data = getattr(metric, kind)
            if kind != "gauge":
                assert data.aggregation_temporality == 2, metric.name
            for point in data.data_points:
                assert point.time_unix_nano > 10**18, metric.name
                if kind == "histogram":
                    assert point.count == sum(point.bucket_counts), metric.name
                    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1, metric.name
                    assert 10**18 < point.start_time_unix_nano <= point.time_unix_nano, metric.name
                    figure = f"count {point.count}"
                else:
                    figure = point.as_int if point.WhichOneof("value") == "as_int" else point.as_double
                tell(kind, metric.name, metric.unit, json.dumps(attributes(point.attributes), sort_keys=True), figure)


def tell_logs(request):
    for resource in request.resource_logs:
        for record in (record for scope in resource.scope_logs for record in scope.log_records):
            assert record.time_unix_nano > 10**18
            tell("log", record.event_name, record.severity_text, value(record.body),
                 json.dumps(attributes(record.attributes), sort_keys=True))


def read(body, kind, message):
    """In both encodings the official writer has to write what came."""
    if kind == "application/json":
        return json_format.Parse(body, message)
    message.ParseFromString(body)
    assert message.SerializeToString() == body, "the same message is written otherwise"
    assert len(unknown_fields.UnknownFieldSet(message)) == 0, "a field that nobody knows"
    return message


def written(kind, message, words):
    """An answer in the encoding of what was asked; a Status has its code at 1 and its words at 2."""
    if kind == "application/json":
        return json.dumps(words).encode() if words else json_format.MessageToJson(message).encode()
    if words:
        text = words["message"].encode()
        return b"\x08\x03\x12" + bytes([len(text)]) + text
    return message.SerializeToString()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            given = answers.get(self.path, ["404"])
            answer = given.pop(0) if len(given) > 1 else given[0]
        kind, packing = self.headers["Content-Type"], self.headers.get("Content-Encoding")
        if packing == "gzip":
            body = gzip.decompress(body)
        tell("request", self.path, kind, packing or "plain", self.headers.get("api-key"), "->", answer)
        if answer == "silent":
            threading.Event().wait()
        if answer == "slow":
            # How long an answer takes is what is tried here.
            time.sleep(2)
        status, _, pause = answer.partition("/")
        status = int(status) if status.isdigit() else 200
        refusal = {"message": f"no thanks, key {self.headers.get('api-key')}"} if status != 200 else None
        is_metrics = self.path == "/v1/metrics"
        reply = ExportMetricsServiceResponse() if is_metrics else ExportLogsServiceResponse()
        if status == 200:
            with lock:
                if is_metrics:
                    tell_metrics(read(body, kind, ExportMetricsServiceRequest()))
                else:
                    tell_logs(read(body, kind, ExportLogsServiceRequest()))
            if answer == "partial":
                reply.partial_success.rejected_log_records = 1
                reply.partial_success.error_message = "one is odd"
        text = written(kind, reply, refusal)
        self.send_response(status)
        if pause:
            self.send_header("Retry-After", pause)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{words.port}/elsewhere")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", words.port), Handler)
if words.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(words.certificate)
    if words.authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(words.authority)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=speak, daemon=True).start()
tell("listens")
server.serve_forever()
