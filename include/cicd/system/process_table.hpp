// The machine's processes as /proc tells them: who started whom, which step marked whom, who holds a pipe.
// Private to this room; it knows nothing of steps and ends nothing by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace cicd::system_table {

/// One process. `start` (clock ticks since boot) tells it from a later one with the same id.
struct process_entry {
  int id = 0;
  int parent = 0;
  int group = 0;
  int session = 0;
  char state = '?';
  std::uint64_t start = 0;

  bool lives() const { return state != 'Z' && state != 'X'; }
};

std::optional<process_entry> read_process(int id);
std::vector<process_entry> all_processes();
/// Clock ticks since boot, as in `process_entry::start`.
std::uint64_t ticks_now();
std::uint64_t ticks_a_second();
/// The id that the system gave last to a process or thread, or nothing where it does not tell.
std::optional<int> last_id();

/// The variable that marks every process of a step.
inline constexpr std::string_view mark_name = "CICD_STEP";
/// What the environment that a process was started with says of its mark.
enum class marking : std::uint8_t { unknown, none, this_one, another };
/// `mark` is the variable's value; that of a cicd inside the step, `mark/…`, counts as the same.
marking marking_of(int id, std::string_view mark);
/// Whether a process has that pipe open; false also where we may not look.
bool holds_pipe(int id, ino_t pipe);

/// Sends a signal to exactly that process, never to a later one with its id. A stopped one is woken to hear
/// it.
void send_signal(const process_entry& to, int signal);

}  // namespace cicd::system_table
