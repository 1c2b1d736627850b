// What the service answers: a pure function of a request. It knows no socket.
#pragma once

#include <string>
#include <string_view>

namespace @@name_snake@@ {

struct response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

/// `target` is a request's path, which a query may follow.
response answer_to(std::string_view method, std::string_view target);

/// The bytes of a response as HTTP/1.1, after which the connection is closed.
std::string bytes_of(const response& answer);

}  // namespace @@name_snake@@
