// Three protocols, each as far as its first answer.
#pragma once

#include <cicd/run/ready_check.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/tcp_exchange.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

namespace run_ready_check {
namespace {

error not_ready(std::string why) {
  return {.kind = exit_class::remote, .subject = {}, .what = std::move(why), .value = {}, .notes = {}};
}

void add_number(std::string& to, std::uint32_t number) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) to += static_cast<char>(number >> shift & 255U);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t each = 0; each < 4; ++each)
    number = number << 8U | static_cast<unsigned char>(bytes[at + each]);
  return number;
}

/// The field of an ErrorResponse: `C` its SQLSTATE, `M` its message.
std::string field_of(std::string_view fields, char code) {
  for (const std::string& each : split(fields, '\0'))
    if (!each.empty() && each.front() == code) return each.substr(1);
  return {};
}

using judge = std::optional<status> (*)(std::string_view);

status asked_by(judge by,
                std::string_view name,
                const std::string& question,
                const service_address& at,
                std::chrono::milliseconds limit) {
  const result<std::string> answer = tcp_exchange(
      at.host, at.port, question, limit, [&](std::string_view so_far) { return by(so_far).has_value(); });
  if (!answer) return answer.error();
  const std::optional<status> found = by(*answer);
  return found ? *found : status(not_ready("its answer is not that of " + std::string(name)));
}

/// As Kubernetes takes the answer to a probe.
status asked_http(const service_address& at,
                  const std::string& path,
                  const surroundings& around,
                  std::chrono::milliseconds limit) {
  const auto end = at.url.find('/', at.url.find("://") + 3);
  const std::string url = at.url.substr(0, end) + path;
  const result<http_response> answer =
      web_client(around).send({.url = url, .limit = limit, .connect_limit = limit});
  if (!answer) return not_ready(answer.error().what);
  if (answer->status < 400) return {};
  return not_ready(fmt::format("{} answers {}", url, answer->status));
}

}  // namespace
}  // namespace run_ready_check

std::string postgres_question() {
  using namespace run_ready_check;
  std::string parts;
  add_number(parts, 3U << 16U);
  for (const std::string_view word : {"user", "cicd", "database", "postgres"}) (parts += word) += '\0';
  parts += '\0';
  std::string message;
  add_number(message, static_cast<std::uint32_t>(parts.size() + 4));
  return message + parts;
}

std::optional<status> judged_postgres(std::string_view answer) {
  using namespace run_ready_check;
  if (answer.size() < 5) return std::nullopt;
  const char kind = answer.front();
  const std::size_t length = number_at(answer, 1);
  if ((kind != 'R' && kind != 'E' && kind != 'v') || length < 4 || length > 60'000)
    return status(not_ready("its answer is not that of PostgreSQL"));
  if (kind != 'E') return status();
  if (answer.size() < length + 1) return std::nullopt;
  const std::string_view fields = answer.substr(5, length - 4);
  // cannot_connect_now: it starts, recovers or shuts down.
  return field_of(fields, 'C') == "57P03" ? status(not_ready(field_of(fields, 'M'))) : status();
}

std::string redis_question() {
  return "*1\r\n$4\r\nPING\r\n";
}

std::optional<status> judged_redis(std::string_view answer) {
  using run_ready_check::not_ready;
  const auto end = answer.find("\r\n");
  if (end == answer.npos)
    return answer.size() < 1024 ? std::nullopt
                                : std::optional(status(not_ready("its answer is not that of Redis")));
  const std::string_view line = answer.substr(0, end);
  if (line == "+PONG" || line.starts_with("-NOAUTH")) return status();
  if (line.starts_with('-')) return status(not_ready(std::string(line.substr(1))));
  return status(not_ready("its answer is not that of Redis"));
}

status asked_ready(ready_kind how,
                   const service_address& at,
                   const std::string& path,
                   const surroundings& around,
                   std::chrono::milliseconds limit) {
  using namespace run_ready_check;
  switch (how) {
    case ready_kind::postgres: return asked_by(judged_postgres, "PostgreSQL", postgres_question(), at, limit);
    case ready_kind::redis: return asked_by(judged_redis, "Redis", redis_question(), at, limit);
    case ready_kind::http: return asked_http(at, path, around, limit);
    default: return {};
  }
}

}  // namespace cicd
