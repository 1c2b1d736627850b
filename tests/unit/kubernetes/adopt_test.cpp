// From live objects, as a chart made them, to a declaration, and what of them is said by which file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/adopt/adopt.hpp>
#include <cicd/kubernetes/adopt/normalized.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json read(std::string_view text) {
  result<json> value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return *value;
}

json live(std::string_view kind, std::string_view version, std::string_view name, std::string_view spec) {
  return read(
      R"({"apiVersion":")" + std::string(version) + R"(","kind":")" + std::string(kind)
      + R"(","metadata":{"name":")" + std::string(name)
      + R"(","namespace":"shop","uid":"u","labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{
                  "meta.helm.sh/release-name":"shop","meta.helm.sh/release-namespace":"shop"},"managedFields":[{"manager":"helm",
                  "operation":"Update","fieldsV1":{}}]},"spec":)"
      + std::string(spec) + "}");
}

/// As `helm create` makes it, after the server's defaults.
json chart_deployment(std::string_view container = R"("x":null)") {
  return live("Deployment", "apps/v1", "shop-web",
              R"({"replicas":3,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,
    "selector":{"matchLabels":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"shop"}},
    "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
    "template":{"metadata":{"creationTimestamp":null,"labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"shop",
      "helm.sh/chart":"web-1.0","tier":"front"}},
    "spec":{"containers":[{"name":"web","image":"registry.example.com/shop/web:1.2","imagePullPolicy":"IfNotPresent",
      "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
      "env":[{"name":"MODE","value":"fast"},{"name":"URL","valueFrom":{"secretKeyRef":{"name":"db","key":"url"}}},
             {"name":"AGENT","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.hostIP"}}}],
      "readinessProbe":{"httpGet":{"path":"/ready","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,
        "successThreshold":1,"failureThreshold":3},
      "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"64Mi"}},)"
                  + std::string(container)
                  + R"(,"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
      "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"web",
      "serviceAccount":"web","securityContext":{"runAsUser":1000},"schedulerName":"default-scheduler"}}})");
}

json chart_service(
    std::string_view port = R"({"name":"http","port":80,"targetPort":"http","protocol":"TCP"})") {
  return live("Service", "v1", "shop-web",
              R"({"type":"ClusterIP","clusterIP":"10.0.0.9","clusterIPs":["10.0.0.9"],"ports":[)"
                  + std::string(port)
                  + R"(],"selector":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"shop"}})");
}

adoption adopted(std::vector<json> objects, std::vector<json> around = {}) {
  result<adoption> made =
      adoption_of({"shop", "prod", "eks", "shop", 34, std::move(objects), std::move(around)});
  EXPECT_TRUE(made) << (made ? "" : text_of(made.error()));
  return made ? *made : adoption{};
}

std::string file(const adoption& of, const std::string& path) {
  for (const auto& each : of.files)
    if (each.path == path) return each.text;
  return {};
}

TEST(adoption, says_a_deployment_and_its_service_by_keywords) {
  EXPECT_EQ(adopted({chart_deployment(), chart_service()}).declaration,
            R"(# what runs in namespace shop, by cicd adopt; add how it is built: cicd explain add_pipeline
add_pipeline(shop
  IMAGE registry.example.com/shop/web)

# to be filled in: BASE, JAR or FILES, or a TEMPLATE in place of this call; registry.example.com/shop/web:1.2 runs now
pipeline_image(shop image
  BASE scratch)

# Deployment shop-web
pipeline_service(shop web
  SELECTOR app.kubernetes.io/name=web app.kubernetes.io/instance=shop
  PORT 8080
  READY /ready
  REPLICAS 3
  ENV MODE=fast AGENT={node_ip}
  SECRET_ENV URL=db/url
  SERVICE_ACCOUNT web
  CPU 100m
  MEMORY 64Mi
  USER 1000
  READ_ONLY_ROOT off
  SPREAD off
  DISRUPTIONS off
  PATCH k8s/web-patch.yaml)

# ON tag "v*" deploys it by itself; TAKE_OVER can go after the first deploy
pipeline_environment(shop prod
  VIA kubectl
  CONTEXT eks
  NAMESPACE shop
  TAKE_OVER helm)
)");
}

TEST(adoption, changes_only_what_it_says) {
  EXPECT_THAT(adopted({chart_deployment(), chart_service()}).changes,
              ElementsAre(HasSubstr("maxUnavailable 0, before: 25%"), HasSubstr("(DRAIN)")));
}

TEST(adoption, says_by_a_patch_what_no_keyword_says) {
  const std::string patch =
      file(adopted({chart_deployment(R"("args":["--fast"],"stdin":true)"), chart_service()}),
           "k8s/web-patch.yaml");
  EXPECT_THAT(patch, AllOf(HasSubstr("args:"), HasSubstr("stdin: true"), HasSubstr("startupProbe: null"),
                           HasSubstr("tier: front")));
  EXPECT_THAT(patch, AllOf(Not(HasSubstr("image:")), Not(HasSubstr("MODE")), Not(HasSubstr("helm"))));
}

TEST(adoption, keeps_another_name_of_the_deployment) {
  json renamed = chart_deployment();
  json metadata = renamed["metadata"];
  renamed.set("metadata", metadata.set("name", "web"));
  EXPECT_THAT(adopted({renamed}).declaration, HasSubstr("NAMED web"));
}

TEST(adoption, keeps_what_a_service_selects_when_it_is_not_what_the_deployment_does) {
  json front = chart_service();
  json spec = front["spec"];
  front.set("spec", spec.set("selector", read(R"({"tier":"front"})")));
  const adoption made = adopted({chart_deployment(), front});
  EXPECT_THAT(made.declaration, HasSubstr("SERVICE_SELECTOR tier=front"));
}

TEST(adoption, keeps_names_and_numbers_of_ports) {
  const adoption made =
      adopted({chart_deployment(),
               chart_service(R"({"name":"web","port":8080,"targetPort":8080,"protocol":"TCP"})")});
  EXPECT_THAT(made.declaration, HasSubstr("PORT 8080"));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"),
              AllOf(HasSubstr("kind: Service"), HasSubstr("targetPort: 8080"), HasSubstr("$patch")));
}

TEST(adoption, keeps_a_service_of_another_name_as_a_manifest) {
  json other = chart_service();
  json metadata = other["metadata"];
  other.set("metadata", metadata.set("name", "front"));
  const adoption made = adopted({chart_deployment()}, {other});
  EXPECT_THAT(file(made, "k8s/adopted/service-front.yaml"),
              AllOf(HasSubstr("name: front"), Not(HasSubstr("clusterIP"))));
}

TEST(adoption, takes_an_autoscaler_by_cpu_and_no_number_of_pods) {
  const json scaler = live(
      "HorizontalPodAutoscaler", "autoscaling/v2", "shop-web",
      R"({"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"shop-web"},"minReplicas":2,"maxReplicas":9,
      "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}}]})");
  const adoption made = adopted({chart_deployment(), chart_service(), scaler});
  EXPECT_THAT(made.declaration, AllOf(HasSubstr("REPLICAS 2..9"), HasSubstr("SCALE_AT 70%")));
  EXPECT_THAT(made.changes, Not(Contains(HasSubstr("Autoscaler"))));
  EXPECT_THAT(made.changes, Not(Contains(HasSubstr("replicas"))));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), Not(HasSubstr("replicas")));
}

TEST(adoption, leaves_the_number_of_pods_to_an_autoscaler_that_another_object_made) {
  json scaler = live(
      "HorizontalPodAutoscaler", "autoscaling/v2", "keda-hpa-web",
      R"({"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"shop-web"},"minReplicas":2,"maxReplicas":9})");
  json metadata = scaler["metadata"];
  metadata.set("ownerReferences", read(R"([{"kind":"ScaledObject","name":"web"}])"));
  scaler.set("metadata", std::move(metadata));
  const adoption made = adopted({chart_deployment(), chart_service()}, {scaler});
  EXPECT_THAT(made.declaration, Not(HasSubstr("REPLICAS")));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), HasSubstr("replicas: null"));
}

TEST(adoption, leaves_an_autoscaler_that_no_keyword_says_and_the_number_of_pods_to_it) {
  const json scaler = live(
      "HorizontalPodAutoscaler", "autoscaling/v2", "shop-web",
      R"({"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"shop-web"},"minReplicas":2,"maxReplicas":9,
      "metrics":[{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":70}}}]})");
  const adoption made = adopted({chart_deployment(), chart_service(), scaler});
  EXPECT_NE(file(made, "k8s/adopted/horizontalpodautoscaler-shop-web.yaml"), "");
  EXPECT_THAT(made.declaration, Not(HasSubstr("REPLICAS")));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), HasSubstr("replicas: null"));
}

TEST(adoption, takes_an_ingress_of_our_shape_and_keeps_any_other) {
  const auto ingress = [](std::string_view path) {
    return live(
        "Ingress", "networking.k8s.io/v1", "shop-web",
        R"({"ingressClassName":"nginx","rules":[{"host":"shop.example.com","http":{"paths":[{"path":")"
            + std::string(path)
            + R"(","pathType":"Prefix","backend":{"service":{"name":"shop-web","port":{"number":80}}}}]}}]})");
  };
  const adoption ours = adopted({chart_deployment(), chart_service(), ingress("/")});
  EXPECT_THAT(ours.declaration, AllOf(HasSubstr("HOST shop.example.com"), HasSubstr("INGRESS_CLASS nginx")));
  EXPECT_THAT(file(ours, "k8s/web-patch.yaml"),
              AllOf(HasSubstr("number: 80"), Not(HasSubstr("shop.example.com"))));
  const adoption other = adopted({chart_deployment(), chart_service(), ingress("/api")});
  EXPECT_THAT(other.declaration, Not(HasSubstr("HOST")));
  EXPECT_THAT(file(other, "k8s/adopted/ingress-shop-web.yaml"), HasSubstr("path: /api"));
}

TEST(adoption, takes_volumes_by_their_source_whatever_their_name) {
  json mounted = chart_deployment(
      R"("volumeMounts":[{"name":"cfg","mountPath":"/etc/web"},{"name":"host","mountPath":"/host"}])");
  const std::string text =
      replaced_all(compact(mounted), R"("restartPolicy")",
                   R"("volumes":[{"name":"cfg","configMap":{"name":"web","defaultMode":420}},
                                           {"name":"host","hostPath":{"path":"/x","type":""}}],"restartPolicy")");
  const adoption made = adopted({read(text), chart_service()});
  EXPECT_THAT(made.declaration, HasSubstr("VOLUMES config:web=/etc/web"));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), AllOf(HasSubstr("hostPath"), Not(HasSubstr("configMap"))));
  EXPECT_THAT(made.changes, Not(Contains(HasSubstr("volume"))));
}

TEST(adoption, takes_a_cron_job_with_its_schedule) {
  const json job = live("CronJob", "batch/v1", "close",
                        R"({"schedule":"0 3 * * *","concurrencyPolicy":"Allow","suspend":false,
    "successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1,"jobTemplate":{"metadata":{},"spec":{"template":{"metadata":{},"spec":{
    "containers":[{"name":"close","image":"registry.example.com/shop/web:1.2","command":["/app","close"]}],"restartPolicy":"OnFailure"}}}}})");
  const adoption made = adopted({job});
  EXPECT_THAT(made.declaration, AllOf(HasSubstr("pipeline_cron_job(shop close\n  NAMED close"),
                                      HasSubstr("SCHEDULE \"0 3 * * *\""), HasSubstr("COMMAND /app close"),
                                      HasSubstr("CONCURRENCY allow"), HasSubstr("RETRIES 6")));
  EXPECT_THAT(file(made, "k8s/close-patch.yaml"),
              AllOf(HasSubstr("restartPolicy: OnFailure"), HasSubstr("failedJobsHistoryLimit: 1")));
  EXPECT_THAT(made.changes, ElementsAre(HasSubstr("timeZone Etc/UTC")));
}

TEST(adoption, writes_no_value_that_would_be_read_as_a_placeholder_into_a_keyword) {
  const adoption made = adopted(
      {read(replaced_all(compact(chart_deployment()), R"("value":"fast")", R"("value":"a {host} b")")),
       chart_service()});
  EXPECT_THAT(made.declaration, Not(HasSubstr("{host}")));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), HasSubstr("a {host} b"));
}

TEST(adoption, writes_no_secret_into_a_file) {
  json secret = live("Secret", "v1", "db", "{}");
  secret.set("data", read(R"({"url":"c2VjcmV0"})"));
  const adoption made = adopted({chart_deployment(), secret});
  for (const auto& each : made.files) EXPECT_THAT(each.text, Not(HasSubstr("c2VjcmV0")));
  EXPECT_THAT(made.warnings, Contains(HasSubstr("Secret db is not taken along")));
}

/// A deployment whose pods end within five seconds, use an account and a Secret with dots in their names, and
/// have a variable twice.
json dotted_deployment() {
  std::string text = compact(chart_deployment());
  text = replaced_all(text, R"("terminationGracePeriodSeconds":30)", R"("terminationGracePeriodSeconds":5)");
  text = replaced_all(text, R"("serviceAccountName":"web","serviceAccount":"web")",
                      R"("serviceAccountName":"shop.runner","serviceAccount":"shop.runner")");
  text = replaced_all(text, R"({"name":"db","key":"url"})", R"({"name":"my.db","key":"tls.url"})");
  return read(replaced_all(text, R"({"name":"MODE","value":"fast"})",
                           R"({"name":"MODE","value":"slow"},{"name":"MODE","value":"fast"})"));
}

TEST(adoption, says_all_that_the_server_takes) {
  const json ingress = live(
      "Ingress", "networking.k8s.io/v1", "shop-web",
      R"({"ingressClassName":"alb.internal","tls":[{"hosts":["*.shop.example.com","shop.example.com"],"secretName":"wildcard.example.com"}],
      "rules":[{"host":"shop.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"shop-web","port":{"number":80}}}}]}},
               {"host":"*.shop.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"shop-web","port":{"number":80}}}}]}}]})");
  const adoption made = adopted({dotted_deployment(), chart_service(), ingress});
  EXPECT_THAT(made.declaration, AllOf(HasSubstr("GRACE 5s"), HasSubstr("SERVICE_ACCOUNT shop.runner"),
                                      HasSubstr("URL=my.db/tls.url"), HasSubstr("TLS wildcard.example.com"),
                                      HasSubstr("INGRESS_CLASS alb.internal"),
                                      HasSubstr("HOST shop.example.com *.shop.example.com"),
                                      HasSubstr("MODE=fast"), Not(HasSubstr("MODE=slow"))));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), AllOf(HasSubstr("rules/0"), HasSubstr("rules/1")));
  EXPECT_THAT(made.changes,
              ElementsAre(HasSubstr("the variable MODE stood twice"), HasSubstr("maxUnavailable 0")));
}

TEST(adoption, leaves_what_our_rules_refuse_to_a_patch_and_says_so) {
  const std::string small =
      replaced_all(compact(chart_deployment()), R"("memory":"64Mi")", R"("memory":"2Mi")");
  const adoption made = adopted({read(small), chart_service()});
  EXPECT_THAT(made.declaration, Not(HasSubstr("MEMORY")));
  EXPECT_THAT(file(made, "k8s/web-patch.yaml"), HasSubstr("2Mi"));
  EXPECT_THAT(made.warnings,
              Contains(HasSubstr("MEMORY of web is left to a patch, since MEMORY has a wrong value")));
  const std::string budget =
      R"({"maxUnavailable":0,"selector":{"matchLabels":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"shop"}}})";
  const adoption blocked = adopted(
      {chart_deployment(), chart_service(), live("PodDisruptionBudget", "policy/v1", "shop-web", budget)});
  EXPECT_THAT(file(blocked, "k8s/web-patch.yaml"), HasSubstr("maxUnavailable: 0"));
  EXPECT_THAT(blocked.warnings, Contains(HasSubstr("DISRUPTIONS of web is left to a patch")));
}

TEST(adoption, keeps_a_toleration_of_an_empty_value_and_one_of_any) {
  const std::string text = replaced_all(
      compact(chart_deployment()), R"("dnsPolicy")",
      R"("tolerations":[{"key":"a","operator":"Equal","effect":"NoSchedule"},{"key":"b","operator":"Exists"}],"dnsPolicy")");
  EXPECT_THAT(adopted({read(text), chart_service()}).declaration, HasSubstr("TOLERATIONS a=:NoSchedule b"));
}

TEST(adoption, writes_what_cmake_would_expand_as_a_text) {
  const adoption made =
      adopted({read(replaced_all(compact(chart_deployment()), R"("value":"fast")", R"("value":"$<1:fast>")")),
               chart_service()});
  EXPECT_THAT(made.declaration, HasSubstr(R"(=\$<1:\$><1:fast>")"));
}

TEST(adoption, keeps_a_workload_without_a_container_as_a_manifest) {
  const json patch = live("Deployment", "apps/v1", "bare", R"({"template":{"spec":{}}})");
  const adoption made = adopted({chart_deployment(), patch});
  EXPECT_NE(file(made, "k8s/adopted/deployment-bare.yaml"), "");
}

TEST(adoption, keeps_a_workload_whose_name_no_keyword_can_say_as_a_manifest) {
  const json job = live(
      "CronJob", "batch/v1", "close.stale",
      R"({"schedule":"0 3 * * *","jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"close",
    "image":"registry.example.com/shop/web:1.2"}],"restartPolicy":"OnFailure"}}}}})");
  const adoption made = adopted({chart_deployment(), job});
  EXPECT_NE(file(made, "k8s/adopted/cronjob-close.stale.yaml"), "");
  EXPECT_THAT(made.warnings, Contains(HasSubstr("CronJob close.stale")));
}

TEST(adoption, of_nothing_or_of_what_is_ours_already_is_refused) {
  json ours = chart_deployment();
  json metadata = ours["metadata"];
  ours.set("metadata", metadata.set("labels", read(R"({"cicd.dev/pipeline":"shop"})")));
  const auto none = adoption_of({"shop", "prod", "", "shop", 34, {ours}, {}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(none.error()), HasSubstr("not managed by cicd already"));
}

}  // namespace
