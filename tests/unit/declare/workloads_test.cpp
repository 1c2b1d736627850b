// Services, cron jobs and containers: what right declarations become, and what is said of wrong ones.
#include "workload_calls.hpp"

namespace {

using namespace workload_calls;

TEST(a_service, holds_what_its_pods_are_made_of) {
  const auto made = good(start +
                         "pipeline_service(o web STATEFUL PORT 80 PORTS metrics=9090 VOLUMES storage:data:1Gi=/data "
                         "CONFIG_FILES a.yaml=/etc/a.yaml READ_ONLY_ROOT off SPREAD on ROLE_ARN arn:aws:iam::1:role/o "
                         "DISRUPTIONS off ALLOW_FROM namespace namespace:ingress 10.0.0.0/8 fd00::/8 "
                         "TOLERATIONS dedicated=o:NoSchedule ENV_FROM secret/x MAX_UNAVAILABLE 25%)");
  const cicd::service& web = made.services.back();
  EXPECT_TRUE(web.stateful);
  EXPECT_EQ(web.ports.at(0).port.number(), 9090);
  EXPECT_EQ(web.volumes.at(0).source.view(), "storage:data:1Gi");
  EXPECT_EQ(web.volumes.at(0).path, "/data");
  EXPECT_EQ(web.read_only_root, cicd::toggle::off);
  EXPECT_EQ(web.spread, cicd::toggle::on);
  EXPECT_EQ(web.role.view(), "arn:aws:iam::1:role/o");
  EXPECT_EQ(web.disruptions.view(), "off");
  EXPECT_EQ(web.allow_from.size(), 4u);
  EXPECT_EQ(web.max_unavailable.view(), "25%");
}

TEST(a_cron_job, has_values_of_its_own_in_each_environment) {
  const auto made = good(start +
                         "pipeline_cron_job(o close SCHEDULE @daily ENV A=1 B=2 ANNOTATIONS x=1 RETRIES 1)\n"
                         "pipeline_cron_job(o close IN stage SCHEDULE @hourly ENV B=3 C=4 ANNOTATIONS y=2)\n"
                         "pipeline_cron_job(o close IN prod OFF)");
  const cicd::cron_job stage = cron_job_in(made, "close", "stage"), prod = cron_job_in(made, "close", "prod");
  EXPECT_EQ(stage.schedule.view(), "@hourly");
  ASSERT_EQ(stage.env.size(), 3u);
  EXPECT_EQ(stage.env[1].value, "3");
  EXPECT_EQ(stage.annotations.size(), 2u);
  EXPECT_EQ(stage.retries.number(), 1);
  EXPECT_FALSE(stage.off);
  EXPECT_TRUE(prod.off);
  EXPECT_EQ(prod.schedule.view(), "@daily");
  const auto origins = model_from(start + "pipeline_cron_job(o close SCHEDULE @daily)\n"
                                          "pipeline_cron_job(o close IN prod OFF)").model.pipelines.at(0).origins;
  EXPECT_EQ(origins.at("cron_job.close.schedule").which, 1);
  EXPECT_EQ(origins.at("cron_job.close.off@prod").which, 2);
}

TEST(values_in_an_environment, replace_those_of_their_name_and_whole_lists_without_names) {
  const auto made = good(start +
                         "pipeline_service(o web PORTS a=1 b=2 ALLOW_FROM namespace NODE_SELECTOR k=1 VOLUMES empty=/a)\n"
                         "pipeline_service(o web IN stage PORTS b=3 ALLOW_FROM 10.0.0.0/8 NODE_SELECTOR l=2 VOLUMES empty=/b)");
  const cicd::service stage = service_in(made, "web", "stage");
  ASSERT_EQ(stage.ports.size(), 2u);
  EXPECT_EQ(stage.ports[1].port.number(), 3);
  EXPECT_EQ(stage.node_selector.size(), 2u);
  ASSERT_EQ(stage.allow_from.size(), 1u);
  EXPECT_EQ(stage.allow_from[0].view(), "10.0.0.0/8");
  ASSERT_EQ(stage.volumes.size(), 1u);
  EXPECT_EQ(stage.volumes[0].path, "/b");
}

TEST(labels, of_several_calls_add_up) {
  const auto made = good(
      "add_pipeline(o TEMPLATE java-maven LABELS a=1)\npipeline_label(o team=checkout cost=7)\n"
      "pipeline_label(o example.com/x=y)");
  ASSERT_EQ(made.labels.size(), 4u);
  EXPECT_EQ(made.labels[1].key.view(), "team");
  EXPECT_EQ(made.labels[3].value, "y");
}

TEST(a_wrong_label, is_refused) {
  const std::string own = "add_pipeline(o TEMPLATE java-maven LABELS a=1)\n";
  expect_error(own + "pipeline_label(o a=2)", "o: the label is given twice: 'a'");
  expect_error(own + "pipeline_label(o b=2)\npipeline_label(o b=2)", "o: the label is given twice: 'b'");
  expect_error(own + "pipeline_label(o b=2 b=3)", "o: LABELS names the same twice: 'b=3'");
  expect_error(own + "pipeline_label(o)", "o: LABELS has no value");
  expect_error(own + "pipeline_label(team=x)", "pipeline_label(): the name of the label is missing");
  expect_error(own + "pipeline_label(o team)", "o: LABELS has a wrong value: 'team'");
  expect_error(own + "pipeline_label(o \"my team=x\")", "o: LABELS has a wrong value: 'my team=x'",
               "my-team=x");
  expect_error(own + "pipeline_label(p a=1)", "p: there is no such pipeline: 'p'");
  expect_error(own + "pipeline_label(o cicd.dev/track=x)",
               "o: the label is one that selectors rest on: 'cicd.dev/track'");
}

TEST(a_label, that_is_written_down_is_one_and_only_what_is_not_known_yet_is_made_to_fit) {
  const std::string own = "add_pipeline(o TEMPLATE java-maven)\npipeline_label(o ";
  expect_error(own + "\"team=Checkout Team\")", "o: LABELS has a wrong value: 'team=Checkout Team'",
               "team=Checkout-Team");
  expect_error(own + "a={branch}-)", "o: LABELS has a wrong value: 'a={branch}-'", "a=branch");
  good(own + "a={branch} b= c=v1.{commit_short})");
  expect_service_error("NODE_SELECTOR \"zone=a b\"", "NODE_SELECTOR has a wrong value: 'zone=a b'",
                       "zone=a-b");
  expect_service_error("SELECTOR app=o/web", "SELECTOR has a wrong value: 'app=o/web'", "app=o-web");
  expect_service_error(
      "SELECTOR app=o SERVICE_SELECTOR app=p",
      "SELECTOR and SERVICE_SELECTOR want two values of one label, so that requests would reach no "
      "pod: 'app=p'");
  expect_service_error("ANNOTATIONS cicd.dev/config=x",
                       "ANNOTATIONS: the annotation is one that cicd writes itself: 'cicd.dev/config'");
}

TEST(an_amount, is_one_that_a_container_can_start_with) {
  expect_service_error("MEMORY 512m", "MEMORY has a wrong value: '512m'", "512Mi");
  expect_service_error("MEMORY 512", "MEMORY has a wrong value: '512'", "512Mi");
  expect_service_error("MEMORY 512mb", "MEMORY has a wrong value: '512mb'", "512Mi");
  expect_service_error("MEMORY 0.5", "MEMORY has a wrong value: '0.5'", "0.5Gi");
  expect_service_error("MEMORY 4095Ki", "MEMORY has a wrong value: '4095Ki'");
  expect_service_error("MEMORY 1Gi MEMORY_LIMIT 512Mi", "MEMORY_LIMIT is less than MEMORY: '512Mi'");
  expect_service_error("MEMORY 65Ti", "MEMORY has a wrong value: '65Ti'");
  expect_service_error("CPU 1001", "CPU has a wrong value: '1001'", "1001m");
  expect_service_error("CPU 500Mi", "CPU has a wrong value: '500Mi'", "500m");
  expect_service_error("CPU 0.0005", "CPU has a wrong value: '0.0005'");
  expect_service_error("CPU 2 CPU_LIMIT 1500m", "CPU_LIMIT is less than CPU: '1500m'");
  expect_cron_error("SCHEDULE @daily MEMORY 64m", "MEMORY has a wrong value: '64m'", "64Mi");
  expect_cron_error("SCHEDULE @daily CPU 1 CPU_LIMIT 10m", "CPU_LIMIT is less than CPU: '10m'");
  expect_error(start + "pipeline_container(o log OF api ROLE init MEMORY 64m)",
               "o/log: MEMORY has a wrong value: '64m'", "64Mi");
  expect_service_error("VOLUMES empty:512m=/a", "VOLUMES has a wrong value: 'empty:512m=/a'",
                       "empty:512Mi=/a");
  expect_service_error("STATEFUL VOLUMES storage:d:10=/a", "VOLUMES has a wrong value: 'storage:d:10=/a'",
                       "storage:d:10Gi=/a");
  expect_error(start + "pipeline_service(o web CPU 2)\npipeline_service(o web IN stage CPU_LIMIT 1)",
               "o/web: CPU_LIMIT is less than CPU: '1'");
  good(start
       + "pipeline_service(o web MEMORY 4Mi MEMORY_LIMIT 4Mi CPU 1m CPU_LIMIT 1000 VOLUMES empty:64Ki=/a)");
  const auto many = model_from(start + "pipeline_service(o web CPU 500)").warnings;
  ASSERT_EQ(many.size(), 1U);
  EXPECT_EQ(note_of(many.front(), "try"), "CPU 500m, where 500 thousandths of a core are meant");
}

TEST(hosts, are_several_and_wildcards_and_no_addresses) {
  const auto made = good(start + "pipeline_service(o web PORT 80 HOST *.b.example.com a.example.com TLS wild.example.com "
                                 "ENV URL=https://{host})");
  ASSERT_EQ(made.services.back().host.size(), 2U);
  EXPECT_EQ(host_of(made.services.back()).view(), "a.example.com");
  expect_service_error("PORT 80 HOST a.example.com a.example.com",
                       "HOST names the same twice: 'a.example.com'");
  expect_service_error("PORT 80 HOST *a.example.com", "HOST has a wrong value: '*a.example.com'",
                       "a.example.com");
  expect_service_error("PORT 80 HOST 10.0.0.1", "HOST has a wrong value: '10.0.0.1'");
  expect_service_error("PORT 80 HOST {environment}.b o.b stage.b", "HOST names the same twice: 'stage.b'");
  expect_service_error("PORT 80 HOST *.b.example.com ENV URL={host}",
                       "ENV: {host} stands for nothing, since every HOST is a wildcard");
  expect_service_error("PORT 80 ENV URL={host}",
                       "ENV: {host} stands for nothing, since the service has no HOST");
  expect_error(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT 80)\npipeline_environment(o s VIA "
      "kubectl "
      "VERIFY ./v {host})",
      "o/s: VERIFY: {host} stands for nothing, since the service has no HOST");
  expect_error(start + "pipeline_preview(o IN stage HOST *.b.example.com)",
               "o/preview: HOST has a wrong value: '*.b.example.com'", "{slug}.b.example.com");
  expect_service_error("PORT 80 HOST a.b INGRESS_CLASS x INGRESS_ANNOTATIONS kubernetes.io/ingress.class=y",
                       "INGRESS_ANNOTATIONS and INGRESS_CLASS name two classes: 'y'");
}

TEST(what_only_the_deploy_would_have_refused, is_refused_at_configure) {
  expect_cron_error("SCHEDULE \"0 3 30 2 *\"",
                    "SCHEDULE names days that no month has, so that it would never run: '0 3 30 2 *'");
  expect_cron_error("SCHEDULE \"0 3 31 4,6,9,11 *\"",
                    "SCHEDULE names days that no month has, so that it would never run: '0 3 31 4,6,9,11 *'");
  good(start + "pipeline_cron_job(o close SCHEDULE \"0 3 29 2 *\")");
  good(start + "pipeline_cron_job(o close SCHEDULE \"0 3 30 2 mon\")");
  expect_cron_error("SCHEDULE @daily START_WITHIN 5s",
                    "START_WITHIN is so short that the cluster may start no run at all");
  expect_environment_error("VIA kubectl CONTEXT a b a", "CONTEXT names the same twice: 'a'");
  expect_environment_error("VIA kubectl EKS r/a r/a", "EKS names the same twice: 'r/a'");
  expect_service_error("MAX_UNAVAILABLE 101%", "MAX_UNAVAILABLE has a wrong value: '101%'");
  expect_service_error("DISRUPTIONS 200%", "DISRUPTIONS has a wrong value: '200%'");
  expect_service_error("REPLICAS 3 DISRUPTIONS 0%", "DISRUPTIONS 0 would keep every node from being drained");
  expect_service_error("STATEFUL VOLUMES storage:d:1Gi=/a storage:d:2Gi=/b",
                       "VOLUMES: two volumes of one pod would have the name d: 'storage:d:2Gi'");
  expect_service_error("STATEFUL VOLUMES storage:files:1Gi=/a CONFIG_FILES a=/b",
                       "VOLUMES: two volumes of one pod would have the name files: 'storage:files:1Gi'");
  expect_error(start + "pipeline_service(o web STATEFUL VOLUMES storage:d:1Gi=/d)\n"
                       "pipeline_container(o log OF web ROLE sidecar VOLUMES storage:d:2Gi=/d)",
               "o/log: VOLUMES: two volumes of one pod would have the name d: 'storage:d:2Gi'");
  expect_error(
      start + "pipeline_service(o web REPLICAS 2..4 CPU 1)\npipeline_container(o log OF web ROLE sidecar)",
      "o/log: CPU is missing: the autoscaler of service web needs it of every sidecar");
  good(start
       + "pipeline_service(o web REPLICAS 2..4 CPU_LIMIT 1)\npipeline_container(o log OF web ROLE init)");
  expect_error(start + "pipeline_service(o web SERVICE_ACCOUNT a ROLE_ARN arn:aws:iam::1:role/w)\n"
                       "pipeline_cron_job(o close SCHEDULE @daily SERVICE_ACCOUNT a ROLE_ARN arn:aws:iam::1:role/c)",
               "o/close: ROLE_ARN: the service account a has another role by web");
  expect_error(start + "pipeline_service(o web PORT 80)\npipeline_service(o web IN prod STATEFUL)\n"
                       "pipeline_canary(o IN prod SERVICE web SHARE 10%)",
               "o/canary: SERVICE: it is STATEFUL, and the storage of its pods cannot be shared with a canary's: 'web'");
  expect_error(start + "pipeline_container(o log OF api ROLE init IMAGE {registry}/x@sha256:"
                   + std::string(64, 'a') + ")",
               "o/log: IMAGE has a wrong value: '{registry}/x@sha256:" + std::string(64, 'a') + "'");
}

TEST(names, of_what_the_cluster_has_are_those_that_kubernetes_takes) {
  good(start + "pipeline_service(o web PORT 80 HOST a.b TLS wildcard.example.com INGRESS_CLASS alb.internal "
               "SERVICE_ACCOUNT shop.runner SECRET_ENV A=my.secret/tls.key ENV_FROM config/a.b secret/c.d "
               "VOLUMES config:a.b=/a secret:c.d=/c claim:e.f=/e TOLERATIONS key=:NoSchedule)");
  good(start + "pipeline_service(o web NAMED 1web)");
  expect_service_error("PORT 80 NAMED 1web", "NAMED is not a valid name for all of its objects: '1web'");
  good(start + "pipeline_cron_job(o close SCHEDULE @daily NAMED 1close)");
  good(start + "pipeline_service(o web ANNOTATIONS " + std::string(64, 'p') + ".example.com/a=1)");
  expect_service_error("SECRET_ENV A=s/..k", "SECRET_ENV has a wrong value: 'A=***'", "A=<secret>/<key>");
  expect_service_error("PORT 80 HOST a.b TLS a..b", "TLS has a wrong value: 'a..b'");
}

TEST(a_schedule, may_have_any_white_space_and_its_zone_is_named_by_time_zone) {
  good(start + "pipeline_cron_job(o close SCHEDULE \"0 3  * * *\")");
  const std::string with_zone =
      start + "pipeline_cron_job(o close SCHEDULE \"TZ=America/Sao_Paulo 0 3 * * *\")";
  expect_error(with_zone, "o/close: SCHEDULE has a wrong value: 'TZ=America/Sao_Paulo 0 3 * * *'");
  EXPECT_EQ(note_of(model_from(with_zone).errors.front(), "try"),
            "SCHEDULE \"0 3 * * *\" TIME_ZONE America/Sao_Paulo");
  expect_cron_error("SCHEDULE @daily TIME_ZONE \"Sao Paulo\"", "TIME_ZONE has a wrong value: 'Sao Paulo'",
                    "America/Sao_Paulo");
  expect_cron_error("SCHEDULE @daily TIME_ZONE \"W. Europe Standard Time\"",
                    "TIME_ZONE has a wrong value: 'W. Europe Standard Time'", "Europe/Berlin");
}

TEST(patience, may_be_none) {
  const auto made = good(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s VIA kubectl PATIENCE config=0s oom=0)");
  ASSERT_EQ(made.environments.front().patience.size(), 2U);
  EXPECT_EQ(made.environments.front().patience.front().length.milliseconds(), 0);
  EXPECT_EQ(made.environments.front().patience.front().text(), "config=0s");
  expect_environment_error("VIA kubectl PATIENCE config=", "PATIENCE has a wrong value: 'config='");
}

TEST(a_wrong_value_of_a_workload, comes_with_the_nearest_good_one) {
  expect_service_error("PORTS 9090=metrics", "PORTS has a wrong value: '9090=metrics'", "metrics=9090");
  expect_service_error("PORTS a-name-that-is-long=1", "PORTS has a wrong value: 'a-name-that-is-long=1'",
                       "a-name-that-is=1");
  expect_service_error("PORTS 80=81", "PORTS has a wrong value: '80=81'");
  expect_service_error("READ_ONLY_ROOT yes", "READ_ONLY_ROOT has a wrong value: 'yes'", "on");
  expect_service_error("VOLUMES pvc:data=/data", "VOLUMES has a wrong value: 'pvc:data=/data'",
                       "claim:data=/data");
  expect_service_error("VOLUMES /data=empty", "VOLUMES has a wrong value: '/data=empty'", "empty=/data");
  expect_service_error("VOLUMES empty=/a/../b", "VOLUMES has a wrong value: 'empty=/a/../b'");
  expect_service_error("ENV_FROM configmap/x", "ENV_FROM has a wrong value: 'configmap/x'", "config/x");
  expect_service_error("TOLERATIONS a:NoSchedul", "TOLERATIONS has a wrong value: 'a:NoSchedul'",
                       "a:NoSchedule");
  expect_service_error("MAX_SURGE 25%%", "MAX_SURGE has a wrong value: '25%%'", "25%");
  expect_service_error("DISRUPTIONS none", "DISRUPTIONS has a wrong value: 'none'");
  for (const char* bad : {"everybody", "namespace:", "namespace:A", "10.0.0.0", "10.0.0/8", "10.0.0.0/33",
                          "10.0.0.256/8", "fd00::/129", "fd00::1::2/64", "1:2:3:4:5:6:7/8", "012.0.0.0/8"})
    expect_service_error(std::string("ALLOW_FROM ") + bad,
                         std::string("ALLOW_FROM has a wrong value: '") + bad + "'");
  expect_cron_error("SCHEDULE \"0 0 12 * * ?\"", "SCHEDULE has a wrong value: '0 0 12 * * ?'", "0 12 * * ?");
  expect_cron_error("SCHEDULE \"0 0 * * 7\"", "SCHEDULE has a wrong value: '0 0 * * 7'", "0 0 * * 0");
  expect_cron_error("SCHEDULE @dayly", "SCHEDULE has a wrong value: '@dayly'", "@daily");
  expect_cron_error("SCHEDULE @daily TIME_ZONE \"America/Sao Paulo\"",
                    "TIME_ZONE has a wrong value: 'America/Sao Paulo'", "America/Sao_Paulo");
  expect_cron_error("SCHEDULE @daily CONCURRENCY forbidden", "CONCURRENCY has a wrong value: 'forbidden'",
                    "forbid");
}

TEST(what_a_workload_needs_or_excludes, is_named) {
  expect_service_error("LIVE /live", "LIVE needs PORT");
  expect_service_error("DRAIN 5s", "DRAIN needs PORT");
  expect_service_error("PORT 80 START_WITHIN 5m", "START_WITHIN needs READY");
  expect_service_error("PORT 80 TLS x", "TLS needs HOST");
  expect_service_error("PORT 80 INGRESS_ANNOTATIONS a=b", "INGRESS_ANNOTATIONS needs HOST");
  expect_service_error("REPLICAS 2 SCALE_AT 60%", "SCALE_AT needs a range of REPLICAS");
  expect_service_error("VOLUMES storage:data:1Gi=/data",
                       "VOLUMES: storage of each pod's own needs STATEFUL: 'storage:data:1Gi'");
  expect_service_error("STATEFUL MAX_SURGE 1", "MAX_SURGE has no meaning with STATEFUL");
  expect_service_error("MAX_SURGE 0% MAX_UNAVAILABLE 0",
                       "MAX_SURGE and MAX_UNAVAILABLE are both 0, so that no pod could ever be replaced");
  expect_service_error("PORT 80 DRAIN 30s", "DRAIN is not shorter than the GRACE of 30s, which includes it");
  expect_service_error("PORT 80 DRAIN 5s GRACE 5s", "DRAIN is not shorter than GRACE, which includes it");
  expect_service_error("PORT 80 PORTS http=81", "PORTS: the name is that of PORT: 'http'");
  expect_service_error("PORT 80 PORTS m=80", "PORTS: http and m are one port: '80'");
  expect_service_error("MAX_SURGE 0", "MAX_SURGE 0 without a MAX_UNAVAILABLE leaves no pod to replace");
  expect_service_error("PORT 8080 PORTS admin=80",
                       "PORTS: the Service has port 80 already, which leads to PORT: 'admin=80'");
  expect_service_error("REPLICAS 2 DISRUPTIONS 0", "DISRUPTIONS 0 would keep every node from being drained");
  expect_service_error("CPU 1 REPLICAS 2..4 SCALE_AT 00%", "SCALE_AT has a wrong value: '00%'");
  expect_service_error("PORT 80 NAMED 2fa", "NAMED is not a valid name for all of its objects: '2fa'");
  expect_service_error("STATEFUL NAMED " + std::string(53, 'n'),
                       "NAMED is not a valid name for all of its objects: '" + std::string(53, 'n') + "'");
  expect_cron_error("SCHEDULE @daily NAMED " + std::string(53, 'n'),
                    "NAMED is not a valid name for all of its objects: '" + std::string(53, 'n') + "'");
  expect_service_error("PORT 80 HOST " + std::string(64, 'h') + ".example.com",
                       "HOST gives no DNS name: '" + std::string(64, 'h') + ".example.com'");
  EXPECT_EQ(cicd::tests::errors_of(
                start + "pipeline_service(o web PORT 80 REPLICAS 1 DISRUPTIONS 0 HOST {slug}.example.com)"),
            "");
  expect_service_error("VOLUMES empty=/a empty:1Gi=/a", "VOLUMES names the same twice: 'empty:1Gi=/a'");
  expect_service_error("VOLUMES empty=/a CONFIG_FILES x=/a",
                       "VOLUMES and CONFIG_FILES give the container one path twice: '/a'");
  expect_service_error("CONFIG_FILES x=/etc/", "CONFIG_FILES: the path is a folder's: '/etc/'");
  expect_cron_error("COMMAND x", "SCHEDULE is missing");
  expect_cron_error("SCHEDULE @daily ENV A=1 SECRET_ENV A=b/c", "the variable is in ENV too: 'A'");
  expect_cron_error("SCHEDULE @daily VOLUMES storage:d:1Gi=/d",
                    "VOLUMES: storage of each pod's own needs STATEFUL: 'storage:d:1Gi'");
  expect_cron_error("SCHEDULE @daily IMAGE imge", "IMAGE: there is no such image: 'imge'", "image");
}

TEST(a_cron_job, is_told_apart_from_services_and_declared_before_it_is_changed) {
  expect_error(start + "pipeline_cron_job(o api SCHEDULE @daily)",
               "o/api: a service and a cron job have one name: 'api'");
  expect_cron_error("IN stage OFF", "the cron job is declared only IN environments");
  expect_cron_error("SCHEDULE @daily)\npipeline_cron_job(o close IN stag OFF",
                    "IN: there is no such environment: 'stag'", "stage");
  expect_cron_error(
      "SCHEDULE @daily)\npipeline_cron_job(o close IN stage OFF)\npipeline_cron_job(o close IN stage OFF",
      "the cron job IN this environment is declared twice: 'stage'");
}

/// A service with a value of its own in each environment, in one, or in the copies of branches.
const std::string web = start + "pipeline_service(o web PORT 8080)\n";

TEST(values, are_judged_as_they_are_merged_in_each_environment) {
  expect_error(web + "pipeline_service(o web IN stage PORTS admin=80)",
               "o/web: PORTS: the Service has port 80 already, which leads to PORT: 'admin=80'");
  expect_error(web + "pipeline_service(o web IN stage prod REPLICAS 2..4)",
               "o/web: a range of REPLICAS needs CPU");
  const std::string blocked = start + "pipeline_service(o web REPLICAS 2 DISRUPTIONS 0)\n";
  expect_error(blocked, "o/web: DISRUPTIONS 0 would keep every node from being drained");
  good(blocked
       + "pipeline_service(o web IN stage REPLICAS 1)\npipeline_service(o web IN prod DISRUPTIONS off)");
  good(start + "pipeline_service(o web NAMED " + std::string(60, 'n') + ")\n");
}

TEST(values, of_containers_are_judged_beside_those_of_the_pods_that_they_stand_in) {
  const std::string data = web + "pipeline_container(o log OF web ROLE init)\n"
                                 "pipeline_container(o log IN stage VOLUMES storage:d:1Gi=/d)\n";
  good(data + "pipeline_service(o web IN stage STATEFUL)");
  expect_error(data + "pipeline_service(o web IN prod STATEFUL)",
               "o/log: VOLUMES: storage of each pod's own needs STATEFUL: 'storage:d:1Gi'");
}

TEST(values, of_the_copies_of_branches_are_judged_over_those_of_the_environments_that_have_some) {
  const std::string apart = web + "pipeline_service(o web IN stage ENV A=1)\n"
                                  "pipeline_service(o web IN preview SECRET_ENV A=s/k)\n";
  good(apart);
  good(apart + "pipeline_preview(o IN prod HOST {slug}.example.com)");
  good(apart + "pipeline_preview(o IN stage HOST {slug}.example.com SERVICES api)");
  expect_error(apart + "pipeline_preview(o IN stage HOST {slug}.example.com)",
               "o/web: the variable is in ENV too: 'A'");
  expect_error(start + "pipeline_service(o web ENV A=1)\npipeline_service(o web IN preview SECRET_ENV A=s/k)",
               "o/web: the variable is in ENV too: 'A'");
}

TEST(values, of_a_cron_job_are_judged_where_it_is_deployed) {
  const std::string job =
      start + "pipeline_cron_job(o close SCHEDULE @daily NAMED " + std::string(53, 'n') + ")\n";
  expect_error(job + "pipeline_cron_job(o close IN stage OFF)",
               "o/close: NAMED is not a valid name for all of its objects: '" + std::string(53, 'n') + "'");
  good(job + "pipeline_cron_job(o close IN stage prod OFF)");
}

TEST(a_container, stands_in_pods_that_there_are) {
  EXPECT_EQ(
      good(start
           + "pipeline_cron_job(o close SCHEDULE @daily)\npipeline_container(o log OF api close ROLE sidecar "
             "IMAGE a/b@sha256:"
           + std::string(64, 'a') + ")")
          .containers.at(0)
          .role,
      cicd::container_role::sidecar);
  const std::string call = start + "pipeline_container(o log ";
  expect_error(call + "OF ap ROLE init)", "o/log: OF: there is no such service or cron job: 'ap'", "api");
  expect_error(call + "ROLE init)", "o/log: OF is missing");
  expect_error(call + "OF api)", "o/log: ROLE is missing");
  expect_error(call + "OF api ROLE init IMAGE imag)", "o/log: IMAGE: there is no such image: 'imag'",
               "image");
  expect_error(call + "OF api ROLE init IMAGE a/b:1)", "o/log: IMAGE has a wrong value: 'a/b:1'");
  expect_error(call + "OF api ROLE init VOLUMES storage:d:1Gi=/d)",
               "o/log: VOLUMES: storage of each pod's own needs STATEFUL: 'storage:d:1Gi'");
  expect_error(
      start + "pipeline_container(o api OF api ROLE init)",
      "o/api: the container has the name of what it stands in, which is the main container's: 'api'");
}

TEST(a_container, has_other_values_in_environments_and_in_the_copies_of_branches) {
  const std::string call = start + "pipeline_container(o log OF api ROLE init SECRET_ENV A=s/a)\n";
  const cicd::pipeline made = good(
      call
      + "pipeline_container(o log IN preview SECRET_ENV A=p/a)\npipeline_container(o log IN stage ENV B=1)");
  EXPECT_EQ(containers_in(made, "stage").at(0).env.size(), 1U);
  EXPECT_EQ(containers_in(made, "prod").at(0).secret_env.at(0).secret.view(), "s");
  EXPECT_EQ(containers_in(made, "prod", "preview").at(0).secret_env.at(0).secret.view(), "p");
  EXPECT_TRUE(containers_in(made, "prod", "canary").empty());
  EXPECT_EQ(left_out_of(made, "prod", "canary"), std::vector<std::string>{"log"});
  expect_error(call + "pipeline_container(o log IN stag ENV B=1)",
               "o/log: IN: there is no such environment: 'stag'", "stage");
  expect_error(call + "pipeline_container(o log IN preview ROLE sidecar)",
               "o/log: ROLE has no meaning with IN");
  expect_error(start + "pipeline_container(o log IN preview ENV B=1)",
               "o/log: the container is declared only IN environments");
}

TEST(copies_of_branches, take_values_but_nothing_that_says_who_they_are) {
  const cicd::pipeline made = good(
      start + "pipeline_service(o api IN preview ENV A=1)\npipeline_service(o api IN stage ENV A=2 B=2)");
  EXPECT_EQ(service_in(made, "api", "stage", "preview").env.at(0).value, "1");
  EXPECT_EQ(service_in(made, "api", "stage", "preview").env.at(1).value, "2");
  EXPECT_EQ(service_in(made, "api", "stage", "canary").env.at(0).value, "2");
  expect_error(start + "pipeline_service(o api IN preview HOST p.example.com)",
               "o/api: HOST has no meaning IN preview");
  expect_error(start + "pipeline_service(o api IN canary PORTS a=1)",
               "o/api: PORTS has no meaning IN canary");
  good(start + "pipeline_service(o api IN preview PORTS a=1)");
}

TEST(placeholders, of_pods_stand_in_variables_alone) {
  const std::string pods = "ENV A={node_ip} B={node_name} C={pod_ip} D={pod_name} E={namespace}";
  EXPECT_EQ(good(start + "pipeline_service(o web " + pods + ")").services.back().env.at(0).value,
            "{node_ip}");
  good(start + "pipeline_cron_job(o close SCHEDULE @daily " + pods + ")");
  good(start + "pipeline_container(o log OF api ROLE init " + pods + ")");
  good(start + "pipeline_service(o web ANNOTATIONS a={commit})\npipeline_label(o b={version})\n"
               "pipeline_environment(o x VIA kubectl VERIFY ./v {host} {namespace} {environment} {version} {commit} {image})");
  expect_service_error("ENV A={node_ipp}", "ENV knows no such placeholder: '{node_ipp}'", "{node_ip}");
  expect_service_error("ANNOTATIONS a={pod_ip}", "ANNOTATIONS knows no such placeholder: '{pod_ip}'");
  expect_cron_error("SCHEDULE @daily ENV A={host}", "ENV knows no such placeholder: '{host}'");
  expect_service_error("COMMAND x {namespace}", "COMMAND knows no such placeholder: '{namespace}'");
}

/// A machine that knows two zones, one of which sets its clock forward on 29 March 2026 at 1:00 UTC.
const cicd::zone_source zones{
    .changes = [](const std::string& name) -> std::optional<std::vector<cicd::clock_change>> {
      if (name == "UTC") return std::vector<cicd::clock_change>{};
      if (name != "Europe/Berlin") return std::nullopt;
      return std::vector<cicd::clock_change>{{cicd::days_to(2026, 3, 29) * 86'400 + 3600, 3600, 7200}};
    },
    .names =
        [] {
          return std::vector<std::string>{"UTC", "Europe/Berlin"};
        }};

cicd::model_or_errors with_zones(const std::string& words) {
  return model_of(cicd::tests::written(start + "pipeline_cron_job(o close " + words + ")"),
                  cicd::tests::own_templates(), zones);
}

TEST(a_time_zone, must_exist_where_zones_are_known) {
  const auto made = with_zones("SCHEDULE @daily TIME_ZONE Europe/Berln");
  ASSERT_EQ(made.errors.size(), 1u);
  EXPECT_EQ(first_line(made.errors[0]), "o/close: TIME_ZONE: there is no such time zone: 'Europe/Berln'");
  EXPECT_EQ(note_of(made.errors[0], "did you mean"), "Europe/Berlin");
  EXPECT_EQ(with_zones("SCHEDULE @daily)\npipeline_cron_job(o close IN prod TIME_ZONE Mars/X").errors.size(),
            1u);
  good(start + "pipeline_cron_job(o close SCHEDULE @daily TIME_ZONE Europe/Berln)");
}

TEST(a_schedule, is_warned_of_where_a_change_of_the_clock_meets_it) {
  const auto made = with_zones("SCHEDULE \"30 2 * * *\" TIME_ZONE Europe/Berlin");
  ASSERT_TRUE(made.errors.empty());
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_EQ(made.warnings[0].what,
            "SCHEDULE names a time that the clock of Europe/Berlin leaves out when it is set forward, so "
            "that the run "
            "may not come");
  EXPECT_EQ(made.warnings[0].value, "2026-03-29 02:30");
  EXPECT_TRUE(with_zones("SCHEDULE \"30 2 * * *\" TIME_ZONE UTC").warnings.empty());
  EXPECT_TRUE(with_zones("SCHEDULE \"30 4 * * *\" TIME_ZONE Europe/Berlin").warnings.empty());
  EXPECT_EQ(with_zones("SCHEDULE @daily TIME_ZONE Europe/Berlin)\npipeline_cron_job(o close IN prod SCHEDULE "
                       "\"0 2 * * *\"")
                .warnings.size(),
            1u);
}

TEST(the_name_of_a_cron_job, that_is_too_long_for_its_runs_is_warned_of) {
  const std::string name(51, 'c');
  const auto made = model_from(start + "pipeline_cron_job(o " + name + " SCHEDULE @daily)");
  ASSERT_TRUE(made.errors.empty());
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_EQ(made.warnings[0].value, "o-" + name);
  EXPECT_TRUE(
      model_from(start + "pipeline_cron_job(o " + name.substr(1) + " SCHEDULE @daily)").warnings.empty());
}

}  // namespace
