"""What a GitLab server says of the job that asks, and a clone that came from there."""

import http.server
import json
import threading

JOE = {"name": "Joe", "username": "joe", "public_email": ""}
TOKEN = "of-the-job-"


class Server(http.server.BaseHTTPRequestHandler):
    """Knows a job by its token, which ends in its name."""

    user, tree, commit = JOE, None, {}

    def do_GET(self):
        token = self.headers["JOB-TOKEN"] or ""
        is_known = self.path == "/api/v4/job" and token.startswith(TOKEN)
        commit = {"id": self.tree.git("rev-parse", "HEAD"), "author_name": "Jane Doe", "author_email": "jane@example.com", "committer_name": "Jane Doe", "committer_email": "jane@example.com"}
        told = {"name": token.removeprefix(TOKEN), "user": self.user, "commit": {**commit, **self.commit}} if is_known else {"message": "404 Not found"}
        answer = json.dumps(told).encode()
        self.send_response(200 if is_known else 404)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words):
        pass


def served(case, of, **says):
    """A server of the jobs of a tree's commit, and its address. What it says is changed by the attributes of the first."""
    answers = type("Answers", (Server,), {"tree": of, **says})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case.addCleanup(server.server_close)
    case.addCleanup(server.shutdown)
    return answers, f"http://127.0.0.1:{server.server_port}"


def came_from(clone, address, remote):
    """As GitLab's runner leaves a clone; git goes to `remote` for it."""
    origin = f"{address}/us/app.git"
    clone.git("config", "remote.origin.url", origin)
    clone.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    clone.git("config", f"url.{remote}.insteadOf", origin)


def of_job(name, address):
    """The variables of a manual job."""
    return {"CI_JOB_MANUAL": "true", "CI_JOB_NAME": name, "CI_JOB_TOKEN": TOKEN + name, "CI_SERVER_URL": address, "CI_API_V4_URL": f"{address}/api/v4"}
