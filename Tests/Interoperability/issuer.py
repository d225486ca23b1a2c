"""An authorization server on the Python packages `authlib` and `flask`, for the interoperability tests.

    issuer.py --port 8124 --lifetime SECONDS

Authorization code with PKCE, device codes, refresh tokens that are replaced with each use (using one twice ends
all that came of it, and is told), revocation, introspection, registration and its end. People say yes to all.
Binds 127.0.0.1; what it was asked goes to standard error. `POST /operator/end` ends all tokens, as an operator
would.
"""

import argparse
import logging
import time

from authlib.common.security import generate_token
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6749.util import list_to_scope, scope_to_list
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7592 import ClientConfigurationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import (
    DEVICE_CODE_GRANT_TYPE,
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    DeviceCredentialDict,
)
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, jsonify, request

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int, required=True)
arguments.add_argument("--lifetime", type=int, default=3600)
options = arguments.parse_args()

BASE = f"http://127.0.0.1:{options.port}"
METADATA = {
    "issuer": BASE,
    "authorization_endpoint": f"{BASE}/authorize",
    "token_endpoint": f"{BASE}/token",
    "registration_endpoint": f"{BASE}/register",
    "device_authorization_endpoint": f"{BASE}/device",
    "revocation_endpoint": f"{BASE}/revoke",
    "introspection_endpoint": f"{BASE}/introspect",
    "scopes_supported": ["files:read", "offline_access"],
    "response_types_supported": ["code"],
    "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
clients, tokens, codes, devices, yes = {}, [], {}, {}, set()


class User:
    def get_user_id(self):
        return "ana"


class Client(ClientMixin):
    def __init__(self, info, metadata):
        self.client_info, self.client_metadata = info, metadata
        self.management = generate_token(48)

    def get_client_id(self):
        return self.client_info["client_id"]

    def get_default_redirect_uri(self):
        return self.client_metadata["redirect_uris"][0]

    def get_allowed_scope(self, scope):
        known = METADATA["scopes_supported"]
        return list_to_scope([one for one in scope_to_list(scope) or [] if one in known])

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.client_metadata["redirect_uris"]

    def check_client_secret(self, client_secret):
        return client_secret == self.client_info.get("client_secret")

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.client_metadata.get("token_endpoint_auth_method", "client_secret_basic")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in self.client_metadata.get("grant_types", ["authorization_code"])


class Token(TokenMixin):
    def __init__(self, client_id, values, family, resource):
        self.client_id, self.family, self.resource = client_id, family, resource
        self.access, self.refresh = values["access_token"], values.get("refresh_token")
        self.scope, self.ends = values.get("scope", ""), time.time() + values["expires_in"]
        self.used = self.revoked = False

    def check_client(self, client):
        return self.client_id == client.get_client_id()

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return options.lifetime

    def is_expired(self):
        return self.ends <= time.time()

    def is_revoked(self):
        return self.revoked

    def get_user(self):
        return User()

    def get_client(self):
        return clients.get(self.client_id)


class Code(dict):
    def get_redirect_uri(self):
        return self["redirect_uri"]

    def get_scope(self):
        return self["scope"]

    def get_nonce(self):
        return None

    def get_auth_time(self):
        return int(time.time())


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "none"]

    def save_authorization_code(self, code, request):
        data = request.payload.data
        codes[code] = Code(
            code=code,
            client_id=request.client.get_client_id(),
            redirect_uri=request.payload.redirect_uri,
            scope=request.client.get_allowed_scope(request.payload.scope),
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found["client_id"] == client.get_client_id() else None

    def delete_authorization_code(self, authorization_code):
        codes.pop(authorization_code["code"], None)

    def authenticate_user(self, authorization_code):
        return User()


class S256(CodeChallenge):
    def get_authorization_code_challenge(self, authorization_code):
        return authorization_code["code_challenge"]

    def get_authorization_code_challenge_method(self, authorization_code):
        return authorization_code["code_challenge_method"]


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        found = next((one for one in tokens if one.refresh == refresh_token), None)
        if found is None or found.revoked:
            return None
        if found.used:
            print("a refresh token was used twice", flush=True)
            for one in tokens:
                one.revoked = one.revoked or one.family == found.family
            return None
        return found

    def authenticate_user(self, refresh_token):
        return User()

    def revoke_old_credential(self, refresh_token):
        refresh_token.used = True


class DeviceGrant(DeviceCodeGrant):
    def query_device_credential(self, device_code):
        return devices.get(device_code)

    def query_user_grant(self, user_code):
        return (User(), True) if user_code in yes else None

    def should_slow_down(self, credential):
        return False


class Device(DeviceAuthorizationEndpoint):
    INTERVAL = 1

    def get_verification_uri(self):
        return f"{BASE}/go"

    def save_device_credential(self, client_id, scope, data):
        devices[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id, scope=scope, expires_at=time.time() + data["expires_in"], **data
        )


class Registration(ClientRegistrationEndpoint):
    def authenticate_token(self, request):
        return "anybody"

    def get_server_metadata(self):
        return METADATA

    def save_client(self, client_info, client_metadata, request):
        client = Client(client_info, client_metadata)
        clients[client.get_client_id()] = client
        return client

    def generate_client_registration_info(self, client, request):
        return {
            "registration_client_uri": f"{BASE}/register/{client.get_client_id()}",
            "registration_access_token": client.management,
        }


class Manager:
    """The right to change one registration."""

    def __init__(self, client):
        self.client = client

    def check_client(self, client):
        return client is self.client


class Configuration(ClientConfigurationEndpoint):
    def authenticate_token(self, request):
        word = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return next((Manager(one) for one in clients.values() if one.management == word), None)

    def authenticate_client(self, request):
        return clients.get(request.uri.rsplit("/", 1)[-1])

    def revoke_access_token(self, request, token):
        pass

    def check_permission(self, client, request):
        return True

    def delete_client(self, client, request):
        clients.pop(client.get_client_id(), None)


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic", "none"]

    def query_token(self, token_string, token_type_hint):
        return next((one for one in tokens if token_string in (one.access, one.refresh)), None)

    def revoke_token(self, token, request):
        token.revoked = True


class Introspection(IntrospectionEndpoint):
    def authenticate_endpoint_client(self, request):
        return None  # a resource server on the same machine

    def query_token(self, token_string, token_type_hint):
        return next((one for one in tokens if one.access == token_string), None)

    def check_permission(self, token, client, request):
        return True

    def introspect_token(self, token):
        return {
            "active": not token.revoked and not token.is_expired(),
            "client_id": token.client_id,
            "scope": token.scope,
            "exp": int(token.ends) + 1,
            "aud": token.resource,
            "sub": "ana",
            "iss": BASE,
        }


def save_token(values, request):
    old = request.refresh_token
    family = old.family if old else generate_token(8)
    resource = request.form.get("resource") or (old.resource if old else None)
    tokens.append(Token(request.client.get_client_id(), values, family, resource))


lives = {name: options.lifetime for name in ("authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE)}
application = Flask(__name__)
application.config.update(OAUTH2_REFRESH_TOKEN_GENERATOR=True, OAUTH2_TOKEN_EXPIRES_IN=lives)
server = AuthorizationServer(application, query_client=clients.get, save_token=save_token)
server.register_grant(CodeGrant, [S256(required=True)])
server.register_grant(RefreshGrant)
server.register_grant(DeviceGrant)
for endpoint in (Device, Registration, Configuration, Revocation, Introspection):
    server.register_endpoint(endpoint)


class Issuer(IssuerParameter):
    def get_issuer(self):
        return BASE


server.register_extension(Issuer())


@application.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify(METADATA)


@application.get("/authorize")
def authorize():
    return server.create_authorization_response(grant_user=User(), grant=server.get_consent_grant(User()))


@application.get("/go")
def go():
    yes.add(request.args["user_code"])
    return "Thank you."


@application.post("/operator/end")
def end():
    for one in tokens:
        one.revoked = True
    return ""


for path, methods, name in [
    ("/device", ["POST"], Device.ENDPOINT_NAME),
    ("/register", ["POST"], Registration.ENDPOINT_NAME),
    ("/register/<name>", ["GET", "PUT", "DELETE"], Configuration.ENDPOINT_NAME),
    ("/revoke", ["POST"], Revocation.ENDPOINT_NAME),
    ("/introspect", ["POST"], Introspection.ENDPOINT_NAME),
]:
    application.add_url_rule(
        path, name, lambda endpoint=name, **_: server.create_endpoint_response(endpoint), methods=methods
    )
application.add_url_rule("/token", "token", lambda: server.create_token_response(), methods=["POST"])

if __name__ == "__main__":
    # What a server asks with each request would hide the rest.
    logging.getLogger("werkzeug").addFilter(lambda record: "/introspect" not in record.getMessage())
    application.run("127.0.0.1", options.port, threaded=True)
