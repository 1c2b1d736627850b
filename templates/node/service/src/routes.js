'use strict';
// What the service answers: a function of a request's path. It knows no socket.

function text(status, words) {
  return { status, type: 'text/plain; charset=utf-8', body: `${words}\n` };
}

/** `target` is a path, which a query may follow. */
function answerTo(target) {
  const path = target.split('?')[0];
  if (path === '/health') return { status: 200, type: 'application/json', body: `${JSON.stringify({ status: 'ok' })}\n` };
  if (path === '/') return text(200, '@@name@@');
  return text(404, 'there is no such page');
}

module.exports = { answerTo };
