// Backing services as they are declared: where they are reached, what comes before what.
#include <cicd/declare/backing.hpp>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

std::string place_in(std::string_view url) {
  const auto at = address_in(url);
  return at ? at->host + " " + std::to_string(at->port) : "";
}

TEST(the_address_of_a_url, has_its_port_or_the_usual_one) {
  EXPECT_EQ(place_in("redis://cache.example.com"), "cache.example.com 6379");
  EXPECT_EQ(place_in("postgresql://u:p%40@db:5433/orders?sslmode=off"), "db 5433");
  EXPECT_EQ(place_in("http://[::1]:8080/x"), "::1 8080");
  EXPECT_EQ(place_in("https://[::1]"), "::1 443");
  for (const char* wrong :
       {"kafka://broker", "redis://:1", "redis://h:0", "redis://h:65536", "redis://h:6x", "cache:6379", ""})
    EXPECT_EQ(place_in(wrong), "") << wrong;
}

TEST(the_url_of_one_that_is_started, has_the_scheme_of_its_protocol) {
  const backing_service of{.name = "db", .ready = {"postgres"}};
  EXPECT_EQ(address_on(20001, of, "/f").url, "postgresql://127.0.0.1:20001");
  placeholder_values values;
  add_placeholders(of, address_on(20001, of, "/f"), values);
  EXPECT_EQ(with_placeholders("{db.url} {db.host} {db.port} {db.dir} {other.port}", values),
            "postgresql://127.0.0.1:20001 127.0.0.1 20001 /f {other.port}");
}

TEST(services_that_are_needed, come_after_what_they_need_and_once) {
  const pipeline of{.name = "o",
                    .backing_services = {{.name = "web", .needs = {"auth", "db"}},
                                         {.name = "auth", .needs = {"db"}},
                                         {.name = "db"},
                                         {.name = "idle"}}};
  std::string names;
  for (const backing_service* each : services_for(of, {"web", "db"})) names += each->name.str() + " ";
  EXPECT_EQ(names, "db auth web ");
}

TEST(backing, of_a_secret_url_its_password_is_a_secret_by_itself) {
  using all = std::vector<std::string>;
  EXPECT_EQ(secret_parts_of("postgres://joe:se%40c%r%zzt@db:5/orders?x=a:b@c"),
            (all{"joe:se%40c%r%zzt@db:5/orders?x=a:b@c", "se%40c%r%zzt", "se@c%r%zzt"}));
  EXPECT_EQ(secret_parts_of("redis://:a:b@db"), (all{":a:b@db", "a:b", "a:b"}));
  EXPECT_EQ(secret_parts_of("redis://token@db/x"), (all{"token@db/x"}));
  EXPECT_EQ(secret_parts_of("db"), all{});
}

}  // namespace
