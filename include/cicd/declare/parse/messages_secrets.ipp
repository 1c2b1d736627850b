// The words of what is wrong with secrets, and with the variables that they are given by.
#pragma once

#include <fmt/format.h>

#include <cicd/declare/parse/messages.hpp>

namespace cicd::declaring {

remark secret_without_source() {
  return {.what = "nothing says where the secret comes from",
          .allowed = "PASS_ENV <variable>, FILE <path>, COMMAND <program> [<argument>…] or AWS <secret>"};
}

remark no_version_of_aws(std::string_view version) {
  return {.what = "VERSION is not a version id of AWS Secrets Manager",
          .value = text_of(version),
          .allowed = "32 to 64 characters, as `aws secretsmanager list-secret-version-ids` shows them",
          .help = "leave VERSION out: the current version is fetched"};
}

remark variable_given_twice(std::string_view variable, std::string_view first, std::string_view second) {
  return {.what = fmt::format("{} and {} give the step one variable", first, second),
          .value = text_of(variable),
          .help = "name another variable: SECRETS <VARIABLE>=<secret>"};
}

remark variable_of_two_secrets(std::string_view variable, std::string_view first, std::string_view second) {
  return {.what = "two SECRETS give the step one variable",
          .value = text_of(variable),
          .help = fmt::format("name another variable for one of them: SECRETS {} {}_2={}", first, variable,
                              second)};
}

remark variable_of_cicd(std::string_view keyword, std::string_view variable) {
  return {.what = fmt::format("{}: cicd sets this variable for each step itself", keyword),
          .value = text_of(variable),
          .help = "name another variable"};
}

remark variable_that_steers(std::string_view keyword, std::string_view variable, std::string_view secret) {
  return {.what = fmt::format("{}: this variable says how programs are found, loaded or run", keyword),
          .value = text_of(variable),
          .help = fmt::format("name another variable: {} <VARIABLE>={}", keyword, secret)};
}

remark variable_of_each_step(std::string_view variable) {
  return {.what = "PASS_ENV: each step needs this variable, and one that holds a secret is passed to none",
          .value = text_of(variable),
          .help = "put the secret into a variable of its own"};
}

remark variable_of_a_secret(std::string_view variable, std::string_view secret) {
  return {.what = "PASS_ENV: the variable holds a secret, which is passed to no step or service",
          .value = text_of(variable),
          .help = fmt::format("SECRETS {}={} gives it, masked and outside the key", variable,
                              secret)};
}

}  // namespace cicd::declaring
