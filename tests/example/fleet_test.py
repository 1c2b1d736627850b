"""examples/fleet: each command of its README, in its order, and what it says is printed."""

import os
import re
import shutil
import socket
import subprocess
import unittest

from java import SOURCE, harness

EXAMPLE = SOURCE / "examples/fleet"


class Fleet(harness.Case):
    def setUp(self):
        super().setUp()
        self.work = self.folder / "fleet"
        shutil.copytree(EXAMPLE, self.work, ignore=shutil.ignore_patterns("build", "day"))
        tree = self.tree(name="home")
        self.address, _ = self.registry()
        self.trust(tree, self.address)
        self.env = {**tree.env, "cicd_DIR": harness.package(), "REGISTRY": self.address, "COLUMNS": "200"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env.update({f"GIT_{who}_NAME": "Jane Doe", f"GIT_{who}_EMAIL": "jane@example.com"})
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])

    def shell(self, lines):
        """Of a few commands, on a port that is free: what they print."""
        text = "\n".join(lines).replace("8099 ", f"{self.port} ")
        text = text.replace("cmake -B build ", f"cmake -B build -D FLEET_CI=http://localhost:{self.port} ")
        done = subprocess.run([harness.tool("bash"), "-e", "-c", text], cwd=self.work, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout}")
        return done.stdout

    def test_a_day_goes_as_the_readme_tells(self):
        blocks = re.findall(r"```sh\n(.*?)```", (EXAMPLE / "README.md").read_text(), re.S)
        self.assertEqual(len(blocks), 7)
        for block in blocks:
            lines, told = [], []
            for line in [*block.splitlines(), ""]:
                if line.startswith("# "):
                    told.append(line[2:])
                    continue
                if told:
                    printed = self.shell(lines)
                    for one in told:
                        wanted = r"\s+".join(".*" if word == "…" else re.escape(word).replace("…", ".*") for word in one.split())
                        self.assertRegex(printed, wanted, block)
                    lines, told = [], []
                lines.append(line)
            self.shell(lines)
        subprocess.run(["git", "-C", str(self.work), "diff", "--quiet"], check=True)


if __name__ == "__main__":
    unittest.main()
