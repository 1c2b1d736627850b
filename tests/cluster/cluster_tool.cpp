// The door to a cluster as a program, for the suite on a real one: `cluster_tool [--context C | --eks R/C]
// [--folder F] COMMAND…` with `open`, `get KIND NS NAME`, `list KIND NS`, `apply FILE` (JSON, a document or
// an array; FORCE and DRY in the environment), `remove KIND NS NAME`, `create FILE`, `log NS POD CONTAINER`,
// `watch KIND NS COUNT` (ends after that many events), `call METHOD PATH`, `hold`
// (until its input ends). Times go to standard
// error.
#include <chrono>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;
using steady = std::chrono::steady_clock;

int failed(const error& failure) {
  std::cerr << text_of(failure);
  return static_cast<int>(failure.kind);
}

int shown(const api_answer& answer, const object_key& of, const std::string& doing) {
  if (!answer) return failed(error_of(*answer.failure, "tool", of, doing));
  std::cout << compact(answer.object) << '\n';
  return 0;
}

class stopwatch {
 public:
  explicit stopwatch(std::string what) : what_(std::move(what)) {}
  ~stopwatch() {
    const std::chrono::duration<double, std::milli> time = steady::now() - begun_;
    std::cerr << fmt::format("{}: {:.1f} ms\n", what_, time.count());
  }

 private:
  std::string what_;
  steady::time_point begun_ = steady::now();
};

object_key key_of(const json& object) {
  return {object["kind"].text(), object["metadata"]["namespace"].text(), object["metadata"]["name"].text()};
}

int apply(cluster& with, const json& read, const apply_options& options) {
  std::vector<json> objects = read.elements();
  if (!read.is_array()) objects = {read};
  std::vector<api_answer> answers;
  {
    const stopwatch time("apply");
    answers = with.apply(objects, options);
  }
  int status = 0;
  for (std::size_t each = 0; each < answers.size(); ++each) {
    const object_key of = key_of(objects[each]);
    status = std::max(status, shown(answers[each], of, "apply " + of.text()));
  }
  return status;
}

int watch(cluster& with, const std::vector<std::string>& words) {
  int left = std::stoi(words.at(3));
  int status = 0;
  const auto handle =
      with.watch({.kind = words.at(1),
                  .namespace_name = words.at(2),
                  .labels = {},
                  .changed =
                      [&](const std::string& type, const json& object) {
                        std::cout << type << ' ' << object["metadata"]["name"].text() << std::endl;
                        if (--left == 0) with.stop();
                      },
                  .refused =
                      [&](const api_failure& why) {
                        status = failed(error_of(why, "tool", {words.at(1), words.at(2), {}}, "watch"));
                      }});
  const auto ran = with.run();
  return ran ? status : failed(ran.error());
}

int run(cluster& with, const std::vector<std::string>& words) {
  const std::string& verb = words.at(0);
  const auto key = [&] { return object_key{words.at(1), words.at(2), words.at(3)}; };
  const surroundings around = surroundings::of_process();
  if (verb == "open") {
    std::cout << fmt::format("{} 1.{} {}\n", with.name(), with.minor_version(), with.default_namespace());
    return 0;
  }
  if (verb == "hold") {
    std::cout << "held" << std::endl;
    std::cin.get();
    return 0;
  }
  if (verb == "watch") return watch(with, words);
  if (verb == "log") {
    const auto text = with.log(words.at(1), words.at(2), words.at(3), false, 100);
    if (!text) return failed(text.error());
    std::cout << *text;
    return 0;
  }
  if (verb == "apply" || verb == "create") {
    const auto text = read_file(words.at(1));
    const auto object = text ? parse_json(*text) : result<json>(text.error());
    if (!object) return failed(object.error());
    if (verb == "apply")
      return apply(with, *object, {around.get("DRY").has_value(), around.get("FORCE").has_value()});
    return shown(with.create(*object), key_of(*object), "create " + key_of(*object).text());
  }
  const stopwatch time(verb);
  if (verb == "call") return shown(with.call(words.at(1), words.at(2)), {}, "call " + words.at(2));
  if (verb == "get") return shown(with.get(key()), key(), "read " + key().text());
  if (verb == "remove") return shown(with.remove(key(), {}, "Background"), key(), "remove " + key().text());
  if (verb == "list") {
    const api_answer list =
        with.list(words.at(1), words.at(2), words.size() > 3 ? words.at(3) : std::string());
    if (list) std::cerr << list.object["items"].elements().size() << " items\n";
    return shown(list, {words.at(1), words.at(2), {}}, "list " + words.at(1));
  }
  std::cerr << "no such command: " << verb << '\n';
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  prepare_process();
  std::vector<std::string> words(arguments + 1, arguments + count);
  const surroundings around = surroundings::of_process();
  cluster_target target;
  target.private_folder = around.get_or("TMPDIR", "/tmp") + "/cluster-tool";
  while (words.size() > 1 && words.front().starts_with("--")) {
    std::string& option = words[0] == "--context" ? target.context
                          : words[0] == "--eks"   ? target.eks
                          : words[0] == "--role"  ? target.role
                                                  : target.private_folder;
    option = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  const cancellation cancelled;
  std::optional<result<std::unique_ptr<cluster>>> opened;
  {
    const stopwatch time("open");
    opened = cluster::open(target, around, &cancelled);
  }
  if (!*opened) return failed(opened->error());
  return run(***opened, words);
}
