// The driver `cicd`. All that it does is in the library; this file is where the process begins.
#include <cicd/driver/command_line.hpp>

int main(int count, char** words) {
  return cicd::run_command_line(count, words);
}
