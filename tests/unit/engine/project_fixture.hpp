// A project with fakes of the ports: the commands of steps are started by a fake, the time is set, the
// surroundings are empty but for PATH. No process of a step is started, nothing waits.
#pragma once

#include <cicd/engine/project.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

struct set_clock : clock {
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'767'225'600));  // 2026-01-01
  }
  std::chrono::milliseconds elapsed() const override { return std::chrono::milliseconds(5'000); }
  bool wait(std::chrono::milliseconds, const cancellation*) const override { return true; }
};

/// What commands would do: by their words, the files that they write and the status that they end with.
struct script {
  struct part {
    std::map<std::string, std::string> writes{};
    int status = 0;
  };
  std::map<std::string, part> parts;
  std::vector<std::string> started;
  std::map<std::string, std::vector<std::string>> environments;  ///< by the words
};

struct fake_child : child {
  int id() const override { return 1; }
  void signal_tree(int) override {}
  std::size_t left() const override { return 0; }
};

class fake_processes : public process_port {
 public:
  fake_processes(script& plays, event_loop& loop) : plays_(plays), loop_(loop) {}
  std::shared_ptr<child> start(const command& what, child_events events) override {
    const std::string words = joined(what.words, " ");
    plays_.started.push_back(words);
    plays_.environments[words] = what.environment;
    const script::part& part = plays_.parts[words];
    for (const auto& [path, text] : part.writes)
      EXPECT_TRUE(write_file(what.directory + "/" + path, text, durability::fast));
    loop_.post([events, words, status = part.status] {
      events.output(output_stream::out, "this is " + words + "\n");
      events.ended({.kind = ending::how::exited, .number = status, .text = {}});
    });
    return std::make_shared<fake_child>();
  }

 private:
  script& plays_;
  event_loop& loop_;
};

/// What a listener of one's own hears.
struct heard {
  std::vector<std::string> lines;
  errors warnings;
  run_listener listener() {
    return {
        .begin =
            [this](const run_view& view) {
              lines.push_back("again: " + (view.commands.empty() ? "" : view.commands.begin()->second));
            },
        .hear = [this](const event& happened) { std::visit(*this, happened.body); },
        .tick = {},
        .warn = [this](const errors& about) { warnings.insert(warnings.end(), about.begin(), about.end()); }};
  }
  void operator()(const step_started& one) {
    lines.push_back(one.step + " because " + joined(one.reasons, ", "));
  }
  void operator()(const step_output& one) { lines.push_back(one.step + ": " + one.line); }
  void operator()(const step_ended& one) {
    lines.push_back(one.step + " " + std::string(word_for(one.outcome)));
  }
  void operator()(const deployed& one) {
    lines.push_back(one.at.text() + " " + std::string(word_for(one.how)) + " " + one.record.id);
  }
  void operator()(const run_ended& one) { lines.push_back("run " + std::string(word_for(one.outcome))); }
  template <typename Other>
  void operator()(const Other&) {}
};

inline std::string text_of_all(const errors& all) {
  std::string text;
  for (const error& each : all) text += text_of(each);
  return text;
}

struct project_fixture : testing::Test {
  project_fixture() {
    std::string name = testing::TempDir() + "/cicd-project-XXXXXX";
    folder = real_path(::mkdtemp(name.data())).value_or("");
    for (const char* each : {"/source", "/home"}) EXPECT_TRUE(make_folder(folder + each));
    write("main.c", "int main() {}");
    write("test.txt", "a case");
    plays.parts["true build"].writes = {{"orders", "a program"}};
  }
  ~project_fixture() override { EXPECT_TRUE(remove_tree(folder)); }

  void write(const std::string& path, const std::string& text) const {
    EXPECT_TRUE(write_file(folder + "/source/" + path, text, durability::fast));
  }
  /// What CMake records at configure: the function of each call, and its arguments as JSON.
  void record(const std::vector<std::pair<std::string, std::string>>& calls) const {
    std::string lines = R"({"cicd":1,"source_root":")" + folder + R"(/source","build_root":")" + folder
                        + R"(/build","target_prefix":"","template_path":[]})" + "\n";
    for (const auto& [function, arguments] : calls)
      lines += R"({"function":")" + function + R"(","list_file":")" + folder
               + R"(/source/CMakeLists.txt","which":1,"directory":")" + folder + R"(/source","arguments":[)"
               + arguments + "]}\n";
    EXPECT_TRUE(write_file(folder + "/build/.cicd/declarations.ndjson",
                           lines + R"({"calls":)" + std::to_string(calls.size()) + R"(,"sha256":")"
                               + hex(sha256(lines)) + "\"}\n",
                           durability::fast));
  }
  surroundings around() const {
    std::map<std::string, std::string, std::less<>> all{{"PATH", "/usr/bin:/bin"},
                                                        {"HOME", folder + "/home"},
                                                        {"CICD_WORK_DIR", folder + "/work"},
                                                        {"GIT_CONFIG_NOSYSTEM", "1"}};
    all.insert(further_variables.begin(), further_variables.end());
    return surroundings(std::move(all));
  }
  run_ports ports() {
    return {.processes = [this](event_loop& loop) { return std::make_unique<fake_processes>(plays, loop); },
            .time = &time};
  }
  or_errors<project> made(const std::vector<pipeline>& pipelines) {
    return project::of(
        pipelines,
        {.source_root = folder + "/source", .build_root = folder + "/build", .declared_in = "deliver.cpp"},
        around(), ports());
  }
  /// Must be right.
  project orders() {
    or_errors<project> one = made(
        {{.name = "orders",
          .steps =
              {{.name = "build", .command = {"true", "build"}, .inputs = {"*.c"}, .outputs = {"orders"}},
               {.name = "test", .command = {"true", "test"}, .inputs = {"test.txt"}, .after = {"build"}}}},
         {.name = "docs", .steps = {{.name = "pages", .command = {"true", "pages"}}}}});
    EXPECT_TRUE(one) << text_of_all(one.errors);
    return std::move(*one);
  }
  std::string record(const std::string& id) const {
    return read_file(folder + "/build/.cicd/runs/" + id + "/result.json").value_or("");
  }

  std::string folder;
  std::map<std::string, std::string> further_variables;
  script plays;
  set_clock time;
};

}  // namespace cicd
