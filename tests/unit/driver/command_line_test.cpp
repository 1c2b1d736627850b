// The words of the command line, read without a process: which command they mean, what each command's help
// says, what is wrong with words that mean none, and what may follow others. What a command does is tested
// where it is done.
#include <cicd/driver/command_line.hpp>

#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/completion.hpp>

namespace {

using namespace cicd;
using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using names = std::vector<std::string>;

command_line read(const std::string& words) {
  return read_command_line(split(words, ' '));
}

/// The commands with those below them, as a person types them: `cron list`.
void add_paths(const CLI::App& of, const std::string& above, bool with_hidden, names& to) {
  for (const CLI::App* each : of.get_subcommands([](const CLI::App*) { return true; })) {
    if (each->get_group().empty() && !with_hidden) continue;
    to.push_back(above + each->get_name());
    add_paths(*each, to.back() + " ", with_hidden, to);
  }
}
names commands(bool with_hidden = false) {
  CLI::App app;
  command_action chosen;
  add_commands(app, chosen);
  names all;
  add_paths(app, "", with_hidden, all);
  return all;
}

std::string error_of(const std::string& words) {
  const command_line line = read(words);
  EXPECT_FALSE(line.act) << words;
  EXPECT_EQ(line.text, "") << words;
  EXPECT_EQ(line.status, exit_class::usage) << words;
  EXPECT_EQ(line.errors.size(), 1U) << words;
  return line.errors.empty() ? std::string() : text_of(line.errors.front());
}

TEST(help, lists_every_command_and_every_exit_status) {
  const command_line line = read("--help");
  EXPECT_EQ(line.status, exit_class::done);
  EXPECT_FALSE(line.act);
  EXPECT_THAT(line.errors, IsEmpty());
  for (const std::string& each : commands())
    if (each.find(' ') == each.npos) {
      EXPECT_THAT(line.text, HasSubstr("\n  " + each + " ")) << each;
    }
  for (const char* status : {"0 done", "1 a step failed", "2 wrong", "3 conflict", "4 stored", "5 policy",
                             "6 a remote", "7 cannot save", "130/143"})
    EXPECT_THAT(line.text, HasSubstr(status));
  for (const char* hidden : {"\n  complete ", "\n  reference "})
    EXPECT_THAT(line.text, Not(HasSubstr(hidden)));
}

TEST(help, of_each_command_says_what_it_does_and_how_it_is_called) {
  ASSERT_GT(commands().size(), 30U);
  for (const std::string& each : commands(true)) {
    const command_line line = read(each + " --help");
    EXPECT_EQ(line.status, exit_class::done) << each;
    EXPECT_FALSE(line.act) << each;
    EXPECT_THAT(line.text, HasSubstr("Usage: cicd " + each.substr(0, each.find(' ')))) << each;
    EXPECT_FALSE(line.text.starts_with("Usage:")) << each << " says not what it does";
  }
}

TEST(help, writes_a_command_as_it_is_typed_with_its_arguments_first) {
  const auto usage = [](const std::string& words) {
    const std::string text = read(words + " --help").text;
    const auto at = text.find("Usage: ");
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(usage("approve"), "Usage: cicd approve [<pipeline>] <environment> [options]");
  EXPECT_EQ(usage("hold set"), "Usage: cicd hold set [<pipeline>] <environment> [options]");
  EXPECT_EQ(usage("status"), "Usage: cicd status [<pipeline>] [<environment>] [options]");
  EXPECT_EQ(usage("promote"), "Usage: cicd promote <pipeline> <environment> [options]");
  EXPECT_EQ(usage("hold"), "Usage: cicd hold <command> [options]");
  const std::string approve = read("approve --help").text;
  EXPECT_THAT(approve, HasSubstr("\n  [<pipeline>] <environment> "));
  EXPECT_THAT(approve, HasSubstr("--expires TIME "));
  EXPECT_THAT(approve, HasSubstr("default: 24h"));
  EXPECT_THAT(approve, Not(HasSubstr("Excludes")));
}

TEST(help, of_each_option_says_what_it_means) {
  CLI::App app;
  command_action chosen;
  add_commands(app, chosen);
  const std::function<void(const CLI::App&)> look = [&](const CLI::App& of) {
    EXPECT_NE(of.get_description(), "") << of.get_name();
    for (const CLI::Option* each : of.get_options())
      EXPECT_NE(each->get_description(), "") << of.get_name() << " " << each->get_name();
    for (const CLI::App* below : of.get_subcommands([](const CLI::App*) { return true; })) look(*below);
  };
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) look(*each);
}

TEST(the_version, is_one_line) {
  const command_line line = read("--version");
  EXPECT_THAT(line.text, StartsWith("cicd "));
  EXPECT_EQ(line.text.find('\n'), line.text.size() - 1);
}

TEST(words, that_name_a_command_give_something_to_do) {
  for (const char* words :
       {"run orders.image", "run --event ci", "plan deploy-stage", "triggers --json",
        "tag orders --next minor --push", "status", "history -n 3", "logs orders.test",
        "explain service.replicas", "cache --json", "completion bash", "rollback orders prod",
        "hold set prod --reason frozen", "approve prod --reason seen", "cron list",
        "task orders prod -- true", "preview list", "canary status orders prod", "doctor"}) {
    const command_line line = read(words);
    EXPECT_TRUE(line.act) << words << (line.errors.empty() ? "" : text_of(line.errors.front()));
    EXPECT_EQ(line.text, "") << words;
  }
}

/// Of each option that takes a value, and each argument that is a name: `approve --id`.
void for_each_value(const CLI::App& of,
                    const names& path,
                    const std::function<void(const names& path, const CLI::Option& option)>& see) {
  for (const CLI::Option* each : of.get_options())
    if (each->get_items_expected_max() > 0) see(path, *each);
  for (const CLI::App* below : of.get_subcommands([](const CLI::App*) { return true; })) {
    names longer = path;
    longer.push_back(below->get_name());
    for_each_value(*below, longer, see);
  }
}

TEST(a_value, that_is_empty_is_refused_by_every_option_of_every_command) {
  CLI::App app;
  command_action chosen;
  add_commands(app, chosen);
  const names empty_is_none{"--config", "--targets", "--no-targets"};
  std::size_t seen = 0;
  for_each_value(app, {}, [&](const names& path, const CLI::Option& option) {
    if (option.get_positional() || std::ranges::find(empty_is_none, option.get_name()) != empty_is_none.end())
      return;
    for (const char* value : {"", " "}) {
      names typed = path;
      typed.push_back(option.get_name());
      typed.emplace_back(value);
      const command_line line = read_command_line(typed);
      EXPECT_EQ(line.status, exit_class::usage) << joined(typed, " ");
      ASSERT_EQ(line.errors.size(), 1U) << joined(typed, " ");
      EXPECT_EQ(line.errors.front().what, option.get_name() + ": its value is empty") << joined(typed, " ");
    }
    ++seen;
  });
  EXPECT_GT(seen, 60U);
}

TEST(a_value, that_is_empty_is_no_name) {
  for (const names& typed : std::vector<names>{{"hold", "release", "orders", ""},
                                               {"rollback", ""},
                                               {"promote", "orders", ""},
                                               {"status", ""},
                                               {"preview", "remove", ""}}) {
    const command_line line = read_command_line(typed);
    ASSERT_EQ(line.errors.size(), 1U) << joined(typed, " ");
    EXPECT_THAT(line.errors.front().what, testing::EndsWith(": its value is empty"));
  }
  EXPECT_TRUE(read_command_line({"task", "orders", "prod", "--", "echo", ""}).act) << "a program's own words";
  EXPECT_TRUE(read_command_line({"run", "orders.image", "--config", ""}).act) << "as CMake gives it";
}

TEST(a_value, that_is_none_of_a_few_gets_the_nearest_and_all_of_them) {
  const std::string said = error_of("completion bahs");
  EXPECT_THAT(said, HasSubstr("<shell>: no such value: 'bahs'"));
  EXPECT_THAT(said, ContainsRegex("did you mean: bash\n"));
  EXPECT_THAT(said, ContainsRegex("allowed: +bash, zsh, fish\n"));
}

TEST(words, that_name_none_get_the_nearest_and_some_that_there_are) {
  const std::string said = error_of("stauts");
  EXPECT_THAT(said, HasSubstr("unknown command: 'stauts'"));
  EXPECT_THAT(said, HasSubstr("did you mean: status"));
  EXPECT_THAT(said, ContainsRegex("allowed: +status, .* and [0-9]+ more\n"));
  EXPECT_THAT(error_of("nonsense --version"), HasSubstr("unknown command: 'nonsense'"));
  EXPECT_THAT(error_of("hold sett"), HasSubstr("unknown command: 'sett'"));
  EXPECT_THAT(said, ContainsRegex("try: +cicd --help\n"));
}

TEST(words, with_an_option_that_there_is_not_get_the_nearest) {
  EXPECT_THAT(error_of("status --jsn"), HasSubstr("unknown option of cicd status: '--jsn'"));
  EXPECT_THAT(error_of("status --jsn"), HasSubstr("did you mean: --json"));
  EXPECT_THAT(error_of("cron list --jsn"), HasSubstr("unknown option of cicd cron list: '--jsn'"));
  EXPECT_THAT(error_of("cron list --jsn"), ContainsRegex("try: +cicd cron list --help\n"));
  EXPECT_THAT(error_of("history --number=3"), HasSubstr("'--number'"));
}

TEST(words, that_are_too_few_or_too_many_are_refused_with_the_help_that_tells) {
  EXPECT_THAT(error_of(""), HasSubstr("cicd --help"));
  EXPECT_THAT(error_of("tag"), ContainsRegex("try: +cicd tag --help\n"));
  EXPECT_THAT(error_of("status one two three four"), ContainsRegex("try: +cicd status --help\n"));
  EXPECT_THAT(error_of("history -n many"), ContainsRegex("try: +cicd history --help\n"));
  EXPECT_THAT(error_of("completion tcsh"), ContainsRegex("try: +cicd completion --help\n"));
}

names completed(const names& words) {
  CLI::App app;
  command_action chosen;
  add_commands(app, chosen);
  return completions(app, words, [](const std::string& name) { return names{"a-" + name, "b-" + name}; });
}

TEST(completion, knows_every_command_that_help_lists_and_no_other) {
  const names shown = completed({""});
  names all;
  for (const std::string& each : commands())
    if (each.find(' ') == each.npos) all.push_back(each);
  EXPECT_EQ(shown, all);
  EXPECT_THAT(completed({"his"}), ElementsAre("history"));
}

TEST(completion, of_each_command_has_its_options) {
  for (const std::string& each : commands()) {
    names words = split(each, ' ');
    words.emplace_back("--");
    EXPECT_THAT(completed(words), Contains("--help")) << each;
  }
  EXPECT_THAT(completed({"status", "--js"}), ElementsAre("--json"));
}

TEST(completion, asks_for_values_by_the_name_of_what_takes_them) {
  EXPECT_THAT(completed({"run", ""}), ElementsAre("a-target", "b-target"));
  EXPECT_THAT(completed({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(completed({"status", "--build-root", ""}), ElementsAre(completes_paths));
  EXPECT_THAT(completed({"cron", "l"}), Contains("list"));
}

}  // namespace
