'use strict';
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const test = require('node:test');

test('it answers, and ends with 0 on TERM', async () => {
  const service = spawn(process.execPath, [join(__dirname, '../src/main.js')], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(service.stdout, 'data');
    const port = /listening on (\d+)/.exec(line)[1];
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    assert.strictEqual(answer.status, 200);
    service.kill('SIGTERM');
    const [status] = await once(service, 'exit');
    assert.strictEqual(status, 0);
  } finally {
    service.kill('SIGKILL');
  }
});
