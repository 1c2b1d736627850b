// What a release waits for, as it is declared: FROM, SOAK, WINDOW, GATE, HEALTH, and what is said of wrong
// ones.
#include "workload_calls.hpp"

#include <cicd/declare/health.hpp>
#include <cicd/declare/options/options.hpp>

namespace {

using namespace workload_calls;

const std::string stage =
    "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o stage ON branch main VIA gitops";
const std::string prod = ")\npipeline_environment(o prod ON tag v* VIA gitops FROM stage ";

cicd::environment prod_with(const std::string& words) {
  const auto made = cicd::tests::model_from(stage + prod + words + ")");
  EXPECT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  return made.errors.empty() ? made.model.pipelines.front().declared.environments.back()
                             : cicd::environment{};
}

TEST(windows, are_days_and_times) {
  const auto place = prod_with(
      "WINDOW \"Mon-Fri 09:00-16:00\" \"Sat,Sun 22:00-06:00\" \"00:00-24:00\" TIME_ZONE America/Sao_Paulo");
  ASSERT_EQ(place.window.size(), 3U);
  EXPECT_EQ(place.window[0], (cicd::time_window{0b0111110, 9 * 60, 16 * 60}));
  EXPECT_EQ(place.window[1], (cicd::time_window{0b1000001, 22 * 60, 6 * 60}));
  EXPECT_EQ(place.window[2], (cicd::time_window{0b1111111, 0, 24 * 60}));
  for (const char* word : {"Mon-Fri 09:00-16:00", "Sat,Sun 22:00-06:00", "00:00-24:00",
                           "Mon,Wed,Fri-Sun 00:30-23:59", "Sun 09:00-10:00"})
    EXPECT_EQ(cicd::time_window::parse(word)->text(), word);
  EXPECT_EQ(cicd::time_window::parse("Sat-Mon 09:00-10:00")->text(), "Mon,Sat,Sun 09:00-10:00");
}

TEST(windows, that_are_none_are_refused_with_the_nearest_one) {
  const std::pair<const char*, const char*> wrong[] = {{"Monday", "Mon 09:00-16:00"},
                                                       {"mon-fri 9-16", "Mon-Fri 09:00-16:00"},
                                                       {"Mon-Fri 9am-4pm", "Mon-Fri 09:00-16:00"},
                                                       {"Mon-Fri 09:00-09:00", "Mon-Fri 00:00-24:00"},
                                                       {"weekdays 09:00-16:00", "Mon-Fri 09:00-16:00"},
                                                       {"24:00-06:00", "00:00-06:00"},
                                                       {"Mon-Fri 09:00-25:00", ""},
                                                       {"Mon-Fri 09:60-10:00", ""},
                                                       {"Foo 09:00-16:00", ""},
                                                       {"Mon-Fri  09:00-16:00", "Mon-Fri 09:00-16:00"}};
  for (const auto& [word, near] : wrong) {
    EXPECT_FALSE(cicd::time_window::parse(word)) << word;
    EXPECT_EQ(cicd::time_window::guess(word), near) << word;
  }
  expect_error(stage + prod + "WINDOW Monday)", "o/prod: WINDOW has a wrong value: 'Monday'",
               "Mon 09:00-16:00");
  expect_error(stage + prod + "WINDOW \"09:00-16:00\" TIME_ZONE \"Sao Paulo\")",
               "o/prod: TIME_ZONE has a wrong value: 'Sao Paulo'", "America/Sao_Paulo");
}

TEST(what_a_release_waits_for, has_no_meaning_where_nothing_is_released) {
  expect_error(stage + " SOAK 2h)",
               "o/stage: SOAK has no meaning without FROM: it is the time that an artifact was "
               "healthy where it comes FROM");
  expect_error(stage + " WINDOW \"09:00-16:00\")",
               "o/stage: WINDOW has no meaning where the environment is neither ON tag nor FROM another");
  expect_error(stage + " GATE ./slo.sh)",
               "o/stage: GATE has no meaning where the environment is neither ON tag nor FROM another");
  expect_error(stage + " HEALTH committed)",
               "o/stage: HEALTH has no meaning where no environment comes FROM this one");
  expect_error(stage + prod + "TIME_ZONE UTC)", "o/prod: TIME_ZONE needs WINDOW");
  expect_error(stage + prod + "SOAK 2)", "o/prod: SOAK has a wrong value: '2'", "2s");
  expect_error(stage + prod + "GATE ./slo.sh {enviroment})",
               "o/prod: GATE knows no such placeholder: '{enviroment}'", "{environment}");
}

TEST(health, is_known_by_one_of_four) {
  const auto source = [](const std::string& words) {
    const auto made = cicd::tests::model_from(
        "add_pipeline(o TEMPLATE java-maven)\npipeline_secret(o argo PASS_ENV ARGO_TOKEN)\n"
        "pipeline_environment(o stage ON branch main VIA gitops REPOSITORY https://git.example.com/m.git "
        + words + prod + ")");
    EXPECT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
    return made.errors.empty()
               ? cicd::health_source_of(made.model.pipelines.front().declared.environments.front())
               : cicd::health_source::none;
  };
  EXPECT_EQ(source("HEALTH argocd https://argo.example.com/applications/argocd/o-stage TOKEN secret:argo"),
            cicd::health_source::argocd);
  EXPECT_EQ(source("HEALTH cluster eks-stage"), cicd::health_source::cluster);
  EXPECT_EQ(source("HEALTH command ./healthy.sh {environment}"), cicd::health_source::command);
  EXPECT_EQ(source("HEALTH committed"), cicd::health_source::committed);
}

TEST(health, is_asked_of_what_a_release_comes_from) {
  expect_error(stage + " REPOSITORY https://git.example.com/m.git" + prod + ")",
               "o/prod: FROM stage: nothing says whether what is deployed there is healthy: 'stage'");
  expect_error(stage + " HEALTH argo https://argo.example.com/a" + prod + ")",
               "o/stage: HEALTH has a wrong value: 'argo'", "argocd");
  expect_error(stage + " HEALTH https://argo.example.com/a" + prod + ")",
               "o/stage: HEALTH has a wrong value: 'https://argo.example.com/a'",
               "argocd https://argo.example.com/a");
  expect_error(
      stage + " HEALTH argocd argo.example.com/applications/o" + prod + ")",
      "o/stage: HEALTH argocd: this is not the URL of an application: 'argo.example.com/applications/o'",
      "https://argo.example.com/applications/o");
  expect_error(stage + " HEALTH cluster" + prod + ")",
               "o/stage: HEALTH cluster takes one context: 'cluster'");
  expect_error(stage + " HEALTH cluster a b" + prod + ")", "o/stage: HEALTH cluster takes one context: 'b'");
  expect_error(stage + " HEALTH committed a" + prod + ")",
               "o/stage: HEALTH committed takes nothing more: 'a'");
  expect_error(stage + " HEALTH committed TOKEN secret:a" + prod + ")",
               "o/stage: TOKEN needs HEALTH argocd <url>");
  expect_error(stage + " HEALTH argocd https://a/applications/o TOKEN secret:a" + prod + ")",
               "o/stage: TOKEN: there is no such secret: 'a'");
  expect_error(stage + " HEALTH argocd https://a/applications/o TOKEN a" + prod + ")",
               "o/stage: TOKEN has a wrong value: 'a'", "secret:a");
  expect_error(
      "add_pipeline(o TEMPLATE java-maven)\npipeline_secret(o a PASS_ENV A_TOKEN)\npipeline_environment(o "
      "stage ON branch main "
      "VIA gitops HEALTH argocd http://a/applications/o TOKEN secret:a"
          + prod + ")",
      "o/stage: TOKEN would go over a connection that is not encrypted: 'http://a/applications/o'");
  expect_error(
      "add_pipeline(o TEMPLATE java-maven IMAGE r.example.com/o)\npipeline_environment(o stage ON branch "
      "main VIA kubectl HEALTH committed"
          + prod + ")",
      "o/stage: HEALTH has no meaning VIA kubectl, which knows it by its rollout");
}

TEST(a_login, goes_over_https_or_to_this_machine) {
  using cicd::declaring::goes_unencrypted;
  for (const char* fine :
       {"https://a.example.com", "http://localhost", "http://localhost:8080/job/a", "http://127.0.0.1:80/",
        "http://127.8.9.10", "http://[::1]", "http://[::1]:8080/job", "http://me@localhost/x"})
    EXPECT_FALSE(goes_unencrypted(fine)) << fine;
  for (const char* open :
       {"http://a.example.com", "http://localhost.evil.com", "http://localhostile", "http://127.evil.com",
        "http://127.0.0.1.evil.com/x", "http://127.0.0.1@evil.com", "http://localhost:80@evil.com/job",
        "http://[::1].evil.com", "http://evil.com/@localhost", "http://"})
    EXPECT_TRUE(goes_unencrypted(open)) << open;
}

TEST(from, names_an_environment_whose_commits_can_be_released) {
  const std::string release = ")\npipeline_release(o BRANCHES ";
  expect_error(stage + prod + release + "live)",
               "o/prod: no commit gets from there to here: BRANCHES does not have the branch that it "
               "follows: 'stage'");
  for (const char* good : {"main", "ma*", "live main", "*"}) {
    const auto made = cicd::tests::model_from(stage + prod + release + good + ")");
    EXPECT_TRUE(made.errors.empty()) << good << ": " << cicd::text_of(made.errors.front());
  }
}

}  // namespace
