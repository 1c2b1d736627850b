// A server of pages that cannot take a connection.
#include <cicd/system/page_server.hpp>

#include <ctime>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace cicd {
namespace {

TEST(page_server, rests_where_no_more_files_can_be_open) {
  const auto server = page_server::start("127.0.0.1:0", [](const std::string&) { return page{}; });
  ASSERT_TRUE(server);
  const std::string where = (*server)->address();
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(where.substr(where.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int next = ::fcntl(client, F_DUPFD_CLOEXEC, 0);  // the lowest number that is free
  ::close(next);
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{static_cast<rlim_t>(next), usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  const std::clock_t used = std::clock() - before;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_LT(used, CLOCKS_PER_SEC / 10);
  // It answers once there is room.
  ASSERT_GT(::send(client, "GET / HTTP/1.1\r\n\r\n", 18, 0), 0);
  char byte = 0;
  EXPECT_EQ(::recv(client, &byte, 1, 0), 1);
  ::close(client);
}

}  // namespace
}  // namespace cicd
