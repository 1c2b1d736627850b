"""A recorder of what UPSTREAM asks: the API of a Jenkins job, the check runs of GitHub, and any JSON. It answers what a test has set, and
remembers path and login of each question."""

import http.server
import json
import threading
import time
import urllib.parse


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, path = self.server, urllib.parse.unquote(self.path)
        server.asked.append((path, self.headers.get("Authorization", "")))
        time.sleep(server.slow)
        route = path.split("?")[0]
        status, body = server.status, server.pages.get(route)
        if server.login and self.headers.get("Authorization") != server.login:
            status, body = 401, "<html>please log in</html>"
        elif body is None and status == 200:
            status, body = server.missing, "{}"
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "http://127.0.0.1:1/login")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """`pages`: path → document."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked, self.pages, self.login, self.status, self.missing, self.slow = [], {}, "", 200, 404, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def builds(self, job, *builds):
        """The builds of a Jenkins job, the newest first: (number, result, commit). A result of None is a build that runs."""
        self.pages[f"/job/{job}/api/json"] = {"_class": "org.jenkinsci.plugins.workflow.job.WorkflowJob", "builds": [
            {"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": number, "result": result, "building": result is None,
             "url": f"{self.url}/job/{job}/{number}/",
             "actions": [{"_class": "hudson.model.CauseAction"}, {},
                         {"_class": "hudson.plugins.git.util.BuildData", "lastBuiltRevision": {"SHA1": commit}}]}
            for number, result, commit in builds]}

    def checks(self, repository, commit, *runs):
        """The check runs of a commit: (name, conclusion). A conclusion of None is one that runs."""
        self.pages[f"/api/v3/repos/{repository}/commits/{commit}/check-runs"] = {"total_count": len(runs), "check_runs": [
            {"id": 7, "name": name, "status": "completed" if end else "in_progress", "conclusion": end, "html_url": f"{self.url}/runs/7"}
            for name, end in runs]}
