// Applies objects and watches their rollout, as a program: `rollout_tool apply-and-watch FILE
// [cause=seconds…]`, with FILE a JSON list of objects. Prints lines and symptoms as they come, each with the
// seconds since the apply; ends with the class of the failure.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <cicd/kubernetes/rollout/rollout.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;
using steady = std::chrono::steady_clock;

int failed(const error& failure) {
  std::cout << text_of(failure) << std::flush;
  return static_cast<int>(failure.kind);
}

class telling {
 public:
  void operator()(const std::string& text) const {
    const std::chrono::duration<double> seconds = steady::now() - began_;
    std::cout << fmt::format("[{:.3f}] {}", seconds.count(), text) << std::flush;
  }

 private:
  steady::time_point began_ = steady::now();
};

result<std::vector<json>> applied(cluster& with, const std::vector<json>& objects) {
  std::vector<json> watched;
  std::vector<api_answer> answers = with.apply(objects, {.force = true});
  for (std::size_t at = 0; at < answers.size(); ++at) {
    const json& object = objects[at];
    const std::string kind = object["kind"].text();
    if (answers[at].failure)
      return error_of(*answers[at].failure, "",
                      {kind, object["metadata"]["namespace"].text(), object["metadata"]["name"].text()},
                      "apply");
    if (kind == "Deployment" || kind == "StatefulSet" || kind == "Job")
      watched.push_back(std::move(answers[at].object));
  }
  return watched;
}

int apply_and_watch(cluster& with, const std::vector<json>& objects, rollout_options options) {
  auto watched = applied(with, objects);
  if (!watched) return failed(watched.error());
  const telling tell;
  options.say = [&](const std::string& line) { tell("line: " + line + "\n"); };
  options.symptom = [&](const diagnosis& found) { tell("symptom: " + found.cause + "\n" + text_of(found)); };
  auto rolled = watch_rollout(with, *watched, options);
  if (!rolled) return failed(rolled.error());
  for (const std::string& each : rolled->poorer) tell("poorer: " + each + "\n");
  tell(rolled->ready ? "ready\n" : "given up\n");
  return rolled->ready ? 0 : failed(error_of(*rolled, "orders/deploy-stage"));
}

}  // namespace

int main(int count, char** words) {
  if (count < 3 || std::string(words[1]) != "apply-and-watch") return 2;
  prepare_process();
  rollout_options options;
  for (int at = 3; at < count; ++at) {
    const std::string word = words[at];
    const auto equals = word.find('=');
    const std::chrono::milliseconds length(std::stoi(word.substr(equals + 1)) * 1000);
    if (word.substr(0, equals) == "ready-for")
      options.ready_for = length;
    else
      options.patience[word.substr(0, equals)] = length;
  }
  auto text = read_file(words[2]);
  if (!text) return failed(text.error());
  auto list = parse_json(*text);
  if (!list) return failed(list.error());
  std::string folder = std::filesystem::temp_directory_path() / "rollout-tool-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 7;
  cluster_target target;
  target.private_folder = folder + "/door";
  auto with = cluster::open(target, surroundings::of_process(), nullptr);
  const int status =
      with ? apply_and_watch(**with, list->elements(), std::move(options)) : failed(with.error());
  if (with) with->reset();
  std::filesystem::remove_all(folder);
  return status;
}
