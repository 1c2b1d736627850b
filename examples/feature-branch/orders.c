/* The service: says how many orders are open, and which version says so. One thread, one connection at a time; knows
 * nothing of Kubernetes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* What a branch changes, so that it can be seen. */
static const char answer[] = "3 orders are open";

static void end(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static const char* variable(const char* name) {
  const char* value = getenv(name);
  return value == NULL ? "" : value;
}

static void serve(int peer) {
  const struct timeval patience = {.tv_sec = 2};
  char request[2048] = "", body[512], reply[1024];
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (recv(peer, request, sizeof request - 1, 0) <= 0) return;
  if (strncmp(request, "GET /health ", 12) == 0)
    snprintf(body, sizeof body, "{\"status\": \"up\"}\n");
  else
    snprintf(body, sizeof body, "{\"answer\": \"%s\", \"version\": \"%.60s\", \"endpoint\": \"%.300s\"}\n", answer,
             variable("DD_VERSION"), variable("APP_ENDPOINT"));
  const int size = snprintf(reply, sizeof reply,
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                            "Connection: close\r\n\r\n%s",
                            strlen(body), body);
  (void)!send(peer, reply, (size_t)size, MSG_NOSIGNAL);
  shutdown(peer, SHUT_WR);
  (void)!recv(peer, request, sizeof request, 0); /* until the other side has read it */
}

int main(int count, char** words) {
  const int on = 1, door = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8080)};
  if (count > 1 && strcmp(words[1], "--check") == 0) return sizeof answer > 1 ? 0 : 1;
  signal(SIGTERM, end);
  signal(SIGINT, end);
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(door, (struct sockaddr*)&at, sizeof at) != 0 || listen(door, 128) != 0) {
    perror("port 8080");
    return 1;
  }
  for (;;) {
    const int peer = accept(door, NULL, NULL);
    if (peer < 0) continue;
    serve(peer);
    close(peer);
  }
}
