// @@name@@: an HTTP service that says whether it is well. It listens on PORT, by default @@port@@, and ends with 0 on TERM.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "server.hpp"

int main() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  try {
    const char* port = std::getenv("PORT");
    @@name_snake@@::serve(port && *port ? std::stoi(port) : @@port@@);
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "@@name@@: " << failure.what() << '\n';
    return 1;
  }
}
