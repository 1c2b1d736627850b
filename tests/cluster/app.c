/* A service for the tests that can be healthy, and ill in every way that a rollout must explain. One static
 * file, so that an image of it is made and pushed in a moment. A thread a connection; knows nothing of
 * Kubernetes.
 *
 * Paths:
 *   /                  {"version", "pod", "host", "path"}
 *   /health            200, or 503 while not ready
 *   /slow?2            as / after 2 s
 *   /status/503        that status
 *   /env?NAME          a variable's value, or 404;    /file?PATH   a file's content, or 404
 *
 * Environment, all of it optional, times in seconds, fractions allowed:
 *   PORT               8080
 *   VERSION            what / says; its "pod" is POD_NAME or the name of the host
 *   START_SECONDS      listens only after so long
 *   LINES              log lines at the start ("line 1 of 3")
 *   EXIT_CODE          ends with it, EXIT_AFTER (0) seconds after the start
 *   CRASH_ONCE         a path on a volume: the first start makes that file and ends with 1, later ones work
 *   ALLOCATE           megabytes to take and to write to before it listens: past the limit that is an out-of-memory kill
 *   READY              "never": /health is 503
 *   READY_AFTER, READY_UNTIL   the times between which /health is 200
 *   DRAIN              at TERM /health is 503 at once, connections are taken for so long (3), answers that
 * have begun are finished
 *
 * app job [--exit CODE] [--lines N] [--seconds S]   prints N lines over S seconds and ends with CODE
 * app get ADDRESS PORT [PATH]                       prints what is answered there; 1 when nothing is
 * app check VARIABLE…                               ends with 0 when all are set, else with 4
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct timespec began;
static atomic_bool draining;
static atomic_int answering;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)(at.tv_sec - began.tv_sec) + (double)(at.tv_nsec - began.tv_nsec) / 1e9;
}

static void wait_seconds(double seconds) {
  struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  while (nanosleep(&left, &left) != 0) continue;
}

static const char* text(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value != NULL && *value != '\0' ? value : otherwise;
}

static double number(const char* name, double otherwise) {
  const char* value = text(name, NULL);
  return value == NULL ? otherwise : atof(value);
}

static bool is_ready(void) {
  return !draining && strcmp(text("READY", ""), "never") != 0 && now() >= number("READY_AFTER", 0)
         && now() < number("READY_UNTIL", 1e9);
}

/* ---- answering ---- */

static void answer(int peer, int status, const char* body, size_t size) {
  char head[200];
  const int length =
      snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n", status,
               status < 400 ? "OK" : "Refused", size, draining ? "close" : "keep-alive");
  struct iovec parts[] = {{head, (size_t)length}, {(void*)body, size}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  (void)!sendmsg(peer, &message, MSG_NOSIGNAL);
}

static void answer_text(int peer, int status, const char* body) {
  answer(peer, status, body, strlen(body));
}

static void answer_file(int peer, const char* path) {
  char content[65536];
  FILE* file = fopen(path, "rb");
  if (file == NULL) {
    answer_text(peer, 404, "no such file\n");
    return;
  }
  const size_t size = fread(content, 1, sizeof content, file);
  fclose(file);
  answer(peer, 200, content, size);
}

static void answer_root(int peer, const char* path, const char* host) {
  char name[256] = "", body[1024];
  gethostname(name, sizeof name - 1);
  snprintf(body, sizeof body,
           "{\"version\": \"%s\", \"pod\": \"%s\", \"host\": \"%.200s\", \"path\": \"%.300s\"}\n",
           text("VERSION", "0"), text("POD_NAME", name), host, path);
  answer_text(peer, 200, body);
}

static void answer_path(int peer, const char* path, const char* host) {
  const char* query = strchr(path, '?');
  query = query == NULL ? "" : query + 1;
  if (strncmp(path, "/health", 7) == 0) {
    answer_text(peer, is_ready() ? 200 : 503, is_ready() ? "ready\n" : "not ready\n");
  } else if (strncmp(path, "/status/", 8) == 0) {
    answer_text(peer, atoi(path + 8), "as asked\n");
  } else if (strncmp(path, "/env?", 5) == 0) {
    answer_text(peer, getenv(query) == NULL ? 404 : 200, getenv(query) == NULL ? "not set\n" : getenv(query));
  } else if (strncmp(path, "/file?", 6) == 0) {
    answer_file(peer, query);
  } else {
    if (strncmp(path, "/slow?", 6) == 0) wait_seconds(atof(query));
    answer_root(peer, path, host);
  }
}

/* One connection, for as many requests as come over it. */
static void* serve(void* argument) {
  const int peer = (int)(long)argument;
  char request[8192];
  size_t size = 0;
  for (;;) {
    const ssize_t got = recv(peer, request + size, sizeof request - 1 - size, 0);
    if (got <= 0) break;
    request[size += (size_t)got] = '\0';
    char* end = strstr(request, "\r\n\r\n");
    if (end == NULL) continue;
    char path[400] = "/", host[256] = "";
    sscanf(request, "%*s %399s", path);
    const char* named = strcasestr(request, "\r\nHost:");
    if (named != NULL) sscanf(named + 7, " %255[^\r\n]", host);
    answering++;
    answer_path(peer, path, host);
    answering--;
    if (draining || strcasestr(request, "\r\nConnection: close") != NULL) break;
    size -= (size_t)(end + 4 - request);
    memmove(request, end + 4, size);
  }
  close(peer);
  return NULL;
}

/* ---- living and dying ---- */

static void* end_later(void* unused) {
  (void)unused;
  wait_seconds(number("EXIT_AFTER", 0));
  printf("ending with exit status %s, as asked\n", text("EXIT_CODE", "0"));
  exit(atoi(text("EXIT_CODE", "0")));
}

static void allocate(void) {
  const size_t megabyte = 1 << 20;
  for (int left = atoi(text("ALLOCATE", "0")); left > 0; left--) {
    char* block = malloc(megabyte);
    if (block != NULL) memset(block, 1, megabyte);
  }
}

static void in_background(void* (*work)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (pthread_create(&thread, &attributes, work, argument) != 0) exit(71);
}

static void* drain_at_signal(void* signals) {
  int number_of_signal;
  sigwait(signals, &number_of_signal);
  draining = true;
  puts("draining");
  for (const double end = now() + number("DRAIN", 3); now() < end;) wait_seconds(0.02);
  for (const double end = now() + 20; answering > 0 && now() < end;) wait_seconds(0.02);
  puts("ended");
  exit(0);
}

static void crash_once(const char* path) {
  if (access(path, F_OK) == 0) return;
  FILE* file = fopen(path, "w");
  if (file == NULL) perror(path);
  puts("crashing, this once");
  exit(1);
}

static int listener(void) {
  const int on = 1, off = 0, made = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 at = {
      .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)number("PORT", 8080)), .sin6_addr = in6addr_any};
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(made, (struct sockaddr*)&at, sizeof at) != 0 || listen(made, 1024) != 0) {
    perror("no listening");
    exit(70);
  }
  return made;
}

_Noreturn static void run_server(void) {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  for (int line = 1, lines = atoi(text("LINES", "0")); line <= lines; line++)
    printf("line %d of %d\n", line, lines);
  if (getenv("CRASH_ONCE") != NULL) crash_once(getenv("CRASH_ONCE"));
  if (number("EXIT_AFTER", 0) > 0) in_background(end_later, NULL);
  else if (getenv("EXIT_CODE") != NULL || getenv("EXIT_AFTER") != NULL) end_later(NULL);
  in_background(drain_at_signal, &signals);
  wait_seconds(number("START_SECONDS", 0));
  allocate();
  const int door = listener();
  printf("version %s listens on %s\n", text("VERSION", "0"), text("PORT", "8080"));
  for (;;) {
    const int peer = accept(door, NULL, NULL);
    if (peer >= 0) in_background(serve, (void*)(long)peer);
  }
}

static int run_job(int count, char** words) {
  int status = 0, lines = 1;
  double seconds = 0;
  for (int at = 0; at + 1 < count; at += 2) {
    if (strcmp(words[at], "--exit") == 0) status = atoi(words[at + 1]);
    if (strcmp(words[at], "--lines") == 0) lines = atoi(words[at + 1]);
    if (strcmp(words[at], "--seconds") == 0) seconds = atof(words[at + 1]);
  }
  for (int line = 1; line <= lines; line++) {
    printf("job line %d of %d\n", line, lines);
    wait_seconds(seconds / lines);
  }
  if (lines == 0) wait_seconds(seconds);
  return status;
}

static int check_variables(int count, char** names) {
  for (int at = 0; at < count; at++) {
    if (getenv(names[at]) != NULL) continue;
    printf("%s is not set\n", names[at]);
    return 4;
  }
  return 0;
}

static int get(const char* address, const char* port, const char* path) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  char buffer[4096];
  inet_pton(AF_INET, address, &at.sin_addr);
  if (connect(peer, (struct sockaddr*)&at, sizeof at) != 0) {
    perror(address);
    return 1;
  }
  dprintf(peer, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, address);
  for (ssize_t got; (got = read(peer, buffer, sizeof buffer)) > 0;) fwrite(buffer, 1, (size_t)got, stdout);
  return 0;
}

int main(int count, char** words) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  clock_gettime(CLOCK_MONOTONIC, &began);
  if (count > 1 && strcmp(words[1], "job") == 0) return run_job(count - 2, words + 2);
  if (count > 1 && strcmp(words[1], "check") == 0) return check_variables(count - 2, words + 2);
  if (count > 3 && strcmp(words[1], "get") == 0) return get(words[2], words[3], count > 4 ? words[4] : "/");
  run_server();
}
