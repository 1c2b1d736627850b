#include "routes.hpp"

namespace @@name_snake@@ {

response answer_to(std::string_view method, std::string_view target) {
  if (method != "GET" && method != "HEAD") return {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/health") return {200, "application/json", "{\"status\":\"ok\"}\n"};
  if (path == "/") return {200, "text/plain; charset=utf-8", "@@name@@\n"};
  return {404, "text/plain; charset=utf-8", "there is no such page\n"};
}

namespace {

const char* reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Bad Request";
  }
}

}  // namespace

std::string bytes_of(const response& answer) {
  return "HTTP/1.1 " + std::to_string(answer.status) + " " + reason_of(answer.status) + "\r\nContent-Type: "
         + answer.type + "\r\nContent-Length: " + std::to_string(answer.body.size())
         + "\r\nConnection: close\r\n\r\n" + answer.body;
}

}  // namespace @@name_snake@@
