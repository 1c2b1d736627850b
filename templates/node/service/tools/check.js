'use strict';
// Whether each source file can be parsed, with node alone. A linter of your choice takes its place: "lint" in package.json.
const { spawnSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.[cm]?js$/.test(entry.name) ? [path] : [];
  });
}

const wrong = ['src', 'test'].flatMap(sources).filter((path) => spawnSync(process.execPath, ['--check', path], { stdio: 'inherit' }).status !== 0);
process.exitCode = wrong.length === 0 ? 0 : 1;
