"""Programs of a team that deploy into a folder: what the suites of VIA command have in common."""

import os
import signal
from pathlib import Path

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

    def begun(self, tree, *words):
        """A command whose program hangs, its id, and that of the program, which writes it to `pid` where there is the file `hang`."""
        (self.world / "hang").write_text("")
        process = tree.start("/bin/sh", "-c", f'echo $$ > {self.folder}/run; exec "$0" "$@"', tree.launcher, *words)
        program = harness.until(lambda: (self.world / "pid").exists() and (self.world / "pid").read_text().strip(), 60)
        return process, int((self.folder / "run").read_text()), int(program)

    def kill_program(self, program):
        os.kill(program, signal.SIGKILL)
        harness.until(lambda: not Path(f"/proc/{program}").exists() or "Z" in Path(f"/proc/{program}/stat").read_text().split()[2], 10)

    def log(self):
        log = self.world / "log"
        return log.read_text().splitlines() if log.exists() else []
