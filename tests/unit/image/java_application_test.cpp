#include <cicd/image/image.hpp>
#include <cicd/image/java_application.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::member;
using strings = std::vector<std::string>;

class java_applications : public image_tests::in_folder {
 protected:
  static member manifest(const std::string& text) {
    return {.name = "META-INF/MANIFEST.MF", .content = "Manifest-Version: 1.0\r\n" + text};
  }

  std::string jar(const std::string& name, const std::string& lines, const std::vector<member>& more = {}) {
    std::vector<member> members{manifest(lines)};
    members.insert(members.end(), more.begin(), more.end());
    image_tests::write_jar(at(name), members);
    return at(name);
  }

  static strings told(const java_application& of) {
    strings lines;
    for (const auto& layer : of.layers)
      for (const auto& entry : layer.entries) lines.push_back(layer.name + " " + entry.to);
    return lines;
  }
};

TEST_F(java_applications, with_a_class_path_have_its_libraries_apart) {
  write("target/lib/a.jar", "a");
  write("target/lib/b c.jar", "b");
  write("target/lib/unused.jar", "c");
  const auto path =
      jar("target/orders-1.0.jar", "Main-Class: a.B\r\nClass-Path: lib/a.jar lib/b%2\r\n 0c.jar\r\n");
  const auto application = java_application_of(path, at("scratch"));
  ASSERT_TRUE(application) << text_of(application.error());
  EXPECT_EQ(told(*application), (strings{"dependencies /app/lib/a.jar", "dependencies /app/lib/b c.jar",
                                         "application /app/app.jar"}));
  EXPECT_EQ(application->entrypoint, (strings{"java", "-jar", "/app/app.jar"}));
  EXPECT_EQ(application->working_directory, "/app");
}

TEST_F(java_applications, without_libraries_are_one_layer) {
  const auto application = java_application_of(jar("target/orders.jar", "Main-Class: a.B\n"), at("scratch"));
  ASSERT_TRUE(application);
  EXPECT_EQ(told(*application), strings{"application /app/app.jar"});
}

TEST_F(java_applications, with_a_lib_beside_them_that_they_do_not_name_start_with_it) {
  write("target/lib/a.jar", "a");
  const auto application = java_application_of(jar("target/orders.jar", "Main-Class: a.B\n"), at("scratch"));
  ASSERT_TRUE(application);
  EXPECT_EQ(told(*application), (strings{"dependencies /app/lib", "application /app/app.jar"}));
  EXPECT_EQ(application->entrypoint, (strings{"java", "-cp", "/app/app.jar:/app/lib/*", "a.B"}));
}

TEST_F(java_applications, whose_libraries_are_missing_or_elsewhere_are_refused) {
  const auto missing = java_application_of(
      jar("target/orders.jar", "Main-Class: a.B\nClass-Path: lib/gone.jar\n"), at("scratch"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, exit_class::usage);
  EXPECT_EQ(missing.error().value, at("target/lib/gone.jar"));
  for (const char* path : {"../lib/a.jar", "/lib/a.jar", "file:/lib/a.jar", "%2e%2e/lib/a.jar"}) {
    const auto out = java_application_of(
        jar("target/orders.jar", std::string("Main-Class: a.B\nClass-Path: ") + path + "\n"), at("scratch"));
    ASSERT_FALSE(out) << path;
    EXPECT_EQ(out.error().what, "the jar's Class-Path leads out of its folder") << path;
  }
}

TEST_F(java_applications, whose_library_is_a_link_to_elsewhere_are_refused) {
  write("elsewhere/a.jar", "a");
  write("target/lib/b.jar", "b");
  std::filesystem::create_symlink("../../elsewhere/a.jar", at("target/lib/a.jar"));
  std::filesystem::create_symlink("b.jar", at("target/lib/c.jar"));
  const auto out = java_application_of(jar("target/orders.jar", "Main-Class: a.B\nClass-Path: lib/a.jar\n"),
                                       at("scratch"));
  ASSERT_FALSE(out);
  EXPECT_EQ(image_tests::value_of(out.error(), "link"), "lib/a.jar -> ../../elsewhere/a.jar");
  EXPECT_TRUE(java_application_of(jar("target/orders.jar", "Main-Class: a.B\nClass-Path: lib/c.jar\n"),
                                  at("scratch")));
}

TEST_F(java_applications, without_a_main_class_are_refused) {
  const auto application =
      java_application_of(jar("target/orders.jar", "\nMain-Class: in.AnotherSection\n"), at("scratch"));
  ASSERT_FALSE(application);
  EXPECT_EQ(application.error().what, "the jar cannot be started: its manifest has no Main-Class");
}

const std::string boot =
    "Main-Class: org.springframework.boot.loader.launch.JarLauncher\nSpring-Boot-Layers-Index: "
    "BOOT-INF/layers.idx\n";
const std::string layers =
    "- \"dependencies\":\n  - \"BOOT-INF/lib/\"\n- \"spring-boot-loader\":\n  - \"org/\"\n- "
    "\"snapshot-dependencies\":\n"
    "- \"application\":\n  - \"BOOT-INF/classes/\"\n  - \"BOOT-INF/layers.idx\"\n  - \"META-INF/\"\n";

TEST_F(java_applications, of_spring_boot_have_the_layers_of_their_index) {
  const auto path = jar("target/boot.jar", boot,
                        {{.name = "BOOT-INF/layers.idx", .content = layers},
                         {.name = "BOOT-INF/classes/a/B.class", .content = "class"},
                         {.name = "BOOT-INF/lib/x.jar", .content = "nested"},
                         {.name = "org/springframework/L.class", .content = "loader"}});
  const auto application = java_application_of(path, at("scratch"));
  ASSERT_TRUE(application) << text_of(application.error());
  EXPECT_EQ(told(*application),
            (strings{"dependencies /app", "spring-boot-loader /app", "application /app"}));
  EXPECT_EQ(application->entrypoint,
            (strings{"java", "-cp", "/app", "org.springframework.boot.loader.launch.JarLauncher"}));
  EXPECT_EQ(content_of(application->layers[0].entries[0].from + "/BOOT-INF/lib/x.jar"), "nested");
  EXPECT_EQ(content_of(application->layers[2].entries[0].from + "/BOOT-INF/classes/a/B.class"), "class");
  EXPECT_TRUE(std::filesystem::exists(application->layers[2].entries[0].from + "/META-INF/MANIFEST.MF"));
}

TEST_F(java_applications, of_spring_boot_that_are_unpacked_again_leave_nothing_old) {
  const member index{.name = "BOOT-INF/layers.idx", .content = layers};
  ASSERT_TRUE(java_application_of(
      jar("boot.jar", boot, {index, {.name = "BOOT-INF/lib/old.jar", .content = "x"}}), at("scratch")));
  const auto again = java_application_of(
      jar("boot.jar", boot, {index, {.name = "BOOT-INF/lib/new.jar", .content = "x"}}), at("scratch"));
  ASSERT_TRUE(again);
  EXPECT_EQ(names_in(again->layers[0].entries[0].from + "/BOOT-INF/lib"), strings{"new.jar"});
}

TEST_F(java_applications, of_spring_boot_with_a_bad_index_are_refused) {
  const auto stray = java_application_of(
      jar("boot.jar", boot,
          {{.name = "BOOT-INF/layers.idx", .content = layers}, {.name = "stray", .content = "x"}}),
      at("scratch"));
  ASSERT_FALSE(stray);
  EXPECT_EQ(stray.error().value, "stray");
  const auto odd = java_application_of(
      jar("boot.jar", boot, {{.name = "BOOT-INF/layers.idx", .content = "layers: [a]\n"}}), at("scratch"));
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().value, "layers: [a]");
  const auto none = java_application_of(jar("boot.jar", boot), at("scratch"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().value, "BOOT-INF/layers.idx");
}

TEST_F(java_applications, are_found_as_the_one_jar_that_can_be_started) {
  jar("target/orders-1.0.jar", "Main-Class: a.B\n");
  jar("target/orders-1.0-sources.jar", "Main-Class: a.B\n");
  jar("target/orders-1.0-tests.jar", "Main-Class: a.B\n");
  jar("target/original-orders-1.0.jar", "Main-Class: a.B\n");
  jar("target/client.jar", "");
  jar("target/lib/tool.jar", "Main-Class: a.B\n");
  EXPECT_EQ(runnable_jar(folder, "target/*.jar").value_or(""), at("target/orders-1.0.jar"));
}

TEST_F(java_applications, that_are_several_or_none_name_the_candidates_and_the_keyword) {
  jar("target/a.jar", "Main-Class: a.B\n");
  jar("target/b.jar", "Main-Class: a.B\n");
  const auto several = runnable_jar(folder, "target/*.jar");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().what, "several jars can be started");
  EXPECT_EQ(image_tests::value_of(several.error(), "candidates"), "target/a.jar, target/b.jar");
  EXPECT_EQ(image_tests::value_of(several.error(), "try"), "JAR target/a.jar");
  EXPECT_EQ(runnable_jar(folder, "target/c*.jar").error().what, "no jar matches");
  jar("target/c.jar", "");
  EXPECT_EQ(runnable_jar(folder, "target/c*.jar").error().what,
            "no jar that matches has a Main-Class in its manifest");
}

TEST_F(java_applications, that_are_several_are_told_apart_by_patterns_that_outlive_a_version) {
  const auto tried = [&](const strings& names) {
    std::filesystem::remove_all(at("target"));
    for (const std::string& name : names) jar("target/" + name, "Main-Class: a.B\n");
    const auto several = runnable_jar(folder, "target/*.[jw]ar");
    return several ? *several : image_tests::value_of(several.error(), "try");
  };
  EXPECT_EQ(tried({"o-1.0.0.jar", "o-1.0.0-exec.jar"}), "JAR target/*-exec.jar");
  EXPECT_EQ(tried({"o-1.0-SNAPSHOT.jar", "o-1.0-SNAPSHOT-shaded.jar"}), "JAR target/*-shaded.jar");
  EXPECT_EQ(tried({"o-1.0.jar", "o-1.0-admin.jar"}), "JAR target/*-admin.jar");
  EXPECT_EQ(tried({"o-1.0.jar", "tool-1.0.jar"}), "JAR target/o-*.jar");
  EXPECT_EQ(tried({"o-1.0.jar", "o-1.0.war"}), "JAR target/*.jar");
}

TEST_F(java_applications, may_be_wars) {
  jar("target/o-1.0.war", "Main-Class: a.B\n");
  EXPECT_EQ(runnable_jar(folder, "target/*.[jw]ar").value_or(""), at("target/o-1.0.war"));
  EXPECT_EQ(image_tests::value_of(runnable_jar(folder, "target/*.jar").error(), "try"), "JAR target/*.war");
  jar("target/o-1.0.war", "");
  const std::string tried = image_tests::value_of(runnable_jar(folder, "target/*.war").error(), "try");
  EXPECT_NE(tried.find("a servlet container"), std::string::npos) << tried;
}

}  // namespace
}  // namespace cicd
