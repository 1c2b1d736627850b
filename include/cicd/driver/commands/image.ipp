// `cicd image inspect|diff|sbom|run`: an image that was built, published or deployed, looked at without a
// daemon.
#pragma once

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/find_image.hpp>
#include <cicd/driver/commands/image_page.hpp>
#include <cicd/driver/commands/image_run.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/image/sbom/bill.hpp>
#include <cicd/image/sbom/bill_documents.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/report/text_table.hpp>
#include <cicd/system/port_forward.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace driver_commands_image {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> images;
  std::string platform;
  bool as_json = false;
};

/// One that is found, and what its documents say.
struct opened_image {
  found_image found;
  shown_image shown;
};
result<opened_image> opened(image_finder& by, const std::string& word, const std::string& platform) {
  auto found = by.find(word);
  if (!found) return std::move(found).error();
  auto seen = see_image(*found->in, found->image, platform);
  if (!seen) return std::move(seen).error();
  shown_image shown{word, found->reference, *std::move(seen)};
  return opened_image{*std::move(found), std::move(shown)};
}

exit_class inspect(const words& said, const surroundings& around) {
  const interrupts stop;
  image_finder by(said.tree, around, stop.asked());
  json all(json::array{});
  std::string text;
  for (const std::string& each : said.images) {
    auto image = opened(by, each, said.platform);
    if (!image) return refused(image.error());
    auto signatures = by.signatures_of(image->found);
    if (!signatures) return refused(signatures.error());
    image->shown.signatures = *std::move(signatures);
    all.push(json_of(image->shown));
    text += (text.empty() ? "" : "\n") + text_of(image->shown);
  }
  if (said.as_json)
    print_json(json().set("schema", 1).set("images", std::move(all)));
  else
    print_out(text);
  return exit_class::done;
}

result<image_files> files_of(opened_image& image, const surroundings& around, const cancellation& cancelled) {
  const auto limit = unpack_limit_of(around);
  if (!limit) return limit.error();
  auto layout = image.found.in->layout(image.shown.seen.manifest);
  if (!layout) return std::move(layout).error();
  return files_of_layers(*layout, image.shown.seen.layers, *limit, &cancelled);
}

/// What an image carries; its layers are brought where they are not here.
result<bill_of_materials> bill_of(opened_image& image,
                                  const surroundings& around,
                                  const cancellation& cancelled) {
  const auto limit = unpack_limit_of(around);
  if (!limit) return limit.error();
  auto layout = image.found.in->layout(image.shown.seen.manifest);
  if (!layout) return std::move(layout).error();
  return cicd::bill_of(image.shown.seen, *layout, *limit, limits_of_this_machine().cores, &cancelled);
}

exit_class diff(const words& said, const surroundings& around) {
  const interrupts stop;
  image_finder by(said.tree, around, stop.asked());
  auto before = opened(by, said.images.front(), said.platform);
  if (!before) return refused(before.error());
  auto after = opened(by, said.images.back(), said.platform);
  if (!after) return refused(after.error());
  image_difference difference = difference_of(before->shown, after->shown);
  if (!difference.is_none()) {
    const auto old = files_of(*before, around, stop.asked());
    if (!old) return refused(old.error());
    const auto now = files_of(*after, around, stop.asked());
    if (!now) return refused(now.error());
    difference.files = changes_between(*old, *now);
    const auto had = bill_of(*before, around, stop.asked());
    if (!had) return refused(had.error());
    const auto has = bill_of(*after, around, stop.asked());
    if (!has) return refused(has.error());
    difference.packages = package_changes(*had, *has);
  }
  if (said.as_json)
    print_json(json_of(difference));
  else
    print_out(text_of(difference));
  return exit_class::done;
}

struct bill_words {
  words of;
  std::string format;
};

std::string table_of(const bill_of_materials& bill) {
  std::vector<std::vector<std::string>> rows;
  for (const sbom_component& each : bill.components)
    rows.push_back({each.type.empty() ? "file" : each.type,
                    displayable(each.space.empty() || each.type == "deb" || each.type == "apk"
                                    ? each.name
                                    : each.space + "/" + each.name),
                    displayable(each.version), displayable(each.license),
                    each.places.empty() ? std::string() : "/" + displayable(*each.places.begin())});
  const std::string system =
      bill.system.name.empty()
          ? std::string()
          : fmt::format(" on {} {}", displayable(bill.system.name), displayable(bill.system.version));
  return table_text({"TYPE", "NAME", "VERSION", "LICENSE", "FOUND IN"}, rows)
         + fmt::format("{}{}\n", counted(bill.components.size(), "component"), system);
}

json json_of(const bill_of_materials& bill, const std::string& reference) {
  json components(json::array{});
  for (const sbom_component& each : bill.components)
    components.push(json()
                        .set("type", each.type.empty() ? json() : json(each.type))
                        .set("namespace", each.space.empty() ? json() : json(each.space))
                        .set("name", each.name)
                        .set("version", each.version.empty() ? json() : json(each.version))
                        .set("license", each.license.empty() ? json() : json(each.license))
                        .set("purl", each.type.empty() ? json() : json(package_url_of(each)))
                        .set("digest", each.content ? json(oci_text(each.content)) : json())
                        .set("places", json_texts({each.places.begin(), each.places.end()})));
  json document = json().set("schema", 1).set("reference", reference).set("digest", oci_text(bill.image));
  return document.set("components", std::move(components));
}

exit_class sbom(const bill_words& said, const surroundings& around) {
  const interrupts stop;
  image_finder by(said.of.tree, around, stop.asked());
  auto image = opened(by, said.of.images.front(), said.of.platform);
  if (!image) return refused(image.error());
  const auto bill = bill_of(*image, around, stop.asked());
  if (!bill) return refused(bill.error());
  if (said.format == "cyclonedx")
    print_json(cyclonedx_of(*bill));
  else if (said.format == "spdx")
    print_json(spdx_of(*bill));
  else if (said.of.as_json)
    print_json(json_of(*bill, image->found.reference));
  else
    print_out(table_of(*bill));
  return exit_class::done;
}

struct run_words {
  session_request tree;
  std::string image;
  image_run_request what;
  bool as_json = false;
};

void tell(const run_words& said, const running_image& running) {
  if (said.as_json) {
    json one = json().set("schema", 1).set("reference", running.reference);
    one.set("service", running.service.empty() ? json() : json(running.service));
    one.set("environment", running.environment.empty() ? json() : json(running.environment));
    one.set("port", running.inside == 0 ? json() : json(std::int64_t{running.inside}));
    one.set("url", running.url.empty() ? json() : json(running.url));
    print_json_line(one.set("missing", json_texts(running.missing)));
    return;
  }
  std::string text =
      running.url.empty() ? said.image + " runs" : fmt::format("{} listens on {}", said.image, running.url);
  if (!running.environment.empty())
    text += fmt::format(", with the values of {} for {}", running.service, running.environment);
  if (!running.missing.empty())
    text += fmt::format("\n  not set, since only a cluster has them: {}", joined(running.missing, ", "));
  print_out(text + "\n");
}

/// What the container prints, line by line, as it is safe for a terminal.
class printed_lines {
 public:
  explicit printed_lines(bool is_aside) : is_aside_(is_aside) {}
  ~printed_lines() {
    if (!rest_.empty()) print(rest_);
  }
  printed_lines(const printed_lines&) = delete;
  printed_lines& operator=(const printed_lines&) = delete;

  void add(std::string_view bytes) {
    constexpr std::size_t longest = 64U << 10U;
    rest_ += bytes;
    for (std::size_t end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n')) {
      print(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
    if (rest_.size() > longest) print(std::exchange(rest_, {}));
  }

 private:
  void print(const std::string& line) const {
    const std::string text = displayable(line) + "\n";
    is_aside_ ? print_aside(text) : print_out(text);
  }
  bool is_aside_;
  std::string rest_;
};

exit_class run(const run_words& said, const surroundings& around) {
  const interrupts stop;
  image_finder by(said.tree, around, stop.asked());
  auto found = by.find(said.image);
  if (!found) return refused(found.error());
  printed_lines lines(said.as_json);
  const auto ended = run_image(
      said.what, by, *std::move(found), stop.asked(),
      [&](const running_image& running) { tell(said, running); },
      [&](std::string_view bytes) { lines.add(bytes); });
  if (!ended) return refused(ended.error());
  return stop.asked().cancelled() ? stop.kind() : *ended;
}

CLI::App* with_platform(CLI::App* command, std::string& to) {
  command->add_option("--platform", to, "of an image of several platforms; default: that of this machine")
      ->type_name("PLATFORM");
  return command;
}

void add_looks(CLI::App* image, command_action& chosen) {
  const auto add_one = [&](const char* name, const char* what,
                           exit_class (*does)(const words&, const surroundings&)) {
    const auto said = std::make_shared<words>();
    CLI::App* command =
        with_json(with_platform(image->add_subcommand(name, what), said->platform), said->as_json);
    with_tree(command, said->tree);
    acts(command, chosen, [said, does](const surroundings& around) { return does(*said, around); });
    return std::pair(command, said);
  };
  const auto [inspect_command, inspected] =
      add_one("inspect", "show an image's layers, their sizes and its config", inspect);
  inspect_command->add_option("images", inspected->images, image_words)->required()->type_name("IMAGE");
  const auto [diff_command, compared] =
      add_one("diff", "show what differs between two images: config, layers, packages, files", diff);
  diff_command->add_option("images", compared->images, std::string("before and after: ") + image_words)
      ->required()
      ->expected(2)
      ->type_name("IMAGE");
}

void add_sbom(CLI::App* image, command_action& chosen) {
  const auto said = std::make_shared<bill_words>();
  CLI::App* command =
      with_platform(image->add_subcommand("sbom", "list the packages and libraries that an image carries"),
                    said->of.platform);
  command->add_option("image", said->of.images, image_words)->required()->expected(1)->type_name("IMAGE");
  CLI::Option* format =
      command
          ->add_option("--format", said->format,
                       "the whole bill of materials: cyclonedx (1.6) or spdx (2.3), as JSON")
          ->check(CLI::IsMember({"cyclonedx", "spdx"}))
          ->type_name("FORMAT");
  with_tree(with_json(command, said->of.as_json), said->of.tree);
  format->excludes(command->get_option("--json"));
  acts(command, chosen, [said](const surroundings& around) { return sbom(*said, around); });
}

void add_run(CLI::App* image, command_action& chosen) {
  const auto said = std::make_shared<run_words>();
  CLI::App* run_command =
      with_json(with_platform(image->add_subcommand("run", "run an image here by runc, as its service runs"),
                              said->what.platform),
                said->as_json);
  image_run_request& what = said->what;
  run_command->add_option("image", said->image, image_words)->required()->type_name("IMAGE");
  run_command->add_option("arguments", what.words, "in place of the image's arguments, behind --");
  run_command
      ->add_option("--environment", what.environment,
                   "whose values its service gets; default: where it runs, else the first")
      ->type_name("NAME");
  run_command->add_option("--service", what.service, "which, where several run the image")->type_name("NAME");
  run_command->add_option("--env", what.env, "a variable more: NAME=value, or NAME as it is here")
      ->allow_extra_args(false)
      ->type_name("NAME[=VALUE]");
  CLI::Option* port =
      run_command
          ->add_option("--port", what.port, "the port of 127.0.0.1 that leads to it; default: a free one")
          ->check(CLI::Range(1, 65'535))
          ->type_name("PORT");
  run_command
      ->add_flag("--host-network", what.uses_host_network,
                 "use the network of this machine in place of one of its own, at its own port")
      ->excludes(port);
  run_command->add_flag("--writable", what.keeps_root_writable,
                        "let it write to a root that is read-only there");
  with_tree(run_command, said->tree);
  acts(run_command, chosen, [said](const surroundings& around) { return run(*said, around); });
}

void add(CLI::App& app, command_action& chosen) {
  CLI::App* image =
      app.add_subcommand("image", "look into an image, compare two, list what it carries, run it");
  image->require_subcommand(1);
  add_looks(image, chosen);
  add_sbom(image, chosen);
  add_run(image, chosen);
}

const registered_command image_command(add);

/// The process that leads a port into a container; `image run` starts it.
void add_forward(CLI::App& app, command_action& chosen) {
  struct ports {
    int process = 0, to = 0, port = 0;
  };
  const auto said = std::make_shared<ports>();
  CLI::App* forward = app.add_subcommand("forward-port", "a port that leads into a container")->group("");
  forward->add_option("process", said->process, "in whose network it ends")->required();
  forward->add_option("to", said->to, "the port there")->required()->check(CLI::Range(1, 65'535));
  forward->add_option("port", said->port, "of 127.0.0.1; 0: a free one")
      ->required()
      ->check(CLI::Range(0, 65'535));
  acts(forward, chosen, [said](const surroundings&) {
    const status ended = forward_port(said->process, static_cast<std::uint16_t>(said->to),
                                      static_cast<std::uint16_t>(said->port),
                                      [](std::uint16_t port) { print_out(fmt::format("{}\n", port)); });
    return ended ? exit_class::done : refused(ended.error());
  });
}

const registered_command forward_command(add_forward);

}  // namespace
}  // namespace driver_commands_image

}  // namespace cicd
