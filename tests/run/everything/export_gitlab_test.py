"""An exported file of GitLab CI is read by gitlab-ci-local, which knows stages and needs: what there is, and a broken file that it must
refuse."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import export_test  # noqa: E402

PROGRAM = export_test.VENV.parents[1] / "gitlab-ci-local/node_modules/.bin/gitlab-ci-local"


class ExportGitlab(export_test.ExportCase):
    def listed(self, tree):
        done = subprocess.run([PROGRAM, "--list-json"], cwd=tree.source, capture_output=True, text=True, env={**tree.env, "HOME": str(tree.home)})
        return done, (json.loads(done.stdout) if done.returncode == 0 else [])

    def test_stages_and_needs_are_those_that_there_are(self):
        tree = self.exported(export_test.WHOLE)
        tree.git("remote", "set-url", "upstream", "git@gitlab.example.com:us/app.git")
        tree.git("remote", "add", "origin", "git@gitlab.example.com:us/app.git")
        done, jobs = self.listed(tree)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        needs = {job["name"]: {one["job"] for one in job.get("needs") or []} for job in jobs}
        self.assertEqual(needs["app-test"], {"decide", "app-build"})
        self.assertIn("cicd / result", needs)
        path = tree.source / export_test.SYSTEMS["gitlab"]
        text = path.read_text()
        for old, new in (("stage: run", "stage: rum"), ("- job: decide", "- job: decidde")):
            path.write_text(text.replace(old, new, 1))
            done, _ = self.listed(tree)
            self.assertNotEqual(done.returncode, 0, new)


if __name__ == "__main__":
    unittest.main()
