// Whether a service is ready, by an exchange of its own protocol: what is sent, what an answer means, and the
// exchange itself. It does not know who waits, nor for how long.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/declare/backing.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The first message of a client of PostgreSQL (protocol 3.0): who it is and which database it wants.
std::string postgres_question();
/// Whether the answer to it comes from a server that takes connections, as `pg_isready` judges: also one that
/// refuses this user or knows no such database. Nothing while the answer is not whole; else why not.
std::optional<status> judged_postgres(std::string_view answer);

/// `PING`, as an array of RESP.
std::string redis_question();
/// The same of Redis: also one that wants a login is ready, one that loads its data is not.
std::optional<status> judged_redis(std::string_view answer);

/// Asks once; blocks the calling thread for `limit` at most. `path` is that of READY http. Class `remote`
/// where it is not ready, with why.
status asked_ready(ready_kind how,
                   const service_address& at,
                   const std::string& path,
                   const surroundings& around,
                   std::chrono::milliseconds limit);

}  // namespace cicd
