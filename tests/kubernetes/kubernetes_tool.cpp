// The kubernetes room as a program, for the suite that shows its output to other programs: `yaml` turns JSON
// documents, one a line, into YAML files; `objects` writes what a corpus of declarations becomes; `read`
// reads YAML as JSON; `time` says how long many services take, `render` prints them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <cicd/base/yaml.hpp>
#include <cicd/kubernetes/render/objects.hpp>
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
          .host = {"orders.example.com", "*.orders.example.com"},
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

/// Everything that a service can say.
service full_service() {
  service full = whole_service("full");
  full.replicas = "4..20";
  full.ports = {{"metrics", 9090}, {"admin", 9443}};
  full.scale_at = "60%";
  full.ingress_annotations = {{"nginx.ingress.kubernetes.io/proxy-body-size", "8m"},
                              {"example.com/host", "{host}"}};
  full.tls = "orders-tls";
  full.live = "/live";
  full.start_within = "10m";
  full.drain = "15s";
  full.grace = "90s";
  full.env.push_back({"DD_AGENT_HOST", "{node_ip}"});
  full.env.push_back({"PEER", "http://{node_name}.{namespace}/{pod_ip}/{pod_name}?$(DATABASE_URL)"});
  full.env_from = {"config/orders", "secret/orders-env"};
  full.config_files = {{"config/app.yaml", "/etc/orders/app.yaml"},
                       {"config/bytes.bin", "/etc/orders/bytes.bin"}};
  full.volumes = {{"empty", "/var/a"},
                  {"empty:1.5Gi", "/var/b"},
                  {"config:more", "/var/c"},
                  {"secret:orders-tls", "/etc/tls"},
                  {"claim:orders-data", "/var/d"}};
  full.role = "arn:aws:iam::123456789012:role/orders";
  full.cpu_limit = "2";
  full.memory_limit = "2Gi";
  full.user = 4321U;
  full.read_only_root = toggle::on;
  full.max_unavailable = "1";
  full.disruptions = "25%";
  full.allow_from = {"namespace", "namespace:ingress", "10.0.0.0/8", "2001:db8::/32"};
  full.node_selector = {{"kubernetes.io/arch", "amd64"}, {"spot", "true"}};
  full.tolerations = {"dedicated=orders:NoSchedule", "spot", "old:NoExecute"};
  full.annotations = {{"prometheus.io/scrape", "true"}, {"commit", "{commit}"}};
  full.patch = {"k8s/patch.yaml"};
  return full;
}

service stateful_service() {
  service stateful = whole_service("index");
  stateful.stateful = true;
  stateful.volumes = {{"storage:data:10Gi", "/var/lib/index"}};
  stateful.replicas = 3;
  return stateful;
}

std::vector<cron_job> cron_corpus() {
  cron_job full{.name = "close-stale-orders-of-all-shops-in-every-region",
                .schedule = "*/15 8-18 * * mon-fri"};
  full.time_zone = "America/Sao_Paulo";
  full.command = {"orders-cli", "close-stale"};
  full.image = "image";
  full.concurrency = concurrency_rule::replace;
  full.deadline = "10m";
  full.start_within = "5m";
  full.retries = 2;
  full.history = 5;
  full.secret_env = {{"DATABASE_URL", "orders-db", "url"}};
  full.config_files = {{"config/app.yaml", "/etc/orders/app.yaml"}};
  full.volumes = {{"empty", "/var/a"}};
  full.memory = "256Mi";
  full.annotations = {{"example.com/team", "checkout"}};
  return {full, {.name = "daily", .schedule = "@daily", .image = "plain"}};
}

std::vector<container> container_corpus() {
  const std::string foreign = "public.example.com/agent@sha256:" + std::string(64, 'b');
  return {
      {.name = "migrate", .of = {"full"}, .role = container_role::init, .command = {"orders-cli", "migrate"}},
      {.name = "agent",
       .of = {"full", "daily"},
       .role = container_role::sidecar,
       .image = text::from(foreign),
       .env = {{"HOST", "{node_ip}"}},
       .volumes = {{"empty", "/shared"}},
       .cpu = "50m",
       .memory = "64Mi"}};
}

const char* const patch_file = R"(kind: HorizontalPodAutoscaler
metadata: {name: orders-full}
spec: {behavior: {scaleDown: {stabilizationWindowSeconds: 600}}}
---
kind: Deployment
metadata: {name: orders-full}
spec:
  template:
    spec:
      containers:
      - {name: full, tty: yes, ports: [{containerPort: 9999, name: extra}]}
---
target: {kind: Service, name: orders-full}
patch:
- {op: add, path: /spec/sessionAffinity, value: ClientIP}
)";

const char* const manifest_file = R"(# A queue of the team's own.
apiVersion: v1
kind: ConfigMap
metadata: {name: queue, labels: {app: theirs}}
data: {switch: "on", count: "010"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "orders:reader"}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
)";

declared_pipeline pipeline_with(std::vector<service> services) {
  declared_pipeline pipeline;
  pipeline.declared.name = "orders";
  pipeline.declared.images = {image{.name = "image", .jar = "target/*.jar"},
                              image{.name = "plain", .user = 4242U}};
  for (service& each : services)
    if (each.image.empty()) each.image = "image";
  pipeline.declared.services = std::move(services);
  pipeline.declared.environments = {
      environment{.name = "stage", .namespace_name = "shop", .create_namespace = true}};
  return pipeline;
}

declared_pipeline corpus() {
  service ranged = whole_service("ranged"), bare{.name = "worker"}, plain = whole_service("plain");
  ranged.replicas = "4..20";
  plain.image = "plain";
  plain.service_account = {};
  plain.command = {"orders-cli", "serve", "--flag=no", "1"};
  declared_pipeline pipeline = pipeline_with({full_service(),
                                              whole_service("api"),
                                              ranged,
                                              bare,
                                              plain,
                                              stateful_service(),
                                              {.name = "port-only", .port = 80, .replicas = 0}});
  pipeline.declared.cron_jobs = cron_corpus();
  pipeline.declared.containers = container_corpus();
  pipeline.declared.labels = {{"team", "Checkout & Co"}, {"example.com/tier", "one"}};
  return pipeline;
}

release_facts corpus_facts(const std::string& branch, const std::string& tag) {
  return {.pipeline = "orders",
          .environment = "stage",
          .images = {{"image", facts_of(branch, tag)}, {"plain", facts_of(branch, tag)}},
          .files = {{"config/app.yaml", "a: 1\n\n# é\n"},
                    {"config/bytes.bin", std::string("\xff\x00\x01", 3)},
                    {"k8s/patch.yaml", patch_file},
                    {"k8s/queue.yaml", manifest_file}},
          .manifests = {"k8s/queue.yaml"},
          .config_digests = {{"config/orders", "abc"}}};
}

/// Each as an environment, a preview, a preview in a namespace of its own, and a canary.
std::vector<release_facts> facts_corpus() {
  std::vector<release_facts> all;
  for (const auto& [branch, tag] : {std::pair{"main", "1a2b3c4"},
                                    {"feature/日本 x", "0123456"},
                                    {"--upload-pack=$(x)", "1e3"},
                                    {"", "no"}}) {
    all.push_back(corpus_facts(branch, tag));
    all.back().server_minor = all.size() % 2 == 0 ? 29 : 34;
    if (*branch == '\0') continue;
    release_facts preview = corpus_facts(branch, tag);
    preview.on = track::preview;
    preview.of_branch.branch = branch;
    preview.of_branch.host = "orders.x.example.com";
    preview.of_branch.cron_jobs = {"daily"};
    preview.of_branch.expires = "2026-11-24T03:00:00Z";
    all.push_back(preview);
    preview.of_branch.namespace_name = "orders-x";
    all.push_back(preview);
    release_facts canary = preview;
    canary.on = track::canary;
    canary.of_branch.namespace_name = {};
    canary.of_branch.services = {"full"};
    all.push_back(canary);
  }
  return all;
}

status write_object(const std::string& stem, const json& content) {
  if (status written = write_file(stem, yaml_text(content), durability::fast); !written) return written;
  return write_file(stem + ".json", compact(content), durability::fast);
}

status write_objects(const std::string& folder) {
  int release = 0;
  for (const release_facts& facts : facts_corpus()) {
    const auto objects = objects_of(corpus(), facts);
    if (!objects) return objects.error();
    for (const object& each : *objects)
      if (status written = write_object(fmt::format("{}/{}.{}", folder, release, each.file), each.content);
          !written)
        return written;
    for (const char* of : {"full", "index", "daily"}) {
      const auto job = job_of(corpus(), facts, of, {"orders-cli", "check"}, "orders-task-1");
      if (!job) return job.error();
      if (status written = write_object(fmt::format("{}/{}.{}.job.yaml", folder, release, of), *job);
          !written)
        return written;
    }
    ++release;
  }
  return {};
}

/// Each document of a file as a line of JSON.
status read_documents(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return text.error();
  const auto documents = yaml_documents(*text, path);
  if (!documents) return documents.error();
  for (const json& each : *documents) fmt::print("{}\n", compact(each));
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

result<std::vector<object>> many_services(int how_many) {
  std::vector<service> services;
  for (int i = 0; i < how_many; ++i) services.push_back(whole_service("service-" + std::to_string(i)));
  const release_facts facts{
      .pipeline = "orders", .environment = "stage", .images = {{"image", facts_of("main", "1a2b3c4")}}};
  return objects_of(pipeline_with(std::move(services)), facts);
}

/// Milliseconds for `how_many` services, from declaration to text, and the bytes that came of it.
status time_services(int how_many) {
  const auto began = std::chrono::steady_clock::now();
  const auto objects = many_services(how_many);
  if (!objects) return objects.error();
  std::size_t bytes = 0;
  for (const object& each : *objects) bytes += yaml_text(each.content).size();
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - began;
  fmt::print("{:.2f} {}\n", taken.count(), bytes);
  return {};
}

/// The same objects as YAML documents on standard output, for a comparison of whole programs.
status render_services(int how_many) {
  const auto objects = many_services(how_many);
  if (!objects) return objects.error();
  std::string all;
  for (const object& each : *objects) all += "---\n" + yaml_text(each.content);
  std::fwrite(all.data(), 1, all.size(), stdout);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count == 3 ? words[1] : "";
  status done =
      error{.kind = exit_class::usage,
            .subject = {},
            .what = "usage: kubernetes_tool yaml|objects <folder>, read <file>, or time|render <services>",
            .value = {},
            .notes = {}};
  if (verb == "yaml") done = convert_lines(words[2]);
  if (verb == "objects") done = write_objects(words[2]);
  if (verb == "read") done = read_documents(words[2]);
  if (verb == "render") done = render_services(std::atoi(words[2]));
  if (verb == "time") done = time_services(std::atoi(words[2]));
  return done ? 0 : failed(done.error());
}
