// Starting one process by posix_spawn, and the register of those that we started and have not reaped yet.
// Private to this room. It does not wait, read or end anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/process.hpp>

namespace cicd::system_launch {

using system_descriptor::descriptor;

/// A pipe, both ends close-on-exec.
struct pipe_ends {
  descriptor read, write;
};
/// Nothing where the system has no descriptor left; `errno` says why.
std::optional<pipe_ends> make_pipe();

/// What becomes 0, 1 and 2 of the child; a `-1` for the input means /dev/null.
struct standard_streams {
  int in = -1;
  int out = -1;
  int err = -1;
};
/// `id` is positive, or `end` says why nothing was started.
struct started {
  int id = -1;
  ending end;
};
/// Starts `what` as the leader of a process group of its own, with default signal dispositions, an empty mask
/// and no descriptor but 0, 1 and 2. `mark`, unless empty, goes first into its environment in place of a
/// variable of that name.
started launch(const command& what, const standard_streams& streams, const std::string& mark = {});

/// Whether `id` was started by `launch` and not yet forgotten.
bool is_started(int id);
/// To be called right after `id` was reaped.
void forget(int id);
/// Reaps every zombie that was handed to us, the subreaper, and that we did not start.
void reap_strays();

/// The value of `name` in `NAME=value` words, or nothing.
std::optional<std::string_view> variable(const std::vector<std::string>& environment, std::string_view name);
/// An ending from the status that waitpid gave.
ending ending_from(int wait_status);

}  // namespace cicd::system_launch
