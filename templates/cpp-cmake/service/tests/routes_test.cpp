// What the service answers.
#include "routes.hpp"

#include "check.hpp"

using @@name_snake@@::answer_to;
using @@name_snake@@::bytes_of;

TEST(health_is_ok) {
  checks::equal(answer_to("GET", "/health").status, 200);
  checks::equal(answer_to("GET", "/health?deep=1").body, "{\"status\":\"ok\"}\n");
}

TEST(the_greeting_names_the_service) {
  checks::equal(answer_to("GET", "/").body, "@@name@@\n");
}

TEST(unknown_paths_are_not_found) {
  checks::equal(answer_to("GET", "/nothing").status, 404);
  checks::equal(answer_to("POST", "/health").status, 405);
}

TEST(an_answer_has_its_length) {
  checks::equal(bytes_of({200, "text/plain", "abc"}),
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
}

int main(int count, char** words) {
  return checks::run(count, words);
}
