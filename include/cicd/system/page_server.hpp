// A small server of a few pages, for probes and metrics of a process that runs for long: it answers GET,
// reads nothing else of a request than its path, and keeps no connection. It does not know what the pages
// say.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

struct page {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
};

class page_server {
 public:
  /// The page of a path such as `/health`, without its query; called on the server's own thread.
  using page_of = std::function<page(const std::string& path)>;

  /// Listens at once: `127.0.0.1:9090`, `[::1]:9090`, `0.0.0.0:9090`; of port 0 at a free one. Class `usage`
  /// where that is no such address, `remote` where it is taken or not this machine's.
  static result<std::unique_ptr<page_server>> start(const std::string& address, page_of pages);
  virtual ~page_server() = default;  ///< ends at once, with all connections
  /// Where it listens, with the port that it has.
  virtual std::string address() const = 0;
};

}  // namespace cicd
