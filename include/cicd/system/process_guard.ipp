// The guard is this executable once more. It reads a pipe of which we have the other end: the kernel closes
// that however we end, and what was not forgotten by then is ended.
#pragma once

#include <cicd/system/process_guard.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include <cicd/base/text.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/launch.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/process_orphans.ipp>
#include <cicd/system/process_table.hpp>

namespace cicd {

struct process_guard::inside {
  int id = -1;
  system_descriptor::descriptor says;
};

namespace system_process_guard {
namespace {

using system_descriptor::descriptor;
using system_table::process_entry;

constexpr std::string_view word = "--guard-processes";

/// The tree's processes: the one that was started, its group and its session as long as it lives, who bears
/// the folder in his environment, and all that came of these.
std::vector<process_entry> processes_of(const guarded_tree& of, const std::vector<process_entry>& known) {
  std::vector<process_entry> others = system_table::all_processes(), found;
  const auto is_main = [&](const process_entry& each) {
    return each.id == of.process && each.start == of.start;
  };
  const bool main_lives = std::ranges::any_of(others, is_main);
  const std::string mark = of.folder.empty() ? of.mark : "CICD_FOLDER=" + of.folder;
  const auto is_known = [&](const process_entry& each) {
    return std::ranges::any_of(
        known, [&](const process_entry& one) { return one.id == each.id && one.start == each.start; });
  };
  const auto is_rooted = [&](const process_entry& each) {
    const bool is_of_group = main_lives && (each.group == of.process || each.session == of.process);
    return is_main(each) || is_of_group || is_known(each) || system_process_orphans::bears(each.id, mark);
  };
  std::erase_if(others, [](const process_entry& each) { return each.id == getpid() || !each.lives(); });
  const auto take = [&](const auto& is_next) {
    for (auto at = others.begin(); at != others.end();)
      if (is_next(*at)) {
        found.push_back(*at);
        at = others.erase(at);
      } else {
        ++at;
      }
  };
  take(is_rooted);
  for (std::size_t next = 0; next < found.size(); ++next) {
    const int parent = found[next].id;
    take([&](const process_entry& each) { return each.parent == parent; });
  }
  return found;
}

void watch_in(std::map<std::string, guarded_tree>& watched, guarded_tree tree) {
  const std::string name = tree.folder.empty() ? tree.mark : tree.folder;
  watched.insert_or_assign(name, std::move(tree));
}

void serve() {
  signal(SIGPIPE, SIG_IGN);
  std::map<std::string, guarded_tree> watched;
  std::string begun;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = read(0, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    begun.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = begun.find('\n'); end != begun.npos; end = begun.find('\n')) {
      if (const result<json> line = parse_json(begun.substr(0, end))) {
        if (const std::string gone = (*line)["forget"].text(); !gone.empty())
          watched.erase(gone);
        else
          watch_in(watched, guarded_tree_from(*line));
      }
      begun.erase(0, end + 1);
    }
  }
  for (const auto& [folder, tree] : watched) end_guarded(tree);
}

}  // namespace
}  // namespace system_process_guard

guarded_tree with_process(guarded_tree of, int process) {
  const auto entry = system_table::read_process(process);
  of.process = entry ? process : 0;
  of.start = entry ? entry->start : 0;
  return of;
}

json as_json(const guarded_tree& of) {
  json made;
  made.set("folder", of.folder).set("process", of.process).set("start", std::to_string(of.start));
  made.set("also", json_texts(of.also)).set("mark", of.mark).set("first", json_texts(of.first));
  return made.set("environment", json_texts(of.environment));
}

guarded_tree guarded_tree_from(const json& of) {
  const std::string start = of["start"].text("0");
  return {.folder = of["folder"].text(),
          .also = of["also"].texts(),
          .mark = of["mark"].text(),
          .process = static_cast<int>(of["process"].integer()),
          .start = std::strtoull(start.c_str(), nullptr, 10),
          .first = of["first"].texts(),
          .environment = of["environment"].texts()};
}

std::size_t end_guarded(const guarded_tree& of) {
  using namespace system_process_guard;
  if (!of.folder.starts_with('/') && of.mark.empty()) return 0;
  if (!of.first.empty())
    (void)run_to_end({.words = of.first, .directory = "/", .environment = of.environment},
                     {.limit = std::chrono::seconds(30)});
  std::vector<process_entry> known;
  for (int round = 0; round < 1000; ++round) {
    const std::vector<process_entry> left = processes_of(of, known);
    if (left.empty()) break;
    for (const process_entry& each : left) {
      system_table::send_signal(each, SIGKILL);
      known.push_back(each);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (!of.folder.empty()) (void)remove_tree(of.folder);
  for (const std::string& each : of.also) (void)remove_tree(each);
  std::ranges::sort(known, {}, &process_entry::id);
  return static_cast<std::size_t>(
      std::unique(known.begin(), known.end(),
                  [](const auto& one, const auto& other) { return one.id == other.id; })
      - known.begin());
}

process_guard::process_guard(std::unique_ptr<inside> of) : inside_(std::move(of)) {}

result<std::unique_ptr<process_guard>> process_guard::start() {
  namespace self = system_process_guard;
  auto pipe = system_launch::make_pipe();
  const self::descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!pipe || !nowhere)
    return error{
        exit_class::usage, {}, "no pipe could be made: " + std::string(strerrordesc_np(errno)), {}, {}};
  const auto made = system_launch::launch(
      {.words = {"/proc/self/exe", std::string(self::word)}, .directory = "/", .environment = {}},
      {pipe->read.number(), nowhere.number(), nowhere.number()});
  if (made.id < 0) return error{exit_class::usage, {}, made.end.text, {}, {}};
  return std::unique_ptr<process_guard>(
      new process_guard(std::make_unique<inside>(inside{made.id, std::move(pipe->write)})));
}

process_guard::~process_guard() {
  inside_->says.close();
  while (waitpid(inside_->id, nullptr, 0) < 0 && errno == EINTR) continue;
  system_launch::forget(inside_->id);
}

namespace system_process_guard {
namespace {

void say(const descriptor& to, const json& line) {
  std::string text = compact(line) + '\n';
  for (std::string_view left = text; !left.empty();) {
    const ssize_t count = write(to.number(), left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace
}  // namespace system_process_guard

void process_guard::watch(const guarded_tree& tree) const {
  system_process_guard::say(inside_->says, as_json(tree));
}

void process_guard::forget(const std::string& folder) const {
  system_process_guard::say(inside_->says, json::object{{"forget", folder}});
}

void guard_where_asked(const std::vector<std::string>& words) {
  if (words.size() < 2 || words[1] != system_process_guard::word) return;
  system_process_guard::serve();
  _exit(0);
}

}  // namespace cicd
