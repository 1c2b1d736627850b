// What must compile: every kind, with literals of every strong type.
// expects: nothing
#include <cicd/pipeline.hpp>

cicd::pipeline declared() {
  using namespace cicd;
  return {.name = "orders",
          .base_template = "java-maven",
          .image = "registry.example.com:5000/services/orders",
          .scan = {"spotbugs"},
          .fail_on = "high",
          .steps = {step{.name = "lint",
                         .command = {"./lint.sh", "src"},
                         .inputs = {"src/**"},
                         .after = {"build"},
                         .env = {{.name = "LEVEL", .value = ""}},
                         .pass_env = {"JAVA_HOME"},
                         .timeout = "1h30m",
                         .retries = 2,
                         .stage = step_stage::test,
                         .check = true},
                    step{.name = "contract",
                         .values = {{"suite", "orders"}},
                         .run = [](step_context& step) { step.execute({"./contract.sh", step.value("suite")}); }}},
          .images = {image{.name = "image",
                           .files = {{.from = "config", .to = "/etc/orders"}},
                           .labels = {{.key = "org.opencontainers.image.title", .value = "orders"}},
                           .user = 10001u,
                           .working_directory = "/app"}},
          .services = {service{.name = "api",
                               .port = 8080,
                               .replicas = "4..20",
                               .host = {"{slug}.example.com"},
                               .ready = "/health",
                               .secret_env = {{.name = "DATABASE_URL", .secret = "orders-db", .key = "url"}},
                               .cpu = "500m",
                               .memory = "1Gi"}},
          .environments = {environment{.name = "stage",
                                       .on = {.kind = ref_kind::branch, .pattern = "main"},
                                       .via = deploy_way::gitops,
                                       .path = "stage/orders"}}};
}

static_assert(cicd::replica_range("4..20").most() == 20);
static_assert(cicd::duration("1h30m").milliseconds() == 5'400'000);
static_assert(!cicd::duration() && !cicd::port_number() && cicd::retry_count(0));
