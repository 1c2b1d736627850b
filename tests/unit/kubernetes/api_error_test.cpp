// What an API server refuses, in our words. The texts are those of Kubernetes 1.34.
#include <cicd/kubernetes/api/api_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/kubernetes/api/proxy.hpp>

namespace cicd::kubernetes {
namespace {

using testing::HasSubstr;
using testing::Not;

const object_key deployment{"Deployment", "shop", "orders-api"};

error refusal(int code,
              const std::string& reason,
              const std::string& message,
              std::vector<api_failure::cause> causes = {},
              const object_key& of = deployment) {
  return error_of({code, reason, message, std::move(causes)}, "orders/prod", of, "apply " + of.text());
}

TEST(api_error, rights_that_are_missing_are_named_with_the_rule_to_add) {
  const error got = refusal(
      403, "Forbidden",
      R"(deployments.apps "orders-api" is forbidden: User "ann" cannot patch resource "deployments" in )"
      R"(API group "apps" in the namespace "shop")");
  EXPECT_EQ(
      text_of(got),
      "cicd: error: orders/prod: cannot apply Deployment orders-api: no right to patch deployments.apps in "
      "namespace shop\n"
      "  logged in as: ann\n"
      "  needed:       in a Role: apiGroups [\"apps\"], resources [\"deployments\"], verbs [\"patch\"]\n"
      "  try:          cicd doctor --rbac prints the smallest roles; ask who may grant them\n");
  EXPECT_EQ(got.kind, exit_class::remote);
}

TEST(api_error, rights_on_the_whole_cluster_need_a_cluster_role) {
  const std::string text = text_of(refusal(
      403, "Forbidden",
      R"(nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope)"));
  EXPECT_THAT(text, HasSubstr("no right to list nodes in all of the cluster\n"));
  EXPECT_THAT(text, HasSubstr(R"(in a ClusterRole: apiGroups [""], resources ["nodes"], verbs ["list"])"));
}

TEST(api_error, nobody_logged_in_is_said) {
  EXPECT_THAT(
      text_of(refusal(
          403, "Forbidden",
          R"(pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in )"
          R"(the namespace "shop")")),
      HasSubstr("no login was sent: the user of this context has no credentials"));
}

TEST(api_error, a_missing_namespace_offers_to_make_it) {
  const error got = refusal(404, "NotFound", R"(namespaces "shop" not found)");
  EXPECT_EQ(
      text_of(got),
      "cicd: error: orders/prod: cannot apply Deployment orders-api: the namespace does not exist: 'shop'\n"
      "  try: CREATE_NAMESPACE in the environment, or kubectl create namespace shop\n");
  EXPECT_EQ(got.kind, exit_class::usage);
}

TEST(api_error, a_conflict_names_the_managers_and_their_fields) {
  const error got =
      refusal(409, "Conflict", "Apply failed with 3 conflicts: …",
              {{"FieldManagerConflict", ".spec.replicas", R"(conflict with "helm" using apps/v1)"},
               {"FieldManagerConflict", ".spec.paused",
                R"(conflict with "kubectl edit" using apps/v1 at 2026-01-01)"},
               {"FieldManagerConflict", ".spec.template.spec.containers[name=\"api\"].image",
                R"(conflict with "helm" using apps/v1)"}});
  EXPECT_EQ(
      text_of(got),
      "cicd: error: orders/prod: cannot apply Deployment orders-api: other managers own fields that this "
      "deploy sets\n"
      "  owned by helm:         spec.replicas\n"
      "                         spec.template.spec.containers[name=\"api\"].image\n"
      "  owned by kubectl edit: spec.paused\n"
      "  try:                   cicd run with --take-over helm --take-over 'kubectl edit' takes them over "
      "this once, TAKE_OVER helm 'kubectl edit' in the environment in each deploy; or leave these fields "
      "out of the declaration\n");
  EXPECT_EQ(got.kind, exit_class::conflict);
}

TEST(api_error, a_change_meanwhile_is_a_conflict) {
  const error got = refusal(
      409, "Conflict",
      "Operation cannot be fulfilled on deployments.apps \"orders-api\": the object has been modified; "
      "please apply your changes to the latest version and try again");
  EXPECT_EQ(got.kind, exit_class::conflict);
  EXPECT_THAT(got.what, HasSubstr("it was changed at the same time"));
  EXPECT_THAT(refusal(409, "AlreadyExists", "deployments.apps \"orders-api\" already exists").what,
              HasSubstr("it exists already"));
}

TEST(api_error, an_immutable_field_is_named_with_what_can_be_done) {
  const error got = refusal(422, "Invalid", "Deployment.apps \"orders-api\" is invalid: spec.selector: …",
                            {{"FieldValueInvalid", "spec.selector",
                              R"(Invalid value: {"matchLabels":{"a":"c"}}: field is immutable)"}});
  EXPECT_EQ(got.kind, exit_class::usage);
  EXPECT_THAT(
      text_of(got),
      HasSubstr(
          "a field cannot be changed once the object exists\n  field: spec.selector: field is immutable\n"));
  EXPECT_THAT(text_of(got), HasSubstr("kubectl delete deployment orders-api -n shop --cascade=orphan"));
  const error stateful =
      refusal(422, "Invalid", "…",
              {{"FieldValueForbidden", "spec",
                "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden"}},
              {"StatefulSet", "shop", "db"});
  EXPECT_THAT(text_of(stateful), HasSubstr("kubectl delete statefulset db -n shop --cascade=orphan"));
}

TEST(api_error, each_invalid_field_has_a_line) {
  const error got = refusal(
      422, "Invalid", "…",
      {{"FieldValueInvalid", "spec.template.spec.containers[0].name", "Invalid value: \"X\": lower case"},
       {"FieldValueRequired", "spec.template.spec.containers[0].image", "Required value"}});
  EXPECT_EQ(got.kind, exit_class::usage);
  EXPECT_THAT(text_of(got),
              HasSubstr("the cluster calls it invalid\n  field: spec.template.spec.containers[0].name: "
                        "Invalid value: \"X\": lower case\n"
                        "  field: spec.template.spec.containers[0].image: Required value\n"));
}

TEST(api_error, an_unknown_field_is_named) {
  const std::vector<std::string> texts{
      "failed to create typed patch object (shop/e; apps/v1, Kind=Deployment): .spec.replica: field not "
      "declared in schema",
      "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field "
      "\"spec.replica\""};
  for (const std::string& text : texts) {
    const error got = refusal(500, "", text);
    EXPECT_EQ(got.kind, exit_class::usage);
    EXPECT_EQ(got.value, "spec.replica") << text;
    EXPECT_FALSE(passes_by_itself({500, "", text, {}}) && text.starts_with("failed"));
  }
}

TEST(api_error, denials_are_told_apart) {
  const auto text = [](int code, const std::string& message) {
    const error got = refusal(code, "Forbidden", message);
    EXPECT_EQ(got.kind, exit_class::policy) << message;
    EXPECT_THAT(text_of(got), HasSubstr("\n  server: " + message.substr(0, 20)));
    return got.what;
  };
  const std::string what = "cannot apply Deployment orders-api: ";
  EXPECT_EQ(text(400, R"(admission webhook "deny.example.com" denied the request: no latest tags)"),
            what + "the admission webhook deny.example.com denied it");
  EXPECT_EQ(text(422,
                 "deployments.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'tags' with binding 'b' "
                 "denied request: no"),
            what + "the admission policy tags denied it");
  EXPECT_EQ(
      text(403, R"(pods "p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true)"),
      what + "the namespace's pod security level restricted:latest forbids it");
  EXPECT_EQ(
      text(
          403,
          "pods \"p\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3"),
      what + "the quota small in namespace shop is used up");
  EXPECT_EQ(text(403, "pods \"p\" is forbidden: failed quota: small: must specify limits.cpu for: api"),
            what + "a quota in namespace shop asks for requests or limits that are missing");
  EXPECT_EQ(text(403, "pods \"p\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi"),
            what + "a LimitRange in namespace shop forbids it");
}

TEST(api_error, a_quota_that_wants_limits_names_the_keywords_that_say_them) {
  const auto keywords = [](const std::string& words) { return keywords_wanted_by(words); };
  using names = std::vector<std::string>;
  EXPECT_EQ(keywords("failed quota: q: must specify limits.cpu for: api"), names{"CPU_LIMIT"});
  EXPECT_EQ(keywords("failed quota: q: must specify limits.cpu for: api; limits.memory for: api"),
            (names{"CPU_LIMIT", "MEMORY_LIMIT"}));
  EXPECT_EQ(keywords("failed quota: q: must specify cpu for: api; requests.memory for: api"),
            (names{"CPU", "MEMORY"}));
  EXPECT_EQ(keywords("failed quota: q: must specify limits.memory,requests.cpu"),
            (names{"CPU", "MEMORY_LIMIT"}));
  EXPECT_EQ(keywords("failed quota: q: must specify requests.nvidia.com/gpu for: api"), names{});
  EXPECT_EQ(keywords("maximum memory usage per Container is 1Gi, but limit is 2Gi"), names{"MEMORY_LIMIT"});
  EXPECT_EQ(keywords("minimum cpu usage per Container is 100m, but request is 50m"), names{"CPU"});
  EXPECT_EQ(keywords("maximum cpu usage per Pod is 1. No limit is specified"), names{"CPU_LIMIT"});
  EXPECT_EQ(keywords("exceeded quota: q, requested: limits.cpu=1"), names{});
  EXPECT_THAT(text_of(refusal(403, "Forbidden", "failed quota: q: must specify limits.cpu for: api")),
              HasSubstr("declare CPU_LIMIT"));
}

TEST(api_error, a_conflict_says_what_is_there_and_what_is_wanted) {
  const json there = *parse_json(R"({"spec":{"replicas":4,"mood":"by hand"}})");
  const json wanted = *parse_json(R"({"spec":{"replicas":3,"mood":"good"}})");
  const api_failure failure{
      409,
      "Conflict",
      "Apply failed",
      {{"FieldManagerConflict", ".spec.mood", R"(conflict with "kubectl-set" using apps/v1)"},
       {"FieldManagerConflict", ".spec.replicas", R"(conflict with "kubectl-set" using apps/v1)"}}};
  const std::string text =
      text_of(error_of(failure, "orders/prod", deployment, "apply it", {&there, &wanted}));
  EXPECT_THAT(text, HasSubstr("spec.mood: by hand there, good wanted"));
  EXPECT_THAT(text, HasSubstr("spec.replicas: 4 there, 3 wanted"));
  EXPECT_THAT(text, HasSubstr("cicd run with --take-over kubectl-set takes them over this once"));
  const object_key secret{"Secret", "shop", "key"};
  EXPECT_THAT(text_of(error_of(failure, "orders/prod", secret, "apply it", {&there, &wanted})),
              Not(HasSubstr("by hand")));
}

TEST(api_error, a_port_that_somebody_added_by_hand_is_named_with_its_manager) {
  const json there = *parse_json(
      R"({"metadata":{"managedFields":[
            {"manager":"cicd","operation":"Apply","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:name":{}}}}}},
            {"manager":"kubectl-edit","operation":"Update","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":9000,\"protocol\":\"TCP\"}":{"f:name":{}}}}}}]},
          "spec":{"ports":[{"name":"http","port":80},{"name":"admin","port":9000}]}})");
  const json wanted;
  const object_key service{"Service", "shop", "orders-api"};
  const error got = error_of({422,
                              "Invalid",
                              "Service is invalid",
                              {{"FieldValueDuplicate", "spec.ports[2].name", R"(Duplicate value: "admin")"}}},
                             "orders/prod", service, "apply it", {&there, &wanted});
  EXPECT_EQ(got.kind, exit_class::conflict);
  EXPECT_EQ(got.value, "admin");
  EXPECT_THAT(text_of(got), HasSubstr("owned by kubectl-edit: port 9000, TCP"));
  EXPECT_THAT(text_of(got), HasSubstr("--take-over kubectl-edit"));
}

TEST(api_error, a_selector_that_is_fixed_is_known) {
  EXPECT_TRUE(is_fixed_selector(
      {422,
       "Invalid",
       "",
       {{"FieldValueInvalid", "spec.selector", "Invalid value: {…}: field is immutable"}}}));
  EXPECT_FALSE(is_fixed_selector(
      {422, "Invalid", "", {{"FieldValueInvalid", "spec.template", "field is immutable"}}}));
}

TEST(api_error, a_full_quota_of_pods_offers_a_rollout_without_surge) {
  EXPECT_THAT(text_of(refusal(403, "Forbidden",
                              "exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3")),
              HasSubstr("MAX_UNAVAILABLE 1"));
  EXPECT_THAT(text_of(refusal(403, "Forbidden",
                              "exceeded quota: small, requested: configmaps=1, used: configmaps=3")),
              Not(HasSubstr("MAX_UNAVAILABLE")));
}

TEST(api_error, a_webhook_that_does_not_answer_is_no_denial) {
  const error got = refusal(
      500, "InternalError",
      R"(Internal error occurred: failed calling webhook "x.example.com": failed to call webhook: Post "https://…")");
  EXPECT_EQ(got.kind, exit_class::remote);
  EXPECT_THAT(got.what, HasSubstr("the admission webhook x.example.com does not answer"));
}

TEST(api_error, what_is_not_there_is_said_as_such) {
  EXPECT_EQ(refusal(404, "NotFound", "deployments.apps \"orders-api\" not found").what,
            "cannot apply Deployment orders-api: it does not exist in namespace shop");
  const error kind = refusal(404, "NotFound", "the server could not find the requested resource", {},
                             {"Thing", "shop", "t"});
  EXPECT_EQ(kind.kind, exit_class::usage);
  EXPECT_EQ(kind.what, "cannot apply Thing t: the cluster does not have the kind Thing");
}

TEST(api_error, a_namespace_that_is_being_deleted_is_a_conflict) {
  const error got = refusal(403, "Forbidden",
                            "deployments.apps \"x\" is forbidden: unable to create new content in namespace "
                            "shop because it is being terminated");
  EXPECT_EQ(got.kind, exit_class::conflict);
  EXPECT_THAT(got.what, HasSubstr("namespace shop is being deleted"));
}

TEST(api_error, no_answer_is_remote_and_a_cancellation_is_none) {
  EXPECT_EQ(refusal(0, std::string(api_reason::broken), "no answer within 30 s").what,
            "cannot apply Deployment orders-api: no answer within 30 s");
  EXPECT_EQ(refusal(0, std::string(api_reason::cancelled), "cancelled").kind, exit_class::interrupted);
  EXPECT_EQ(refusal(401, "Unauthorized", "Unauthorized").kind, exit_class::remote);
  EXPECT_THAT(refusal(503, "ServiceUnavailable", "etcd is away").what,
              HasSubstr("(HTTP 503 ServiceUnavailable): etcd is away"));
}

TEST(api_error, no_answer_of_a_cluster_reaches_the_terminal_as_it_is) {
  const std::string evil = "\x1b[2Jgone\x07";
  for (const int code : {0, 400, 401, 403, 404, 409, 422, 429, 500})
    EXPECT_THAT(text_of(refusal(code, evil, evil, {{evil, evil, evil}})), Not(HasSubstr("\x1b"))) << code;
}

TEST(api_answer, reads_the_causes_of_a_status) {
  const api_answer got = answer_from(http_response{
      409,
      R"({"kind":"Status","reason":"Conflict","message":"m","details":{"causes":[{"reason":"FieldManagerConflict","message":"w","field":".spec"}]}})",
      std::chrono::seconds(0)});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.failure->reason, "Conflict");
  ASSERT_EQ(got.failure->causes.size(), 1U);
  EXPECT_EQ(got.failure->causes[0].field, ".spec");
}

TEST(api_answer, tells_the_proxys_troubles_from_the_clusters) {
  const auto reason = [](const std::string& text) {
    return answer_from(http_response{500, text, std::chrono::seconds(0)}).failure->reason;
  };
  EXPECT_EQ(reason("dial tcp 127.0.0.1:1: connect: connection refused"), api_reason::unreachable);
  EXPECT_EQ(reason("tls: failed to verify certificate: x509: certificate signed by unknown authority"),
            api_reason::unreachable);
  EXPECT_EQ(reason("getting credentials: exec: executable aws not found"), api_reason::login);
  EXPECT_EQ(reason("something else"), "InternalError");
}

TEST(api_answer, knows_what_waiting_does_not_help) {
  const auto passes = [](const std::string& text) {
    return passes_by_itself(*answer_from(http_response{500, text, std::chrono::seconds(0)}).failure);
  };
  EXPECT_TRUE(passes("dial tcp 127.0.0.1:1: connect: connection refused"));
  EXPECT_FALSE(passes("dial tcp: lookup nothing.invalid: no such host"));
  EXPECT_FALSE(passes("tls: failed to verify certificate: x509: certificate signed by unknown authority"));
  EXPECT_FALSE(passes("getting credentials: exec: executable sh failed with exit code 255"));
}

TEST(opening_error, has_words_of_its_own_for_each_cause) {
  const cluster_target prod{{}, "prod", {}, {}, {}};
  const auto text = [&](int code, const std::string& body, const std::vector<std::string>& said = {}) {
    return text_of(
        opening_error(*answer_from(http_response{code, body, std::chrono::seconds(0)}).failure, prod, said));
  };
  EXPECT_THAT(text(500, "dial tcp 127.0.0.1:1: connect: connection refused"),
              HasSubstr("context prod: the cluster does not answer: connection refused\n"));
  EXPECT_THAT(text(500, "dial tcp: lookup a.b: no such host"),
              HasSubstr("context prod: the cluster's name is not known to DNS\n"));
  EXPECT_THAT(text(500, "dial tcp 10.0.0.1:443: i/o timeout"),
              HasSubstr("context prod: the cluster does not answer\n"));
  EXPECT_THAT(text(500, "tls: failed to verify certificate: x509: unknown authority"),
              HasSubstr("the cluster's certificate is not trusted\n"));
  EXPECT_THAT(text(500, "http: server gave HTTP response to HTTPS client"),
              HasSubstr("the server is not a Kubernetes API server\n"));
  EXPECT_THAT(text(401, R"({"kind":"Status","reason":"Unauthorized","message":"Unauthorized"})"),
              HasSubstr("context prod: the login expired or was refused\n"));
  EXPECT_THAT(text(500, "getting credentials: exec: executable sh failed with exit code 255",
                   {"your session has expired"}),
              HasSubstr("context prod: the login failed or expired\n  login: your session has expired\n"));
  EXPECT_THAT(text(500, "getting credentials: exec: executable kubelogin not found\n\nhow\nget it there"),
              HasSubstr("context prod: the login plugin of the kubeconfig is not installed: 'kubelogin'\n  "
                        "hint of the kubeconfig: get it there\n"));
  EXPECT_THAT(text(404, "<html>"), HasSubstr("the server is not a Kubernetes API server\n"));
}

TEST(api_error, a_part_of_the_cluster_is_never_recommended_for_a_take_over) {
  const error scaled =
      refusal(409, "Conflict", "Apply failed",
              {{"FieldManagerConflict", ".spec.replicas",
                R"(conflict with "controller-manager" with subresource "scale" using apps/v1)"}});
  EXPECT_THAT(text_of(scaled), Not(HasSubstr("TAKE_OVER")));
  EXPECT_THAT(text_of(scaled), HasSubstr("REPLICAS <least>..<most>"));
  const error mixed =
      refusal(409, "Conflict", "Apply failed",
              {{"FieldManagerConflict", ".metadata.annotations", R"(conflict with "kubelet" using v1)"},
               {"FieldManagerConflict", ".spec.replicas",
                R"(conflict with "kubectl" with subresource "scale" using apps/v1)"}});
  EXPECT_THAT(text_of(mixed), HasSubstr("TAKE_OVER kubectl in the environment"));
  EXPECT_THAT(text_of(mixed), HasSubstr("it writes them again"));
}

}  // namespace
}  // namespace cicd::kubernetes
