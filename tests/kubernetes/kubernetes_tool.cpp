// The kubernetes room as a program, for the suite that shows its output to other programs: `yaml` turns JSON
// documents, one a line, into YAML files; `objects` writes what a corpus of declarations becomes; `time` says
// how long many services take.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <cicd/kubernetes/objects.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;

int failed(const error& failure) {
  std::cerr << text_of(failure);
  return static_cast<int>(failure.kind);
}

const std::string commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";

image_facts facts_of(const std::string& branch, const std::string& tag) {
  return {"registry.example.com:5000/services/orders:" + tag + "@sha256:" + std::string(64, 'a'), tag, commit,
          branch};
}

service whole_service(const std::string& name) {
  return {.name = dns_label::from(name),
          .port = 8080,
          .replicas = 2,
          .host = "orders.example.com",
          .ingress_class = "nginx",
          .ready = "/health?full=yes",
          .env = {{"APP_ENDPOINT", "https://{host}/?a=b&c"},
                  {"NORWAY", "no"},
                  {"NUMBER", "1e3"},
                  {"LINES", "a\nb: c\n#d\t\x01"},
                  {"EMPTY", ""},
                  {"UNICODE", "日本 \xe2\x80\xae"}},
          .secret_env = {{"DATABASE_URL", "orders-db", "url"}},
          .service_account = "orders",
          .cpu = "500m",
          .memory = "1Gi"};
}

declared_pipeline pipeline_with(std::vector<service> services) {
  declared_pipeline pipeline;
  pipeline.declared.name = "orders";
  pipeline.declared.images = {image{.name = "image", .jar = "target/*.jar"},
                              image{.name = "plain", .user = 4242U}};
  for (service& each : services)
    if (each.image.empty()) each.image = "image";
  pipeline.declared.services = std::move(services);
  pipeline.declared.environments = {environment{.name = "stage", .namespace_name = "shop"}};
  return pipeline;
}

std::vector<service> corpus() {
  service ranged = whole_service("ranged"), bare{.name = "worker"}, plain = whole_service("plain");
  ranged.replicas = "4..20";
  plain.image = "plain";
  plain.service_account = {};
  plain.command = {"orders-cli", "serve", "--flag=no", "1"};
  return {whole_service("api"), ranged, bare, plain, {.name = "port-only", .port = 80, .replicas = 0}};
}

status write_objects(const std::string& folder) {
  int release = 0;
  for (const auto& [branch, tag] : {std::pair{"main", "1a2b3c4"},
                                    {"feature/日本 x", "0123456"},
                                    {"--upload-pack=$(x)", "1e3"},
                                    {"", "no"}}) {
    const release_facts facts{.pipeline = "orders",
                              .environment = "stage",
                              .images = {{"image", facts_of(branch, tag)}, {"plain", facts_of(branch, tag)}}};
    const auto objects = objects_of(pipeline_with(corpus()), facts);
    if (!objects) return objects.error();
    for (const object& each : *objects) {
      const std::string stem = fmt::format("{}/{}.{}", folder, release, each.file);
      if (status written = write_file(stem, yaml_text(each.content), durability::fast); !written)
        return written;
      if (status written = write_file(stem + ".json", compact(each.content), durability::fast); !written)
        return written;
    }
    ++release;
  }
  return {};
}

status convert_lines(const std::string& folder) {
  std::string line;
  for (int number = 0; std::getline(std::cin, line); ++number) {
    const auto value = parse_json(line);
    if (!value) return value.error();
    if (status written =
            write_file(fmt::format("{}/{}.yaml", folder, number), yaml_text(*value), durability::fast);
        !written)
      return written;
  }
  return {};
}

/// Milliseconds for `how_many` services, from declaration to text, and the bytes that came of it.
status time_services(int how_many) {
  std::vector<service> services;
  for (int i = 0; i < how_many; ++i) services.push_back(whole_service("service-" + std::to_string(i)));
  const declared_pipeline pipeline = pipeline_with(std::move(services));
  const release_facts facts{
      .pipeline = "orders", .environment = "stage", .images = {{"image", facts_of("main", "1a2b3c4")}}};
  const auto began = std::chrono::steady_clock::now();
  const auto objects = objects_of(pipeline, facts);
  if (!objects) return objects.error();
  std::size_t bytes = 0;
  for (const object& each : *objects) bytes += yaml_text(each.content).size();
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - began;
  fmt::print("{:.2f} {}\n", taken.count(), bytes);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count == 3 ? words[1] : "";
  status done = error{.kind = exit_class::usage,
                      .subject = {},
                      .what = "usage: kubernetes_tool yaml|objects <folder>, or time <services>",
                      .value = {},
                      .notes = {}};
  if (verb == "yaml") done = convert_lines(words[2]);
  if (verb == "objects") done = write_objects(words[2]);
  if (verb == "time") done = time_services(std::atoi(words[2]));
  return done ? 0 : failed(done.error());
}
