// A private kubeconfig for an EKS cluster: where it is from `aws eks describe-cluster`, the login by `aws eks
// get-token` at each need. It is JSON, which is YAML too.
#pragma once

#include <cicd/kubernetes/api/proxy.hpp>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/system/files.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_proxy_eks {
namespace {

struct place {
  std::string region, name;
};

result<place> place_of(const std::string& eks) {
  const std::size_t slash = eks.find('/');
  if (slash != eks.npos && slash > 0 && slash + 1 < eks.size() && eks.find('/', slash + 1) == eks.npos)
    return place{eks.substr(0, slash), eks.substr(slash + 1)};
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = "no EKS cluster",
               .value = eks,
               .notes = {{"allowed", "<region>/<cluster>, such as eu-central-1/orders"}}};
}

result<std::string> find_aws(const surroundings& around) {
  if (auto path = find_program("aws", around.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"), {}))
    return *std::move(path);
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = "the program aws is missing, by which EKS clusters are logged in to",
               .value = {},
               .notes = {{"try", "pip install awscli, or AWS' own installer of version 2"}}};
}

/// What aws said when it refused: its last line, and what helps.
error refused(const place& of, const captured& got) {
  const std::string said(trimmed(got.err.empty() ? got.end.text : got.err));
  const std::string last = said.substr(said.rfind('\n') + 1);
  const auto says = [&](std::string_view words) { return said.find(words) != said.npos; };
  const bool missing = says("ResourceNotFoundException");
  const bool login = says("ExpiredToken") || says("expired") || says("Unable to locate credentials")
                     || says("InvalidClientTokenId") || says("SSO");
  error failure{.kind = missing ? exit_class::usage : exit_class::remote,
                .subject = {},
                .what = missing ? "there is no such EKS cluster"
                        : login ? "the login to AWS expired or is missing"
                                : "aws does not describe the EKS cluster",
                .value = {},
                .notes = {}};
  failure = std::move(failure).with("aws", cut_to(displayable(last), 300));
  if (missing)
    return std::move(failure).with("try",
                                   fmt::format("aws eks list-clusters --region {}", shell_quoted(of.region)));
  return std::move(failure).with(
      "try", login ? "aws sso login, or new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" : "");
}

json words_of_login(const place& of, const std::string& role) {
  std::vector<std::string> words{"eks",   "get-token", "--region", of.region, "--cluster-name",
                                 of.name, "--output",  "json"};
  if (!role.empty()) words.insert(words.end(), {"--role-arn", role});
  return json_texts(words);
}

json kubeconfig_of(const place& of, const json& described, const std::string& aws, const std::string& role) {
  const std::string name = of.region + "/" + of.name;
  const json login = members_of("apiVersion", "client.authentication.k8s.io/v1beta1", "command", aws, "args",
                                words_of_login(of, role), "interactiveMode", "Never");
  const json server = members_of("server", described["endpoint"].text(), "certificate-authority-data",
                                 described["certificateAuthority"]["data"].text());
  return members_of("apiVersion", "v1", "kind", "Config", "current-context", name,  //
                    "clusters", list_of(members_of("name", name, "cluster", server)), "users",
                    list_of(members_of("name", name, "user", members_of("exec", login))), "contexts",
                    list_of(members_of("name", name, "context", members_of("cluster", name, "user", name))));
}

}  // namespace
}  // namespace kubernetes_api_proxy_eks

result<std::string> write_eks_kubeconfig(const cluster_target& target,
                                         const std::string& folder,
                                         const surroundings& around,
                                         const cancellation* cancelled) {
  namespace self = kubernetes_api_proxy_eks;
  const auto place = self::place_of(target.eks);
  if (!place) return place.error();
  const auto aws = self::find_aws(around);
  if (!aws) return aws.error();
  const captured got = run_to_end({.words = {*aws, "eks", "describe-cluster", "--region", place->region,
                                             "--name", place->name, "--output", "json"},
                                   .directory = {},
                                   .environment = around.lines()},
                                  {.input = {}, .limit = std::chrono::seconds(60), .cancelled = cancelled});
  if (cancelled != nullptr && cancelled->cancelled())
    return error{
        .kind = exit_class::interrupted, .subject = {}, .what = "cancelled", .value = {}, .notes = {}};
  if (!got.end.good()) return self::refused(*place, got);
  const result<json> answer = parse_json(got.out);
  if (!answer || (*answer)["cluster"]["endpoint"].text().empty())
    return self::refused(*place, {.end = {}, .out = {}, .err = "its answer names no endpoint"});
  std::string path = folder + "/kubeconfig";
  const json config = self::kubeconfig_of(*place, (*answer)["cluster"], *aws, target.role);
  if (const status written = write_file(path, pretty(config), durability::fast, 0600); !written)
    return written.error();
  return path;
}

}  // namespace cicd::kubernetes
