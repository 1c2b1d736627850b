// What a team declares: a pipeline with its steps, images, services and environments, as plain structs.
// One field is one option. Its comment is the text of `cicd explain` and of the reference; its name gives the
// CMake keyword and the JSON key; `Example:` and `Not:` are arguments that the tests feed to the parser.
// Standard library only; nothing here knows processes, files or time.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/types.hpp>

namespace cicd {

/// What a step is to the build tree: it decides the aggregate target and the ctest test.
enum class step_stage {
  none,   ///< a step of one's own: target `<pipeline>.<step>` only
  build,  ///< part of `build`
  test,   ///< part of ctest
  scan    ///< part of `scan`
};

/// The way by which an environment is reached.
enum class deploy_way {
  none,
  gitops,  ///< manifests are committed to a git repository that an agent follows
  render,  ///< manifests are written to a folder
  kubectl  ///< manifests are applied to a cluster
};

/// Whether a second run of a cron job may start while one runs.
enum class concurrency_rule {
  none,
  allow,   ///< both run
  forbid,  ///< the second is left out
  replace  ///< the first is ended
};

/// What a container is to the one that it stands beside.
enum class container_role {
  none,
  init,    ///< runs to its end before
  sidecar  ///< runs as long, and starts before
};

/// Whether somebody has to agree first.
enum class approval_rule {
  none,
  required  ///< `cicd approve` by somebody whom the cluster knows
};

/// What happens when a rollout fails.
enum class failure_rule {
  none,
  rollback,  ///< what ran before is put back and watched
  stop       ///< what was applied stays as it is
};

/// One step of one's own, or a replacement of a template's step of that name.
struct step {
  /// The step's name, unique within its pipeline.
  /// Example: lint
  /// Not: Lint_It
  dns_label name;
  /// The program and its arguments, started directly, without a shell. The program is looked for in the step's folder
  /// (when it holds a `/`) or on PATH. Placeholders are replaced.
  /// Example: COMMAND mvn -B package
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// A line for `/bin/sh -e -c` instead of COMMAND, where a pipe or a redirection is needed. No placeholder is
  /// replaced in it, so that no name from outside is ever read by a shell; ENV hands in what it needs.
  /// Example: SHELL "grep -r TODO src | wc -l > todo.txt"
  /// Not: SHELL ""
  text shell{};
  /// A file below the source folder that is run instead of the command's first word where it exists, such as
  /// Maven's wrapper.
  /// Example: WRAPPER mvnw
  /// Not: WRAPPER /usr/bin/mvn
  relative_path wrapper{};
  /// The files that the step reads, as patterns below the source folder. Without it: what git tracks and what it
  /// does not ignore; outside a git repository every file. A pattern that matches nothing is an error.
  /// Example: INPUTS src/** pom.xml
  /// Not: INPUTS ../other/**
  std::vector<path_pattern> inputs{};
  /// Patterns of files that are no input after all.
  /// Example: EXCLUDE docs/**
  /// Not: EXCLUDE /docs
  std::vector<path_pattern> exclude{};
  /// The files and folders that the step makes, below its folder: what later steps receive and what the cache keeps.
  /// What an earlier run left of them is removed first, except with IN_SOURCE. Each must be there after a success; what
  /// matches a pattern after `!` is left out.
  /// Example: OUTPUTS target/classes target/*.jar
  /// Not: OUTPUTS ../target
  std::vector<path_pattern> outputs{};
  /// JUnit files that the step writes; their test cases appear by name in the record, also when the step fails.
  /// Example: REPORTS target/surefire-reports/TEST-*.xml
  /// Not: REPORTS /tmp/*.xml
  std::vector<path_pattern> reports{};
  /// Steps of this pipeline that come first; their outputs lie in this step's folder before it starts. An image is no
  /// such step.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<dns_label> after{};
  /// CMake targets that are built before; the driver never starts the generator itself.
  /// Example: DEPENDS generated-sources
  /// Not: DEPENDS ""
  std::vector<text> depends{};
  /// Programs whose identity is part of the key, so that another version runs the step again. The command's own
  /// program is always among them.
  /// Example: TOOLS java mvn
  /// Not: TOOLS ""
  std::vector<text> tools{};
  /// Variables that the step is given, beside the allow-list. Placeholders are replaced.
  /// Example: ENV MAVEN_OPTS=-Xmx1g
  /// Not: ENV MAVEN-OPTS=-Xmx1g
  std::vector<assignment> env{};
  /// Names of variables that the step may see from outside; their values are part of the key. PATH, HOME, USER, LANG, LC_ALL, TMPDIR,
  /// TZ and the proxy settings are always passed and never part of it.
  /// Example: PASS_ENV JAVA_HOME
  /// Not: PASS_ENV JAVA-HOME
  std::vector<variable_name> pass_env{};
  /// After this long the step and all it started are ended: TERM, then KILL after GRACE. Default 1h.
  /// Example: TIMEOUT 15m
  /// Not: TIMEOUT 15
  duration timeout{};
  /// How long a step may take to end after TERM. Default 10s.
  /// Example: GRACE 30s
  /// Not: GRACE soon
  duration grace{};
  /// How many times a failed step is run again before it counts as failed. Default 0.
  /// Example: RETRIES 2
  /// Not: RETRIES 21
  retry_count retries{};
  /// The aggregate that the step belongs to: build, test or scan. ctest runs each of the three as one test,
  /// `<pipeline>.<stage>`. Default: none, but a template's step that is replaced keeps its own.
  /// Example: STAGE test
  /// Not: STAGE tests
  step_stage stage = step_stage::none;
  /// Makes the step a ctest test of its own, `<pipeline>.<step>`, whatever its stage.
  /// Example: CHECK
  /// Not: CHECK yes
  bool check = false;
  /// Runs in the source folder itself, which is locked meanwhile, instead of a folder of its own.
  /// Example: IN_SOURCE
  /// Not: IN_SOURCE yes
  bool in_source = false;
  /// The step is run whenever it is asked for; nothing of it is reused.
  /// Example: ALWAYS
  /// Not: ALWAYS yes
  bool always = false;
  /// A sentence for `cicd-help`, IDEs and `cicd explain`.
  /// Example: DESCRIPTION "checks the contract with the billing service"
  /// Not: DESCRIPTION ""
  text description{};
};

/// An OCI image, where the template's is not enough.
struct image {
  /// The image's name, unique within its pipeline; `image` where none is given.
  /// Example: cli
  /// Not: CLI
  dns_label name;
  /// Where it is published. Default: the pipeline's IMAGE for the image named `image`, `<IMAGE>-<name>` for others.
  /// Example: REPOSITORY services/orders-cli
  /// Not: REPOSITORY services/orders:latest
  image_repository repository{};
  /// What it stands on: `scratch`, `oci:<layout>[:<tag>]`, `rootfs:<folder or tar>` (both below the step's folder, or absolute), or a
  /// reference with a digest, which is fetched once by skopeo. Default scratch.
  /// Example: BASE rootfs:runtime
  /// Not: BASE eclipse-temurin:17
  text base{};
  /// A runnable jar, as a pattern below the step's folder; it, its `lib/` or the layers that Spring Boot lists become
  /// the image's layers, and the entry point starts it. Exactly one file may match.
  /// Example: JAR target/*.jar
  /// Not: JAR /app.jar
  path_pattern jar{};
  /// Files and folders of the step's folder and where they lie in the image, as one layer.
  /// Example: FILES config=/etc/orders
  /// Not: FILES config
  std::vector<file_mapping> files{};
  /// What the container starts.
  /// Example: ENTRYPOINT /usr/bin/java -jar /app/app.jar
  /// Not: ENTRYPOINT ""
  std::vector<text> entrypoint{};
  /// Arguments of the entry point that a deployment may replace.
  /// Example: ARGUMENTS serve
  /// Not: ARGUMENTS ""
  std::vector<text> arguments{};
  /// Variables of the container.
  /// Example: ENV JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75
  /// Not: ENV JAVA-OPTS=x
  std::vector<assignment> env{};
  /// Labels of the image; nothing that changes with the commit belongs here, since it would change the digest.
  /// Example: LABELS org.opencontainers.image.title=orders
  /// Not: LABELS Title=orders
  std::vector<label> labels{};
  /// The numeric user that it runs as. Default 10001.
  /// Example: USER 10001
  /// Not: USER root
  user_id user{};
  /// The folder in which it starts. Default `/`, with JAR `/app`.
  /// Example: WORKING_DIRECTORY /app
  /// Not: WORKING_DIRECTORY app
  url_path working_directory{};
  /// A port that it listens on, as documentation for its users.
  /// Example: PORT 8080
  /// Not: PORT 65536
  port_number port{};
  /// Steps whose outputs it takes; `build` where none is given.
  /// Example: AFTER build runtime
  /// Not: AFTER Build
  std::vector<dns_label> after{};
};

/// A long-running workload: Deployment, Service and Ingress.
struct service {
  /// The service's name, unique within its pipeline.
  /// Example: api
  /// Not: API
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. A call without it
  /// declares the service; ENV and SECRET_ENV of a call with it are merged by name, other values replace.
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
  /// Labels by which the Deployment finds its pods in place of ours, which the pods bear besides. The cluster never lets them
  /// change: for what ran before under these. A preview's pods never bear them.
  /// Example: SELECTOR app.kubernetes.io/name=orders app.kubernetes.io/instance=shop
  /// Not: SELECTOR orders
  std::vector<annotation> selector{};
  /// Labels by which the Service finds the pods. Default: those of SELECTOR, without it `cicd.dev/traffic=<pipeline>.<service>`,
  /// which all pods bear. A canary needs some that are not all of SELECTOR.
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
  /// The host under which the Ingress answers; without it there is no Ingress.
  /// Example: HOST orders.example.com
  /// Not: HOST Orders_Example
  host_name host{};
  /// The class of the Ingress; the cluster's default where none is given.
  /// Example: INGRESS_CLASS nginx
  /// Not: INGRESS_CLASS Nginx!
  dns_label ingress_class{};
  /// Annotations of the Ingress. Placeholders are replaced.
  /// Example: INGRESS_ANNOTATIONS nginx.ingress.kubernetes.io/proxy-body-size=8m
  /// Not: INGRESS_ANNOTATIONS body-size
  std::vector<annotation> ingress_annotations{};
  /// The Secret with the certificate of HOST. Without it the Ingress says nothing of TLS.
  /// Example: TLS orders-tls
  /// Not: TLS Orders
  dns_label tls{};
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
  /// balancers hear of it. Default 5s where there is a PORT; needs Kubernetes 1.30.
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
  /// Variables of the container. Placeholders are replaced; `{node_ip}`, `{node_name}`, `{pod_ip}`, `{pod_name}` and
  /// `{namespace}` by what the cluster knows of each pod.
  /// Example: ENV APP_ENDPOINT=https://{host} DD_AGENT_HOST={node_ip}
  /// Not: ENV APP-ENDPOINT=x
  std::vector<assignment> env{};
  /// Variables that the cluster fills from its own Secrets: `NAME=<secret>/<key>`.
  /// Example: SECRET_ENV DATABASE_URL=orders-db/url
  /// Not: SECRET_ENV DATABASE_URL=orders-db
  std::vector<secret_reference> secret_env{};
  /// ConfigMaps and Secrets of the cluster whose keys become variables.
  /// Example: ENV_FROM config/orders secret/orders-env
  /// Not: ENV_FROM orders
  std::vector<env_source> env_from{};
  /// Files of the source folder that the container sees, as a ConfigMap: `<file>=<absolute path>`.
  /// Example: CONFIG_FILES config/app.yaml=/etc/orders/app.yaml
  /// Not: CONFIG_FILES config/app.yaml
  std::vector<file_mapping> config_files{};
  /// Volumes and where the container sees them: `empty`, `empty:<size>`, `config:<ConfigMap>`, `secret:<Secret>`,
  /// `claim:<PersistentVolumeClaim>`, and with STATEFUL `storage:<name>:<size>`, which each pod gets for itself.
  /// Example: VOLUMES empty=/var/cache/orders secret:orders-tls=/etc/tls
  /// Not: VOLUMES orders-tls
  std::vector<mount> volumes{};
  /// The service account of the pods; without it or ROLE_ARN no token is mounted. With ROLE_ARN it is made, else it
  /// has to be there.
  /// Example: SERVICE_ACCOUNT orders
  /// Not: SERVICE_ACCOUNT Orders
  dns_label service_account{};
  /// The AWS role that the pods take on, by a service account with its annotation (EKS).
  /// Example: ROLE_ARN arn:aws:iam::123456789012:role/orders
  /// Not: ROLE_ARN orders
  role_arn role{};
  /// CPU that each pod requests. No limit is set.
  /// Example: CPU 500m
  /// Not: CPU half
  quantity cpu{};
  /// The most CPU that each pod gets; it is slowed down above it. Default: no limit.
  /// Example: CPU_LIMIT 2
  /// Not: CPU_LIMIT two
  quantity cpu_limit{};
  /// Memory that each pod requests and is limited to.
  /// Example: MEMORY 1Gi
  /// Not: MEMORY 1GB
  quantity memory{};
  /// The most memory that each pod gets; it is killed above it. Default: MEMORY.
  /// Example: MEMORY_LIMIT 2Gi
  /// Not: MEMORY_LIMIT 2GB
  quantity memory_limit{};
  /// The numeric user that the pods run as, `0` never. Default: the image's, where it is known.
  /// Example: USER 10001
  /// Not: USER root
  user_id user{};
  /// Whether the root file system can be written. Default: read-only, with an empty /tmp, for images that run a JAR; otherwise as the
  /// image has it.
  /// Example: READ_ONLY_ROOT off
  /// Not: READ_ONLY_ROOT maybe
  toggle read_only_root = toggle::none;
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
  /// Who may open connections to the pods: `namespace`, `namespace:<name>` or an address range; nobody else may then.
  /// Default: no network policy.
  /// Example: ALLOW_FROM namespace namespace:ingress 10.0.0.0/8
  /// Not: ALLOW_FROM everybody
  std::vector<text> allow_from{};
  /// Labels of the nodes that the pods run on.
  /// Example: NODE_SELECTOR kubernetes.io/arch=amd64
  /// Not: NODE_SELECTOR amd64
  std::vector<annotation> node_selector{};
  /// Taints of nodes that the pods tolerate.
  /// Example: TOLERATIONS dedicated=orders:NoSchedule
  /// Not: TOLERATIONS dedicated:Never
  std::vector<toleration> tolerations{};
  /// Annotations of the pods. Placeholders are replaced.
  /// Example: ANNOTATIONS prometheus.io/scrape=true
  /// Not: ANNOTATIONS scrape
  std::vector<annotation> annotations{};
  /// Files that alter our objects before they are applied, each a strategic merge patch (an object with kind and name)
  /// or a JSON patch (`{"target": {"kind", "name"}, "patch": […]}`), in JSON or YAML.
  /// Example: PATCH k8s/api-patch.yaml
  /// Not: PATCH ../patch.yaml
  std::vector<relative_path> patch{};
};

/// A scheduled workload: a CronJob.
struct cron_job {
  /// The cron job's name, unique within its pipeline.
  /// Example: close-stale-orders
  /// Not: Close_Stale
  dns_label name;
  /// Environments in which the other values of this call hold; without it they hold in all. See `service.in`.
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
  /// Whether a run may start while another of it runs: allow, forbid or replace. Default forbid.
  /// Example: CONCURRENCY forbid
  /// Not: CONCURRENCY never
  concurrency_rule concurrency = concurrency_rule::none;
  /// How long a run may take before it is ended as failed. Default: no end.
  /// Example: DEADLINE 10m
  /// Not: DEADLINE 10
  duration deadline{};
  /// How late a run may start before it counts as missed. Default: the cluster's own rule.
  /// Example: START_WITHIN 5m
  /// Not: START_WITHIN 5
  duration start_within{};
  /// How many times a failed pod is tried again within one run. Default 0.
  /// Example: RETRIES 2
  /// Not: RETRIES 21
  retry_count retries{};
  /// How many successful and how many failed runs are kept to look at. Default 3 successful and 3 failed.
  /// Example: HISTORY 5
  /// Not: HISTORY 21
  retry_count history{};
  /// A command that is run once in a pod at each deploy, with the same image and environment; the deploy fails with it.
  /// It is ended after DEADLINE, or after 10m.
  /// Example: SMOKE orders-cli close-stale --dry-run
  /// Not: SMOKE ""
  std::vector<text> smoke{};
  /// Variables of the container, as for a service.
  /// Example: ENV BATCH=100
  /// Not: ENV BATCH-SIZE=100
  std::vector<assignment> env{};
  /// Variables that the cluster fills from its own Secrets: `NAME=<secret>/<key>`.
  /// Example: SECRET_ENV DATABASE_URL=orders-db/url
  /// Not: SECRET_ENV DATABASE_URL=orders-db
  std::vector<secret_reference> secret_env{};
  /// ConfigMaps and Secrets of the cluster whose keys become variables.
  /// Example: ENV_FROM config/orders secret/orders-env
  /// Not: ENV_FROM orders
  std::vector<env_source> env_from{};
  /// Files of the source folder that the container sees, as a ConfigMap: `<file>=<absolute path>`.
  /// Example: CONFIG_FILES config/app.yaml=/etc/orders/app.yaml
  /// Not: CONFIG_FILES config/app.yaml
  std::vector<file_mapping> config_files{};
  /// Volumes and where the container sees them: `empty`, `empty:<size>`, `config:<ConfigMap>`, `secret:<Secret>` or
  /// `claim:<PersistentVolumeClaim>`.
  /// Example: VOLUMES empty=/var/cache/orders secret:orders-tls=/etc/tls
  /// Not: VOLUMES orders-tls
  std::vector<mount> volumes{};
  /// The service account of the pods; see `service.service_account`.
  /// Example: SERVICE_ACCOUNT orders
  /// Not: SERVICE_ACCOUNT Orders
  dns_label service_account{};
  /// The AWS role that the pods take on; see `service.role_arn`.
  /// Example: ROLE_ARN arn:aws:iam::123456789012:role/orders
  /// Not: ROLE_ARN orders
  role_arn role{};
  /// CPU that the pod requests. No limit is set.
  /// Example: CPU 500m
  /// Not: CPU half
  quantity cpu{};
  /// Memory that the pod requests and is limited to.
  /// Example: MEMORY 1Gi
  /// Not: MEMORY 1GB
  quantity memory{};
  /// The numeric user; see `service.user`.
  /// Example: USER 10001
  /// Not: USER root
  user_id user{};
  /// Whether the root file system can be written; see `service.read_only_root`.
  /// Example: READ_ONLY_ROOT off
  /// Not: READ_ONLY_ROOT maybe
  toggle read_only_root = toggle::none;
  /// Labels of the nodes that the pods run on.
  /// Example: NODE_SELECTOR kubernetes.io/arch=amd64
  /// Not: NODE_SELECTOR amd64
  std::vector<annotation> node_selector{};
  /// Taints of nodes that the pods tolerate.
  /// Example: TOLERATIONS dedicated=orders:NoSchedule
  /// Not: TOLERATIONS dedicated:Never
  std::vector<toleration> tolerations{};
  /// Annotations of the pods. Placeholders are replaced.
  /// Example: ANNOTATIONS prometheus.io/scrape=true
  /// Not: ANNOTATIONS scrape
  std::vector<annotation> annotations{};
  /// Files that alter our objects before they are applied; see `service.patch`.
  /// Example: PATCH k8s/close-patch.yaml
  /// Not: PATCH ../patch.yaml
  std::vector<relative_path> patch{};
};

/// A further container in the pods of services or cron jobs.
struct container {
  /// The container's name, unique within its pipeline.
  /// Example: migrate
  /// Not: Migrate
  dns_label name;
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
};

/// A place that the service is deployed to.
struct environment {
  /// The environment's name, unique within its pipeline.
  /// Example: stage
  /// Not: Stage
  dns_label name;
  /// The git event that it follows: `branch <pattern>` or `tag <pattern>`.
  /// Example: ON branch main
  /// Not: ON commit main
  trigger on{};
  /// The way: gitops, render or kubectl.
  /// Example: VIA gitops
  /// Not: VIA ftp
  deploy_way via = deploy_way::none;
  /// The manifest repository of `VIA gitops`: any URL or path that git knows. Default: a bare repository in the
  /// build tree.
  /// Example: REPOSITORY ssh://git@git.example.com/manifests.git
  /// Not: REPOSITORY ""
  text repository{};
  /// The branch of the manifest repository. Default main.
  /// Example: BRANCH main
  /// Not: BRANCH "a b"
  ref_pattern branch{};
  /// The folder within the manifest repository, or the folder that `VIA render` writes to.
  /// Default `<environment>/<pipeline>`.
  /// Example: PATH stage/orders
  /// Not: PATH ../stage
  relative_path path{};
  /// The Kubernetes namespace of the objects.
  /// Example: NAMESPACE orders
  /// Not: NAMESPACE Orders
  dns_label namespace_name{};
  /// Makes the namespace where it does not exist.
  /// Example: CREATE_NAMESPACE
  /// Not: CREATE_NAMESPACE yes
  bool create_namespace = false;
  /// The context of the kubeconfig, for `VIA kubectl`. Several are several clusters, deployed one after the other: the
  /// next only when the one before is healthy. Default: the current one.
  /// Example: CONTEXT eks-prod-canary eks-prod
  /// Not: CONTEXT ""
  std::vector<text> context{};
  /// The kubeconfig file. Default: KUBECONFIG, else that of the home folder.
  /// Example: KUBECONFIG ci/kubeconfig
  /// Not: KUBECONFIG ""
  text kubeconfig{};
  /// EKS clusters, `<region>/<cluster>`, instead of CONTEXT: a private kubeconfig that logs in by `aws eks get-token`.
  /// Example: EKS us-east-1/orders
  /// Not: EKS orders
  std::vector<eks_cluster> eks{};
  /// The AWS role that is taken on to log in to EKS.
  /// Example: ROLE arn:aws:iam::123456789012:role/deployer
  /// Not: ROLE deployer
  role_arn role{};
  /// Kubernetes objects of one's own, as patterns below the source folder: planned, labelled, applied and pruned with the
  /// rest. Placeholders are not replaced in them.
  /// Example: MANIFESTS k8s/*.yaml
  /// Not: MANIFESTS ../k8s/*.yaml
  std::vector<path_pattern> manifests{};
  /// Field managers whose fields are taken over, such as `helm` or `kubectl-client-side-apply`.
  /// Example: TAKE_OVER helm kubectl-client-side-apply
  /// Not: TAKE_OVER ""
  std::vector<text> take_over{};
  /// Objects that may be removed although such are never removed by themselves: claims, namespaces, definitions.
  /// Example: PRUNE PersistentVolumeClaim/orders-data
  /// Not: PRUNE orders-data
  std::vector<object_name> prune{};
  /// Whether somebody has to agree first, by `cicd approve`.
  /// Example: APPROVAL required
  /// Not: APPROVAL maybe
  approval_rule approval = approval_rule::none;
  /// Deployed by CI only, never from a laptop.
  /// Example: PROTECTED
  /// Not: PROTECTED yes
  bool is_protected = false;
  /// What happens when a rollout fails: rollback or stop. Default rollback, for previews stop.
  /// Example: ON_FAILURE stop
  /// Not: ON_FAILURE panic
  failure_rule on_failure = failure_rule::none;
  /// A program that is run after a rollout, without a shell, in the source folder; the deploy fails with it.
  /// Example: VERIFY ./smoke.sh {host}
  /// Not: VERIFY ""
  std::vector<text> verify{};
  /// How long a symptom may last before a rollout is given up, by cause: crash-loop (1m), image-pull (2m), oom (1m),
  /// unschedulable (5m), probe (5m), config (0), quota (1m), volume (2m), progress (10m).
  /// Example: PATIENCE unschedulable=15m crash-loop=3m
  /// Not: PATIENCE 15m
  std::vector<cicd::patience> patience{};
  /// Allows a deploy from a tree with uncommitted changes although the environment is not the embedded default.
  /// Example: ALLOW_DIRTY
  /// Not: ALLOW_DIRTY yes
  bool allow_dirty = false;
};

/// The copy of the service that a branch gets beside the real one.
struct preview {
  /// The environment whose values, cluster and namespace it takes.
  /// Example: IN stage
  /// Not: IN Stage
  dns_label in{};
  /// The host under which it answers; `{slug}` is the branch's. Each service after the first gets `<service>-` before it.
  /// Example: HOST orders.{slug}.example.com
  /// Not: HOST orders.example.com
  host_name host{};
  /// Its own namespace in place of the environment's; `{slug}` is the branch's. It is made, and removed with the preview.
  /// Example: NAMESPACE orders-{slug}
  /// Not: NAMESPACE Orders
  host_name namespace_name{};
  /// The services that it has. Default: all.
  /// Example: SERVICES api
  /// Not: SERVICES Api
  std::vector<dns_label> services{};
  /// The cron jobs that it has. Default: none.
  /// Example: CRON_JOBS close-stale-orders
  /// Not: CRON_JOBS All
  std::vector<dns_label> cron_jobs{};
  /// How many pods each service has. Default 1.
  /// Example: REPLICAS 2
  /// Not: REPLICAS -1
  replica_range replicas{};
  /// How long it lives after its last deploy. Default 72h.
  /// Example: TTL 72h
  /// Not: TTL 72
  duration ttl{};
  /// Whether somebody has to agree first, by `cicd approve`.
  /// Example: APPROVAL required
  /// Not: APPROVAL maybe
  approval_rule approval = approval_rule::none;
  /// Where `cicd preview sweep` is run on a schedule: ci. Without it `cicd doctor` complains, since a preview whose branch is
  /// gone would stay.
  /// Example: SWEEP ci
  /// Not: SWEEP sometimes
  text sweep{};
};

/// What a branch may take of an environment's requests, when somebody starts it.
struct canary {
  /// The environment.
  /// Example: IN prod
  /// Not: IN Prod
  dns_label in{};
  /// The service. Default: the only one with a port.
  /// Example: SERVICE api
  /// Not: SERVICE Api
  dns_label service{};
  /// The most that it may take of the service's pods.
  /// Example: SHARE 10%
  /// Not: SHARE 90%
  cicd::share share{};
  /// How long it may live. Default 4h.
  /// Example: TTL 2h
  /// Not: TTL 2
  duration ttl{};
};

/// A pipeline: all it takes for a service that follows its template.
struct pipeline {
  /// The pipeline's name, unique in the build tree; the first part of its targets' names.
  /// Example: orders
  /// Not: Orders_API
  dns_label name;
  /// The conventions that it follows; `cicd explain <template>` prints what it expands to.
  /// Example: TEMPLATE java-maven
  /// Not: TEMPLATE java-mavn
  dns_label base_template{};
  /// The folder of the service's sources, relative to the folder of the call. Default: that folder.
  /// Example: DIRECTORY services/orders
  /// Not: DIRECTORY ""
  text directory{};
  /// The repository of the image: `<registry>/<path>`, or only a path for the OCI layout in the build tree. Default:
  /// the pipeline's name.
  /// Example: IMAGE services/orders
  /// Not: IMAGE services/orders:latest
  image_repository image{};
  /// What the template's image stands on; see `image.base`.
  /// Example: BASE rootfs:runtime
  /// Not: BASE eclipse-temurin:17
  text base{};
  /// Which jar the template's image runs, when the rule cannot tell; see `image.jar`.
  /// Example: JAR target/orders-*.jar
  /// Not: JAR /app.jar
  path_pattern jar{};
  /// Steps whose outputs the template's image takes beside those of `build`, such as one that makes its base.
  /// Example: BASE_AFTER runtime
  /// Not: BASE_AFTER Runtime
  std::vector<dns_label> base_after{};
  /// The scanners that run; what a template offers is listed by `cicd explain <template>`. Default: all it marks so.
  /// Example: SCAN spotbugs
  /// Not: SCAN spotbgs
  std::vector<dns_label> scan{};
  /// The least severity that fails a scan: low, medium or high. Default medium.
  /// Example: FAIL_ON high
  /// Not: FAIL_ON severe
  text fail_on{};

  /// Labels of one's own on every object and on the pods, by pipeline_label(). Placeholders are replaced.
  /// Example: LABELS team=checkout
  /// Not: LABELS team
  std::vector<annotation> labels{};

  std::vector<cicd::step> steps{};
  std::vector<cicd::image> images{};
  std::vector<cicd::service> services{};
  std::vector<cicd::cron_job> cron_jobs{};
  std::vector<cicd::container> containers{};
  std::vector<cicd::environment> environments{};
  std::vector<cicd::preview> previews{};
  std::vector<cicd::canary> canaries{};
};

}  // namespace cicd
