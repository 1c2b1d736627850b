// Which repository a folder is of: one name for every way that leads to it, and nothing secret in it.
#include <cicd/observe/source_identity.hpp>

#include <gmock/gmock.h>

#include <cicd/system/files.hpp>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;

TEST(a_repository, has_one_name_whichever_way_leads_to_it) {
  for (const char* url :
       {"git@git.example.com:shop/orders.git", "ssh://git@git.example.com/shop/orders.git",
        "ssh://git@git.example.com:7999/shop/orders.git", "https://git.example.com/shop/orders",
        "https://git.example.com:8443/scm/shop/orders.git/",
        "https://bot:s3cret@Git.Example.com/Shop/Orders.git",
        "https://x-access-token:abc@git.example.com/shop/orders", "git://git.example.com/shop/orders",
        "git.example.com:shop/orders"})
    EXPECT_EQ(repository_named_by(url), "git.example.com/shop/orders") << url;
  EXPECT_EQ(repository_named_by("git@ssh.dev.azure.com:v3/team/shop/orders"),
            "dev.azure.com/team/shop/orders");
  EXPECT_EQ(repository_named_by("https://team@dev.azure.com/team/shop/_git/orders"),
            "dev.azure.com/team/shop/orders");
  EXPECT_EQ(repository_named_by("ssh://git@ssh.github.com:443/shop/orders.git"), "github.com/shop/orders");
  EXPECT_EQ(repository_named_by("/srv/git/Orders.git"), "/srv/git/Orders");
  EXPECT_EQ(repository_named_by("file:///srv/git/orders"), "/srv/git/orders");
}

TEST(a_source, is_the_remote_and_the_folder_and_without_a_remote_the_history) {
  const scratch here;
  EXPECT_FALSE(source_identity_of(here.tree(), here.around(), false).known());
  here.git({"init", "-q"});
  here.write("services/api/a", "one");
  here.git({"add", "."});
  here.git({"commit", "-qm", "first"});
  const std::string first = here.git({"rev-parse", "HEAD"});
  here.git({"commit", "-qm", "second", "--allow-empty"});
  EXPECT_EQ(source_identity_of(here.tree(), here.around(), false).text(), "history:" + first);
  here.git({"remote", "add", "backup", "/srv/orders"});
  here.git({"remote", "add", "origin", "https://token@git.example.com/shop/orders.git"});
  const source_identity api = source_identity_of(here.at("services/api"), here.around(), false);
  EXPECT_EQ(api.text(), "git.example.com/shop/orders//services/api");
  EXPECT_EQ(api.root, "");
  EXPECT_EQ(source_identity_of(here.tree(), here.around(), true).root, first);
}

}  // namespace
