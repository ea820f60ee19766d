"""Servers on loopback that answer in the shape of the real ones, in two or three pages: Okta (Link headers, a rate limit on the
first request), Microsoft Graph, Hugging Face, SCIM. The records are those of fixtures/sources, a folder that is the only argument.

The first part of a path is a mode: `ok`; `broken`, where every page but the first is refused; `foreign`, where the next page is
said to be on another server. Prints its port, then every request's path, on standard output."""

import json
import pathlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FIXTURES = pathlib.Path(sys.argv[1])
limited = set()


def records(source):
    lines = (FIXTURES / source / "ok.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def size(found):
    return max(1, (len(found) + 2) // 3)


def okta(path, query):
    if path == "/api/v1/users":
        people = records("okta-users")
        gone = [person for person in people if person["status"] == "DEPROVISIONED"]
        if "search" in query:
            return gone
        return [person for person in people if person not in gone]
    parts = path.split("/")
    if path.startswith("/api/v1/groups/"):
        return records("okta-group-users") if parts[-1] == "users" else None
    if path.startswith("/api/v1/apps/"):
        return records("okta-app-users")
    named = {"logs": "okta-system-log", "groups": "okta-groups", "api-tokens": "okta-api-tokens"}
    return records(named[parts[-1]]) if parts[-1] in named else None


def graph(path):
    parts = path.split("/")
    if path.startswith("/groups/"):
        group = next(group for group in records("entra-groups") if group["id"] == parts[2])
        return group.get("members") or [] if parts[-1] == "members" else group
    if path.startswith("/servicePrincipals/"):
        return records("entra-app-role-assignments")
    if path == "/groups":
        groups = [group for group in records("entra-groups") if "members@delta" not in group and "@removed" not in group]
        return [{key: value for key, value in group.items() if key != "members"} for group in groups]
    if path.startswith("/directory/deletedItems/"):
        return [person for person in records("entra-users") if person.get("deletedDateTime")]
    named = {"provisioning": "entra-provisioning", "directoryAudits": "entra-audit", "signIns": "entra-sign-in", "users": "entra-users"}
    return records(named[parts[-1]]) if parts[-1] in named else None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        _, mode, kind, *rest = url.path.split("/")
        path = "/" + "/".join(rest)
        print(self.path, flush=True)
        scheme = "SSWS" if kind == "okta" else "Bearer"
        if self.headers.get("Authorization") != f"{scheme} made-up-token":
            return self.send(401, {"error": "no token"})
        if kind == "okta" and (mode, path) not in limited:
            limited.add((mode, path))
            # A limited answer has a Link header too, which leads nowhere.
            return self.send(429, {"errorCode": "E0000047"}, {"Retry-After": "1", "Link": '<https://elsewhere.example/>; rel="next"'})
        start = int(query.get("skip", 0))
        if mode == "broken" and (start or int(query.get("startIndex", 1)) > 1):
            return self.send(403, {"error": "no longer"})
        if "/scim/v2/" in path or "/scim-provisioning/v2/" in path:
            return self.scim("scim-" + path.rsplit("/", 1)[-1].lower(), query, mode)
        found = {"okta": lambda: okta(path, query), "graph": lambda: graph(path), "hf": lambda: records("huggingface-" + self.hub(path))}[kind]()
        if found is None:
            return self.send(404, {"error": path})
        if isinstance(found, dict):
            return self.send(200, found)
        host = "https://elsewhere.example" if mode == "foreign" else f"http://{self.headers['Host']}"
        separator = "&" if url.query else "?"
        page_size = size(found)
        further = f"{host}{self.path}{separator}skip={start + page_size}" if "skip=" not in self.path else f"{host}{self.path.replace(f'skip={start}', f'skip={start + page_size}')}"
        page = found[start:start + page_size]
        more = start + page_size < len(found)
        if kind == "graph":
            return self.send(200, {"value": page, **({"@odata.nextLink": further} if more else {})})
        links = f'<http://{self.headers["Host"]}{self.path}>; rel="self"' + (f', <{further}>; rel="next"' if more else "")
        self.send(200, page, {"link": links})

    def hub(self, path):
        return path.split("/organizations/")[1].split("/", 1)[1].removesuffix("/export")

    def scim(self, source, query, mode):
        found = records(source)
        start = int(query["startIndex"])
        page = found[start - 1:start - 1 + size(found)]
        total = len(found) + (1 if mode == "short" else 0)
        self.send(200, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": total, "startIndex": start,
                        "itemsPerPage": len(page), "Resources": page})

    def send(self, status, body, headers=None):
        body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
