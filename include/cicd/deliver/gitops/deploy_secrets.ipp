// From a declared secret to a file that ssh-keygen reads.
#pragma once

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/gitops/deploy_secrets.hpp>

namespace cicd {

namespace deliver_gitops_deploy_secrets {
namespace {

/// With whose it is and where the secret was declared.
error of_secret(error why, const declared_pipeline& pipeline, named_secret name) {
  if (why.subject.empty()) why.subject = pipeline.declared.name.str();
  return with_origin(std::move(why), pipeline, "secret." + std::string(name_of(name)));
}

}  // namespace
}  // namespace deliver_gitops_deploy_secrets

result<secret_value> secret_of(const declared_pipeline& pipeline,
                               named_secret name,
                               const secret_source& from,
                               const cancellation& cancelled) {
  const auto& all = pipeline.declared.secrets;
  const auto found =
      std::ranges::find_if(all, [&](const secret& each) { return each.name.view() == name_of(name); });
  if (found == all.end())
    return error{exit_class::usage,
                 pipeline.declared.name.str(),
                 "there is no such secret",
                 std::string(name_of(name)),
                 {}};
  result<secret_value> value = from(*found, pipeline.source_directory, cancelled);
  if (value) return value;
  return deliver_gitops_deploy_secrets::of_secret(std::move(value).error(), pipeline, name);
}

deploy_secrets::deploy_secrets(const secret_source& from,
                               const surroundings& around,
                               const cancellation& cancelled,
                               const std::string& run)
    : from_(from),
      cancelled_(cancelled),
      folder_(memory_folders(around), fmt::format("{}-sign-{}", run, ::getpid())) {}

result<secret_value> token_of(const declared_pipeline& pipeline,
                              named_secret name,
                              const secret_source& from,
                              const cancellation& cancelled) {
  const result<secret_value> value = secret_of(pipeline, name, from, cancelled);
  if (!value) return value.error();
  const std::string_view token = trimmed(value->revealed());
  // RFC 9110, section 5.5, and no blanks: what a header can hold.
  const auto is_wrong = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f;
  };
  if (!token.empty() && std::ranges::none_of(token, is_wrong)) return secret_value(std::string(token));
  error wrong{exit_class::usage,
              {},
              token.empty() ? "the secret of a token is empty"
                            : "the secret of a token holds line ends, blanks or bytes that are not ASCII",
              std::string(name_of(name)),
              {{"allowed", "one line with the token alone"}}};
  return deliver_gitops_deploy_secrets::of_secret(std::move(wrong), pipeline, name);
}

status check_private_key(const std::string& key, const std::string& name) {
  std::string_view why;
  const std::string_view text = trimmed(key);
  const auto begin = text.find("-----BEGIN "), end = text.rfind("-----END ");
  if (text.empty())
    why = "it is empty";
  else if (text.find('\r') != text.npos)
    why = "its lines end with CR LF: ssh-keygen reads LF only";
  else if (begin != 0 || text.substr(0, text.find('\n')).find("PRIVATE KEY-----") == text.npos)
    why = text.starts_with("ssh-") || text.starts_with("ecdsa-")
              ? "it is a public key"
              : "it does not begin with a line -----BEGIN … PRIVATE KEY-----";
  else if (text.find('\n') == text.npos)
    why = "it is one line: its line ends were lost or replaced";
  else if (end == text.npos || !text.ends_with("PRIVATE KEY-----"))
    why = "it is cut off: the line -----END … PRIVATE KEY----- is missing";
  if (why.empty()) return {};
  return error{exit_class::usage,
               {},
               "the secret of SIGN is not a private SSH key",
               name,
               {{"caused by", std::string(why)},
                {"allowed", "a private SSH key without a passphrase, as ssh-keygen writes it"}}};
}

result<std::string> deploy_secrets::file_of(const declared_pipeline& pipeline, named_secret named) {
  const std::lock_guard hold(mutex_);
  const std::string name(name_of(named));
  std::string& known = files_[pipeline.declared.name.str() + "/" + name];
  if (!known.empty()) return known;
  const result<secret_value> value = secret_of(pipeline, named, from_, cancelled_);
  if (!value) return value.error();
  std::string key(value->revealed());
  if (status fine = check_private_key(key, name); !fine)
    return deliver_gitops_deploy_secrets::of_secret(std::move(fine).error(), pipeline, named);
  if (!key.ends_with('\n')) key += '\n';  // without it ssh-keygen takes it for no key
  result<std::string> file = folder_.write(pipeline.declared.name.str(), name, secret_value(std::move(key)));
  if (file) known = *file;
  return file;
}

}  // namespace cicd
