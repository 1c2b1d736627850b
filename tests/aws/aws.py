"""The server that plays AWS: what the suites of AWS have in common."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
import harness  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests"
VENV = Path(os.environ.get("CICD_TEST_VENV") or CACHE / "venv")
LOGIN = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


class AwsCase(harness.Case):
    @classmethod
    def setUpClass(cls):
        if not (VENV / "bin/python").is_file():
            raise AssertionError("moto is missing: ./setup --tests installs it")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = str(one.getsockname()[1])
        cls.url = f"http://127.0.0.1:{port}"
        cls.moto = subprocess.Popen([VENV / "bin/python", "-m", "moto.server", "-p", port], env={**os.environ, **LOGIN},
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.moto.wait)
        cls.addClassCleanup(cls.moto.kill)

        def answers():
            try:
                return urllib.request.urlopen(cls.url + "/moto-api/", timeout=1).status
            except OSError:
                return None
        harness.until(answers, 60, "moto")

    def setUp(self):
        super().setUp()
        urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset", method="POST"), timeout=10)

    def aws(self, script, region="us-east-1"):
        """What a program with boto3 prints, as JSON."""
        before = ("import base64, boto3, io, json, zipfile\n"
                  f"at = dict(endpoint_url='{self.url}', region_name='{region}')\n"
                  "s3, la, iam, cf = (boto3.client(name, **at) for name in ('s3', 'lambda', 'iam', 'cloudformation'))\n")
        done = subprocess.run([VENV / "bin/python", "-c", before + script], env={**os.environ, **LOGIN}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout or "null")

    def stand_in(self, tree, text):
        """Puts a program `serverless` before the others, and gives its file."""
        file = self.folder / "bin/serverless"
        file.parent.mkdir()
        file.write_text(text)
        file.chmod(0o755)
        tree.env["PATH"] = f"{file.parent}:{tree.env['PATH']}"
        return file
