// What a team declares of what runs: services, cron jobs and further containers of their pods, as plain
// structs. How the comments are read stands in pipeline.hpp.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/values/cluster_values.hpp>
#include <cicd/declare/values/declared_line.hpp>

namespace cicd {

/// Whether a second run of a cron job may start while one runs.
enum class concurrency_rule {
  none,
  allow,   ///< both run
  forbid,  ///< the second is left out
  replace  ///< the first is ended
};
constexpr declaring::choice_words choices_of(const concurrency_rule*) {
  return {"allow, forbid or replace", {"allow", "forbid", "replace"}};
}

/// What a container is to the one that it stands beside.
enum class container_role {
  none,
  init,    ///< runs to its end before
  sidecar  ///< runs as long, and starts before
};
constexpr declaring::choice_words choices_of(const container_role*) {
  return {"init or sidecar", {"init", "sidecar"}};
}

/// When a task is run.
enum class task_time {
  none,
  deploy  ///< when a deploy has begun, before any pod changes
};
constexpr declaring::choice_words choices_of(const task_time*) {
  return {"deploy", {"deploy"}};
}

/// A long-running workload: Deployment, Service and Ingress.
struct service {
  /// The service's name, unique within its pipeline.
  /// Example: api
  /// Not: API
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. A call without it
  /// declares the service; ENV and SECRET_ENV of a call with it are merged by name, other values replace. `preview` and
  /// `canary` stand for the copies of branches, over what holds in their environment.
  /// Example: IN stage
  /// Not: IN Stage
  std::vector<dns_label> in{};
  /// The image of this pipeline that it runs; the only one where none is given.
  /// Example: IMAGE image
  /// Not: IMAGE Image
  dns_label image{};
  /// The name of its objects. Default `<pipeline>-<service>`. For what ran under another name before.
  /// Example: NAMED orders
  /// Not: NAMED Orders
  dns_label named{};
  /// Services that are applied and ready before this one is applied, within one deploy; of another pipeline
  /// `<pipeline>/<service>`, where one run deploys both. With `VIA kubectl` only.
  /// Example: AFTER billing/api
  /// Not: AFTER Billing/api
  std::vector<service_reference> after{};
  /// Labels by which the Deployment finds its pods in place of cicd's, which the pods have as well. They can never be
  /// changed later: for objects that exist with these. A preview's pods never have them.
  /// Example: SELECTOR app.kubernetes.io/name=orders app.kubernetes.io/instance=shop
  /// Not: SELECTOR orders
  std::vector<annotation> selector{};
  /// Labels by which the Service finds the pods. Default: those of SELECTOR, without it `cicd.dev/traffic=<pipeline>.<service>`,
  /// which all pods have. A canary needs some that are not all of SELECTOR.
  /// Example: SELECTOR app=orders SERVICE_SELECTOR cicd.dev/traffic=orders.api
  /// Not: SERVICE_SELECTOR traffic
  std::vector<annotation> service_selector{};
  /// A StatefulSet in place of the Deployment: pods keep their names and their storage.
  /// Example: STATEFUL
  /// Not: STATEFUL yes
  bool stateful = false;
  /// The port that the container listens on, named `http`. Without it there is no Ingress and, without PORTS, no
  /// Service.
  /// Example: PORT 8080
  /// Not: PORT 0
  port_number port{};
  /// Further ports of the container and of the Service, by name.
  /// Example: PORTS metrics=9090
  /// Not: PORTS 9090
  std::vector<named_port> ports{};
  /// How many pods: a number, or a range between which an autoscaler decides by the use of CPU. Default 1.
  /// Example: REPLICAS 4..20
  /// Not: REPLICAS 20..4
  replica_range replicas{};
  /// The use of the requested CPU that the autoscaler of a range of REPLICAS aims at. Default 80%.
  /// Example: SCALE_AT 60%
  /// Not: SCALE_AT much
  amount scale_at{};
  /// The hosts under which the Ingress answers, perhaps with wildcards; without it there is no Ingress. `{host}` is the first
  /// that is not a wildcard.
  /// Example: HOST orders.example.com *.orders.example.com
  /// Not: HOST Orders_Example
  std::vector<host_name> host{};
  /// The class of the Ingress; the cluster's default where none is given.
  /// Example: INGRESS_CLASS nginx
  /// Not: INGRESS_CLASS Nginx!
  cluster_name ingress_class{};
  /// Annotations of the Ingress. Placeholders are replaced.
  /// Example: INGRESS_ANNOTATIONS nginx.ingress.kubernetes.io/proxy-body-size=8m
  /// Not: INGRESS_ANNOTATIONS body-size
  std::vector<annotation> ingress_annotations{};
  /// The Secret with the certificate of all of HOST. Without it the Ingress says nothing of TLS.
  /// Example: TLS orders-tls
  /// Not: TLS Orders
  cluster_name tls{};
  /// A path that answers 200 when a pod may receive requests: readiness and startup probe. No liveness probe comes of it.
  /// Example: READY /health
  /// Not: READY health
  url_path ready{};
  /// A path that answers 200 as long as a pod need not be restarted: liveness probe. Never one that asks a database.
  /// Without it nothing is restarted by a probe.
  /// Example: LIVE /live
  /// Not: LIVE live
  url_path live{};
  /// How long a pod may take from its start until READY answers. Default 5m.
  /// Example: START_WITHIN 10m
  /// Not: START_WITHIN 10
  duration start_within{};
  /// How long a pod still answers after it was told to end, so that no request meets a closed port while load
  /// balancers are notified. Default 5s where there is a PORT and GRACE is longer; needs Kubernetes 1.30.
  /// Example: DRAIN 15s
  /// Not: DRAIN 15
  duration drain{};
  /// How long a pod may take to end before it is killed, DRAIN included. Default 30s.
  /// Example: GRACE 60s
  /// Not: GRACE soon
  duration grace{};
  /// What the container runs instead of the image's entry point.
  /// Example: COMMAND orders-cli serve
  /// Not: COMMAND ""
  std::vector<text> command{};
#include <cicd/declare/options/pod_options.inc>
  /// How many pods may be missing during a rollout. Default 0.
  /// Example: MAX_UNAVAILABLE 1
  /// Not: MAX_UNAVAILABLE some
  amount max_unavailable{};
  /// How many pods more than REPLICAS there may be during a rollout. Default 25%, or 0 with a MAX_UNAVAILABLE.
  /// Example: MAX_SURGE 1
  /// Not: MAX_SURGE some
  amount max_surge{};
  /// Whether pods are spread over zones and nodes where that can be had. Default on.
  /// Example: SPREAD off
  /// Not: SPREAD zones
  toggle spread = toggle::none;
  /// How many pods a drain of nodes may take away at once; off for no disruption budget. Default 1 for two replicas or more, otherwise
  /// none.
  /// Example: DISRUPTIONS 25%
  /// Not: DISRUPTIONS no
  text disruptions{};
  /// Who may open connections to the pods: `namespace`, `namespace:<name>` or an address range; all other connections
  /// are denied. Default: no network policy.
  /// Example: ALLOW_FROM namespace namespace:ingress 10.0.0.0/8
  /// Not: ALLOW_FROM everyone
  std::vector<text> allow_from{};
#include <cicd/declare/options/placement_options.inc>

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// A scheduled workload: a CronJob.
struct cron_job {
  /// The cron job's name, unique within its pipeline.
  /// Example: close-stale-orders
  /// Not: Close_Stale
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. `preview` stands for the copies
  /// of branches that CRON_JOBS of pipeline_preview() gives it to. See `service.in`.
  /// Example: IN stage
  /// Not: IN Stage
  std::vector<dns_label> in{};
  /// The cron job is not deployed, here or in the environments of IN.
  /// Example: OFF
  /// Not: OFF yes
  bool off = false;
  /// When it runs: minute, hour, day of month, month, weekday; or `@hourly`, `@daily`, `@weekly`, `@monthly`.
  /// Example: SCHEDULE "*/15 * * * *"
  /// Not: SCHEDULE "75 * * * *"
  cron_schedule schedule{};
  /// The time zone of SCHEDULE. Default UTC.
  /// Example: TIME_ZONE America/Sao_Paulo
  /// Not: TIME_ZONE "Sao Paulo"
  time_zone_name time_zone{};
  /// What the container runs instead of the image's entry point.
  /// Example: COMMAND orders-cli close-stale
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// The image of this pipeline that it runs; the only one where none is given.
  /// Example: IMAGE image
  /// Not: IMAGE Image
  dns_label image{};
  /// The name of its CronJob. Default `<pipeline>-<cron job>`. For what ran under another name before.
  /// Example: NAMED close-stale
  /// Not: NAMED Close_Stale
  dns_label named{};
  /// The team or user that looks after it, whom messages of failed runs name; see `pipeline_notify`.
  /// Example: OWNER team-orders
  /// Not: OWNER ""
  text owner{};
  /// Whether a run may start while another of it runs: allow, forbid or replace. Default forbid.
  /// Example: CONCURRENCY forbid
  /// Not: CONCURRENCY never
  concurrency_rule concurrency = concurrency_rule::none;
  /// How long a run may take before it is ended as failed. Default: no end.
  /// Example: DEADLINE 10m
  /// Not: DEADLINE 10
  duration deadline{};
  /// How late a run may start before it counts as missed, at least 10s. Default: the cluster's own rule.
  /// Example: START_WITHIN 5m
  /// Not: START_WITHIN 5
  duration start_within{};
  /// How many times a failed pod is tried again within one run. Default 0.
  /// Example: RETRIES 2
  /// Not: RETRIES 21
  retry_count retries{};
  /// How many successful and how many failed runs are kept. Default 3 successful and 3 failed.
  /// Example: HISTORY 5
  /// Not: HISTORY 21
  retry_count history{};
  /// A command that is run once in a pod at each deploy, with the same image and environment; the deploy fails with it.
  /// It is ended after DEADLINE, or after 10m.
  /// Example: SMOKE orders-cli close-stale --dry-run
  /// Not: SMOKE ""
  std::vector<text> smoke{};
#include <cicd/declare/options/pod_options.inc>
#include <cicd/declare/options/placement_options.inc>

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// A further container in the pods of services or cron jobs.
struct container {
  /// The container's name, unique within its pipeline.
  /// Example: migrate
  /// Not: Migrate
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. See `service.in`. A container that
  /// is ROLE init, or that reads Secrets (SECRET_ENV, or one in VOLUMES), runs in the copies of branches only where a call
  /// IN preview or IN canary names it: a branch's migration never meets the environment's database by itself.
  /// Example: IN preview
  /// Not: IN Preview
  std::vector<dns_label> in{};
  /// The services and cron jobs whose pods it is in.
  /// Example: OF api
  /// Not: OF Api
  std::vector<dns_label> of{};
  /// What it is to the main container: init runs to its end before it, sidecar runs beside it.
  /// Example: ROLE init
  /// Not: ROLE main
  container_role role = container_role::none;
  /// An image of this pipeline by its name, or any other as `<repository>@<digest>`. Default: the main container's.
  /// Example: IMAGE image
  /// Not: IMAGE ""
  text image{};
  /// What it runs instead of the image's entry point.
  /// Example: COMMAND orders-cli migrate
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// Variables of the container, as for a service.
  /// Example: ENV LEVEL=info
  /// Not: ENV LOG-LEVEL=info
  std::vector<assignment> env{};
  /// Variables that the cluster fills from its own Secrets: `NAME=<secret>/<key>`.
  /// Example: SECRET_ENV DATABASE_URL=orders-db/url
  /// Not: SECRET_ENV DATABASE_URL=orders-db
  std::vector<secret_reference> secret_env{};
  /// Volumes and where this container sees them, as for a service; equal sources are one volume.
  /// Example: VOLUMES empty=/var/cache/orders
  /// Not: VOLUMES cache
  std::vector<mount> volumes{};
  /// CPU that it requests. No limit is set.
  /// Example: CPU 50m
  /// Not: CPU little
  quantity cpu{};
  /// Memory that it requests and is limited to.
  /// Example: MEMORY 64Mi
  /// Not: MEMORY 64MB
  quantity memory{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// A command that is run once before a deploy, such as a migration of a database.
struct deploy_task {
  /// The task's name, unique within its pipeline.
  /// Example: migrate
  /// Not: Migrate
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. `preview` and `canary` stand for
  /// the copies of branches: a task runs there only where a call IN preview or IN canary names it.
  /// Example: IN preview
  /// Not: IN Preview
  std::vector<dns_label> in{};
  /// Leaves it out there.
  /// Example: OFF
  /// Not: OFF yes
  bool off = false;
  /// What is run in place of the image's entry point.
  /// Example: COMMAND orders-cli migrate
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// When it is run: `deploy`, once for each artifact and environment, after a deploy has begun and before any pod changes.
  /// The deploy fails with it.
  /// Example: BEFORE deploy
  /// Not: BEFORE publish
  task_time before = task_time::none;
  /// The service whose image, environment, volumes and rights it has. Default: the only one.
  /// Example: SERVICE api
  /// Not: SERVICE Api
  dns_label service{};
  /// When it is ended, and the deploy with it. Default 10m.
  /// Example: DEADLINE 30m
  /// Not: DEADLINE 30
  duration deadline{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

}  // namespace cicd
