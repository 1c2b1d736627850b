"""Programs of a team that deploy into a folder: what the suites of VIA command have in common."""

import harness

READ = """#!/bin/sh
if [ -f "$WORLD/$1" ]; then printf '{"schema": 1, "version": "%s"}' "$(cat "$WORLD/$1")"; else echo '{"schema": 1, "version": null}'; fi
"""


class ProgramCase(harness.Case):
    def with_programs(self, tree, read=READ, **others):
        """The tree with ./read.sh and others by their names, which find the folder that they deploy into as WORLD."""
        self.world, self.state = self.folder / "world", self.folder / "state"
        self.world.mkdir()
        tree.env["WORLD"] = str(self.world)
        for name, text in {"read": read, **others}.items():
            tree.write(f"{name}.sh", text, 0o755)
        return tree

    def log(self):
        log = self.world / "log"
        return log.read_text().splitlines() if log.exists() else []
