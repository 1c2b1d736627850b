// A backing service, taken apart: what READY asks, where it is reached, and which services something needs.
// It starts and asks nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd {

/// How a service says that it is ready.
enum class ready_kind : std::uint8_t { none, postgres, redis, http, command };

/// By the first word of READY.
ready_kind ready_kind_of(const backing_service& of);
/// What follows that word.
std::span<const text> ready_words_of(const backing_service& of);
/// The words that READY may begin with, in the order in which messages name them.
std::span<const std::string_view> ready_kinds();

/// Where a service is reached.
struct service_address {
  std::string url, host;
  int port = 0;
  std::string folder{};  ///< its own; empty where it runs elsewhere
};
/// Host and port of a URL, the port by its scheme where it has none; nothing where that has no usual one.
std::optional<service_address> address_in(std::string_view url);
/// What of a URL that is a secret is one by itself: all behind `://`, and the password of its login as it is
/// written and decoded.
std::vector<std::string> secret_parts_of(std::string_view url);
/// The address of a service that we start, on a port of the loopback address.
service_address address_on(int port, const backing_service& of, std::string folder);
/// `postgres.url` and the like.
void add_placeholders(const backing_service& of, const service_address& at, placeholder_values& to);

/// Those of the pipeline that are named, and those that they need, each after what it needs itself. A name of
/// none is left out: the declaration was checked before.
std::vector<const backing_service*> services_for(const pipeline& in, const std::vector<dns_label>& needs);

}  // namespace cicd
