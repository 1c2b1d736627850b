'use strict';
const assert = require('node:assert');
const test = require('node:test');
const { answerTo } = require('../src/routes');

test('health is ok', () => {
  const answer = answerTo('/health?deep=1');
  assert.strictEqual(answer.status, 200);
  assert.deepStrictEqual(JSON.parse(answer.body), { status: 'ok' });
});

test('the greeting names the service', () => {
  assert.strictEqual(answerTo('/').body, '@@name@@\n');
});

test('unknown paths are not found', () => {
  for (const path of ['/nothing', '/health/more']) assert.strictEqual(answerTo(path).status, 404);
});
