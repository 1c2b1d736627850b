"""A Gitea of its own for each test file: empty data, a free port of loopback, one user with a token. It knows no driver."""

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parents[1] / "cluster/cluster"

SETTINGS = """
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = {url}/
STATIC_ROOT_PATH = {files}
DISABLE_SSH = true
OFFLINE_MODE = true
LFS_START_SERVER = false
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = {key}
INTERNAL_TOKEN = {key}
PASSWORD_HASH_ALGO = pbkdf2$1000
[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main
[service]
DISABLE_REGISTRATION = true
[indexer]
ISSUE_INDEXER_TYPE = db
[actions]
ENABLED = false
[cron]
ENABLED = false
[log]
ROOT_PATH = {folder}/log
MODE = console
LEVEL = Warn
"""


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Gitea:
    def __init__(self, folder):
        self.folder, self.user = Path(folder), "jane"
        self.folder.mkdir(parents=True)
        self.program = Path(subprocess.run([str(PROGRAMS), "where", "gitea"], check=True, capture_output=True, text=True).stdout.strip())
        if not os.access(self.program, os.X_OK):
            raise AssertionError("gitea is not built: ./setup --everything builds it")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GITEA_WORK_DIR": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        (self.folder / "app.ini").write_text(SETTINGS.format(port=port, url=self.url, folder=self.folder, files=f"{self.program}.files", key=secrets.token_hex(32)))
        self.command("migrate")
        self.password = secrets.token_hex(8)
        self.command("admin", "user", "create", "--username", self.user, "--password", self.password, "--email", "jane@example.com", "--admin",
                     "--must-change-password=false")
        self.token = self.command("admin", "user", "generate-access-token", "--username", self.user, "--scopes", "all", "--raw").split()[-1]
        self.log = open(self.folder / "out.txt", "wb")
        self.process = subprocess.Popen([self.program, "--config", self.folder / "app.ini", "web"], env=self.env, stdout=self.log, stderr=self.log)
        self.wait()

    def command(self, *words):
        done = subprocess.run([self.program, "--config", self.folder / "app.ini", *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, f"gitea {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.folder / "out.txt").read_text()
            try:
                return self.ask("GET", "/version")
            except (OSError, Refused):
                time.sleep(0.05)
        raise AssertionError("gitea did not answer within 60 s: " + (self.folder / "out.txt").read_text())

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def ask(self, method, path, body=None, token=None):
        """The answer of the API, read; None where it has no body."""
        request = urllib.request.Request(self.url + "/api/v1" + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "token " + (token or getattr(self, "token", "")), "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            raise Refused(refusal.code, refusal.read().decode(errors="replace")) from None
        return json.loads(text) if text else None

    def token_of(self, user, *scopes):
        return self.command("admin", "user", "generate-access-token", "--username", user, "--token-name", secrets.token_hex(4), "--scopes", ",".join(scopes), "--raw").split()[-1]

    def new_user(self, name):
        self.command("admin", "user", "create", "--username", name, "--password", self.password, "--email", f"{name}@example.com", "--must-change-password=false")
        return self.token_of(name, "all")

    def new_repository(self, name, has_first=True):
        """`jane/<name>`; gives its address with a login."""
        self.ask("POST", "/user/repos", {"name": name, "default_branch": "main", "auto_init": has_first, "private": True})
        return self.address(name)

    def address(self, name):
        return f"{self.url}/{self.user}/{name}.git"
