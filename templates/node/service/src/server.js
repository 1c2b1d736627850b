'use strict';
// Answers requests on a port until TERM or INT, and lets those that run then end. It knows no route.
const http = require('node:http');
const { answerTo } = require('./routes');

const GRACE = 10_000; // how long requests that run may take to end, in milliseconds

function makeServer() {
  return http.createServer((request, response) => {
    const answer = answerTo(request.url);
    response.writeHead(answer.status, { 'Content-Type': answer.type, 'Content-Length': Buffer.byteLength(answer.body) });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
}

function serve(port) {
  const server = makeServer();
  server.listen(port, () => console.log(`listening on ${server.address().port}`));
  const end = () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), GRACE).unref();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

module.exports = { makeServer, serve };
