"""A server on the Python packages `mcp` or `fastmcp`, for the interoperability tests.

    server.py --port 8123 [--stateless] [--json] [--sse] [--fastmcp] [--sign-in SECONDS] [--issuer URL]
    server.py --stdio [--fastmcp]

Works with mcp 1.x and 2.x, which name their server class differently and take their options in different
places. Binds 127.0.0.1; the access log goes to standard output, DELETE requests among it.
"""

import argparse

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int)
arguments.add_argument("--stdio", action="store_true", help="speak on standard input and output")
arguments.add_argument("--stateless", action="store_true", help="give no session ids")
arguments.add_argument("--json", action="store_true", help="answer JSON instead of an event stream")
arguments.add_argument("--sse", action="store_true", help="HTTP+SSE of 2024-11-05, at /sse")
arguments.add_argument("--fastmcp", action="store_true", help="use the package fastmcp")
arguments.add_argument("--sign-in", type=int, help="want tokens, that live so long, from an issuer at the same port")
arguments.add_argument("--issuer", help="want tokens of this issuer, and ask it about them (mcp 2.x)")
options = arguments.parse_args()



def of_issuer():
    """What makes a server want tokens that somebody else issues for it (RFC 7662)."""
    import asyncio
    import json
    import urllib.request

    from mcp.server.auth.provider import AccessToken
    from mcp.server.auth.settings import AuthSettings

    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    class Verifier:
        async def verify_token(self, token):
            body = f"token={token}".encode()
            answer = json.load(await asyncio.to_thread(ask, f"{options.issuer}/introspect", body, 5))
            if not answer.get("active"):
                return None
            return AccessToken(
                token=token,
                client_id=answer["client_id"],
                scopes=answer["scope"].split(),
                expires_at=answer["exp"],
                resource=answer["aud"],
                subject=answer["sub"],
                claims={"iss": answer["iss"]},
            )

    settings = AuthSettings(
        issuer_url=options.issuer,
        resource_server_url=f"http://127.0.0.1:{options.port}/mcp",
        required_scopes=["files:read"],
        validate_token_resource=True,
    )
    return {"token_verifier": Verifier(), "auth": settings}


if options.fastmcp:
    from fastmcp import FastMCP

    issuer = None
    if options.sign_in:
        from fastmcp.server.auth.providers import in_memory
        from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions

        in_memory.DEFAULT_ACCESS_TOKEN_EXPIRY_SECONDS = options.sign_in
        issuer = in_memory.InMemoryOAuthProvider(
            base_url=f"http://127.0.0.1:{options.port}",
            client_registration_options=ClientRegistrationOptions(enabled=True),
            revocation_options=RevocationOptions(enabled=True),
        )
    server = FastMCP("ledger", version="2.0", auth=issuer)
    application = lambda: server.http_app(
        transport="sse" if options.sse else "http",
        stateless_http=None if options.sse else options.stateless,
        json_response=None if options.sse else options.json,
    )
else:
    try:  # 2.x: options belong to the HTTP application
        from mcp.server.mcpserver import MCPServer

        server = MCPServer("ledger", version="2.0", **(of_issuer() if options.issuer else {}))
        application = lambda: (
            server.sse_app()
            if options.sse
            else server.streamable_http_app(
                stateless_http=options.stateless, json_response=options.json
            )
        )
    except ModuleNotFoundError:  # 1.x: options belong to the server
        from mcp.server.fastmcp import FastMCP

        server = FastMCP(
            "ledger", stateless_http=options.stateless, json_response=options.json
        )
        application = lambda: (
            server.sse_app() if options.sse else server.streamable_http_app()
        )


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__" and options.stdio:
    server.run("stdio")
elif __name__ == "__main__":
    import uvicorn

    uvicorn.run(
        application(),
        host="127.0.0.1",
        port=options.port,
        timeout_graceful_shutdown=1,
    )
