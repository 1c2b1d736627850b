"""A registry that wants a login, beside the cluster's own. Knows no case."""

import base64
import json
import socket
import subprocess
import tempfile

import harness


class ClosedRegistry:
    """On an address that the node takes without TLS, with one repository `orders`."""

    USER, PASSWORD = "puller", "open-sesame"

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        words = subprocess.run([harness.run.tool("htpasswd"), "-Bbn", self.USER, self.PASSWORD], check=True, capture_output=True, text=True)
        (folder / "htpasswd").write_text(words.stdout)
        config = folder / "registry.json"
        config.write_text(json.dumps({
            "version": "0.1", "log": {"level": "error"}, "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
            "http": {"addr": self.host, "secret": "test"}, "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}}))
        self.process = subprocess.Popen([harness.run.tool("docker-registry"), "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.until(lambda: self.status() == 401, what="the registry's wish for a login")

    def status(self):
        try:
            return harness.fetch(f"http://{self.host}", "/v2/")[0]
        except OSError:
            return None

    def end(self):
        self.process.kill()
        self.process.wait()

    def push(self):
        with tempfile.TemporaryDirectory(prefix="cicd-image-") as layout:
            digest = harness.images.write_image(layout, harness.App.program(), {"CLOSED": "yes"})
            subprocess.run([harness.run.tool("skopeo"), "copy", "--quiet", "--preserve-digests", "--dest-tls-verify=false",
                            f"--dest-creds={self.USER}:{self.PASSWORD}", f"oci:{layout}", f"docker://{self.host}/orders:1"], check=True)
        return f"{self.host}/orders@{digest}"

    def secret(self, password):
        login = base64.b64encode(f"{self.USER}:{password}".encode()).decode()
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, "type": "kubernetes.io/dockerconfigjson",
                "stringData": {".dockerconfigjson": json.dumps({"auths": {self.host: {"auth": login}}})}}
