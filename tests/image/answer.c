/* The application of the image suite: says who it is and what it can do, then answers with a status of its
 * own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char** words) {
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  printf("uid=%d gid=%d words=%d greeting=%s folder=%s\n", getuid(), getgid(), count,
         getenv("GREETING") ? getenv("GREETING") : "", getcwd(line, sizeof line) ? line : "");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "CapEff", 6) == 0) fputs(line, stdout);
  printf("write: %s\n", open("/written", O_CREAT | O_WRONLY, 0644) < 0 ? strerror(errno) : "possible");
  printf("data: %s\n", access("/app/lib/data", R_OK) == 0 ? "readable" : strerror(errno));
  (void)words;
  return 42;
}
