// Compiling by one command, running, and the cache: `<key>.inputs` has the names of the files that the last
// program with this key was made of, `<key and contents of these>` is the program, `….sha256` its digest.
#pragma once

#include <cicd/engine/typed_program.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <ctime>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/parse/compiler_errors.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/run_tree_to_end.hpp>

namespace cicd {

namespace engine_typed_program {
namespace {

constexpr const char* signature_of_one = "cicd::pipeline declare()";
constexpr const char* signature_of_several = "std::vector<cicd::pipeline> declare()";

class typed_program {
 public:
  typed_program(const typed_source& of,
                const typed_tools& tools,
                const std::string& version,
                const typed_folders& where,
                const surroundings& around,
                const typed_limits& limits)
      : of_(of),
        tools_(tools),
        version_(version),
        where_(where),
        around_(around),
        limits_(limits),
        name_(path_below(of.file, where.source_root)),
        words_(compile_words(of, tools, version, where.source_root)),
        program_(typed_program_file(where.programs, of.file)) {
    made_.program = program_;
  }

  typed_outcome outcome() && {
    if (status made = make(); !made) return add(std::move(made).error()), std::move(made_);
    if (made_.wrong.empty()) run(around_.lines());
    return std::move(made_);
  }

  typed_outcome outcome_again() && {
    run(environment_without_choice({"LC_ALL=C.UTF-8", "TZ=Pacific/Kiritimati"}));
    return std::move(made_);
  }

 private:
  /// The program lies where it is expected, or `wrong` says why not.
  status make() {
    const result<std::string> text = read_file(of_.file);
    if (!text) return text.error();
    key_ = digest_of({"3", version_, compiler_stamp(), joined(words_, "\n"), *text, library_digest()});
    if (from_cache()) return {};
    compile();
    return made_.wrong.empty() ? keep() : status();
  }

  static std::string digest_of(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& each : parts) all += fmt::format("{}:{}", each.size(), each);
    return hex(sha256(all));
  }
  /// Another compiler may come to lie under the same name, and say the same of itself.
  std::string compiler_stamp() const {
    struct stat found {};
    (void)::stat(tools_.compiler.c_str(), &found);
    return fmt::format("{} {} {}.{}", tools_.compiler, found.st_size, found.st_mtim.tv_sec,
                       found.st_mtim.tv_nsec);
  }
  std::string library_digest() const {
    const result<std::string> bytes = read_file(tools_.library);
    return bytes ? hex(sha256(*bytes)) : std::string();
  }

  /// The key with what the files hold now; empty where one is not there.
  std::string whole_key(const std::vector<std::string>& files) const {
    std::vector<std::string> parts{key_};
    for (const std::string& each : files) {
      const auto text = read_file_if_there(absolute(each));
      if (!text || !*text) return {};
      parts.push_back(each);
      parts.push_back(hex(sha256(**text)));
      if (!is_of_library(each) && !add_asked(absolute(each), **text, parts)) return {};
    }
    return digest_of(parts);
  }

  bool is_of_library(const std::string& name) const {
    const std::string path = absolute(name);
    return path.starts_with(tools_.headers + "/cicd/")
           || (path.starts_with("/usr/") && path.find("/c++/") != path.npos);
  }

  /// The answers to `__has_include`, which a compiler does not list: a header that comes later is another
  /// program. False where it is not known what is asked.
  bool add_asked(const std::string& file, std::string_view text, std::vector<std::string>& to) const {
    const auto asked = asked_includes(text);
    if (!asked) return false;
    for (const std::string& each : *asked) {
      const std::string name = each.substr(1, each.size() - 2);
      std::vector<std::string> folders = of_.includes;
      folders.insert(folders.end(), {"/usr/local/include", "/usr/include"});
      if (each.front() == '"') folders.push_back(file.substr(0, file.rfind('/')));
      for (const std::string& folder : folders)
        to.push_back(exists(folder + "/" + name) ? folder + "/" + name : std::string());
    }
    return true;
  }

  std::string absolute(const std::string& name) const {
    return normal_path(name.starts_with('/') ? name : where_.source_root + "/" + name);
  }
  void note_read(const std::vector<std::string>& files) {
    for (const std::string& each : files) made_.read.push_back(absolute(each));
  }

  bool from_cache() {
    if (where_.cache.empty()) return false;
    const auto names = read_own_below(where_.cache, key_ + ".inputs");
    if (!names) return false;
    const std::vector<std::string> files = split(*names, '\n');
    if (is_any_nearer(files)) return false;
    const std::string whole = whole_key(files);
    if (whole.empty()) return false;
    const auto bytes = read_own_below(where_.cache, whole),
               sum = read_own_below(where_.cache, whole + ".sha256");
    if (!bytes || !sum || hex(sha256(*bytes)) != *sum
        || !write_file(program_, *bytes, durability::fast, 0700))
      return false;
    note_read(files);
    return true;
  }

  /// Whether a file is there now that the compiler would take in place of one of these: in an earlier folder
  /// of INCLUDES, or beside the C++ file.
  bool is_any_nearer(const std::vector<std::string>& files) const {
    std::vector<std::string> folders{of_.file.substr(0, of_.file.rfind('/'))};
    folders.insert(folders.end(), of_.includes.begin(), of_.includes.end());
    for (const std::string& name : files) {
      const std::string file = absolute(name);
      for (std::size_t at = 1; at < folders.size(); ++at) {
        const std::string below = normal_path(folders[at]) + "/";
        if (!file.starts_with(below)) continue;
        for (std::size_t nearer = 0; nearer < at; ++nearer)
          if (const std::string other = normal_path(folders[nearer] + "/" + file.substr(below.size()));
              other != file && exists(other))
            return true;
        break;
      }
    }
    return false;
  }

  /// A cache that cannot be written costs the next configure a compilation. A file that was changed meanwhile
  /// may not be what was compiled.
  status keep() {
    const auto listed = read_file_if_there(program_ + ".d");
    const std::vector<std::string> files =
        names_in_dependency_file(listed && *listed ? **listed : std::string());
    (void)remove_tree(program_ + ".d");
    note_read(files);
    const std::string whole = whole_key(files);
    const result<std::string> bytes = read_file(program_);
    if (where_.cache.empty() || files.empty() || whole.empty() || !bytes || is_any_changed_since_start(files))
      return {};
    (void)write_file(where_.cache + "/" + whole, *bytes, durability::fast, 0700);
    (void)write_file(where_.cache + "/" + whole + ".sha256", hex(sha256(*bytes)), durability::fast, 0600);
    (void)write_file(where_.cache + "/" + key_ + ".inputs", joined(files, "\n"), durability::fast, 0600);
    return {};
  }

  bool is_any_changed_since_start(const std::vector<std::string>& files) const {
    return std::ranges::any_of(files, [&](const std::string& each) {
      struct stat found {};
      return ::stat(absolute(each).c_str(), &found) != 0 || found.st_mtim.tv_sec > started_.tv_sec
             || (found.st_mtim.tv_sec == started_.tv_sec && found.st_mtim.tv_nsec > started_.tv_nsec);
    });
  }

  void compile() {
    (void)remove_tree(program_);
    ::clock_gettime(CLOCK_REALTIME, &started_);
    std::vector<std::string> words = words_;
    // Nothing of this folder is in the program: its bytes are part of the keys of steps.
    words.insert(words.end(),
                 {"-MD", "-MF", program_ + ".d", "-Wl,--build-id=none", "-o", program_, tools_.library});
    const captured said = run_to_end({words, where_.source_root, environment_without_choice({"LC_ALL=C"})},
                                     {.limit = limits_.compile, .cancelled = limits_.cancelled});
    made_.words = said.out + said.err;
    if (said.end.good()) return;
    made_.wrong = errors_of_compiler(said.err, [&](std::string_view name) { return text_of_own(name); });
    if (made_.wrong.empty()) add(refused_by_compiler(said));
  }

  /// A file that the compiler names, but none of the library.
  std::optional<std::string> text_of_own(std::string_view name) const {
    const std::string path = absolute(std::string(name));
    if (path.starts_with(tools_.headers + "/cicd/")) return {};
    return read_file_if_there(path).value_or(std::nullopt);
  }

  /// What would change the program without being named stays away from the compiler, and so do its
  /// translations.
  std::vector<std::string> environment_without_choice(std::vector<std::string> lines) const {
    for (const char* name : {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"})
      if (const auto value = around_.get(name)) lines.push_back(fmt::format("{}={}", name, *value));
    return lines;
  }

  error wrong(std::string what, std::string help = {}) const {
    return error{exit_class::usage, of_.subject, fmt::format("{} {}", name_, what), {}, {}}
        .with("declared at", of_.from->where.text(where_.source_root))
        .with("try", std::move(help));
  }
  std::string signature() const { return of_.is_several() ? signature_of_several : signature_of_one; }

  error refused_by_compiler(const captured& said) const {
    const auto says = [&](const char* words) { return said.err.find(words) != std::string::npos; };
    if (was_stopped(said.end))
      return wrong(fmt::format("is not compiled after {} s", limits_.compile / std::chrono::seconds(1)));
    if (said.end.kind != ending::how::exited) return wrong("is not compiled: " + meaning_of(said.end));
    if (says("ignal terminated program") || says("unable to execute command: Killed"))
      return wrong("is not compiled: the compiler was killed, see above",
                   "free memory, or set CICD_JOBS to compile fewer files at once");
    if (says("undefined reference to `declare()'"))
      return wrong("does not define declare()").with("allowed", signature() + ", outside of every namespace");
    if (says("ambiguating new declaration of") || says("differ only in their return type"))
      return wrong("defines a declare() that returns another type").with("allowed", signature());
    if (says("No such file or directory") || says("file not found"))
      return wrong("does not compile: a header is not there, see above",
                   "INCLUDES <folder>, below which it lies");
    if (says("undefined reference") || says("ld returned") || says("linker command failed"))
      return wrong("cannot be linked, see above",
                   "define in headers what it takes; no other source is compiled");
    if (says("brace-enclosed initializer list") || says("no matching constructor"))
      return wrong("does not compile, see above", "spell the type of what is in braces: service{…}");
    if (says("consteval") || says("is unavailable: checked(text)"))
      return wrong("does not compile, see above", "checked(text) takes a text that is known at run time");
    return wrong("does not compile, see above");
  }

  /// By us: what is killed by others says nothing.
  static bool was_stopped(const ending& of) { return of.kind == ending::how::signalled && !of.text.empty(); }

  void run(const std::vector<std::string>& environment) {
    const std::string calls = program_ + ".calls";
    (void)remove_tree(calls);
    std::vector<std::string> words{program_, calls, of_.file, of_.from->directory, where_.source_root};
    words.insert(words.end(), of_.includes.begin(), of_.includes.end());
    const captured said = run_tree_to_end({words, of_.from->directory, environment},
                                          {.limit = limits_.run, .cancelled = limits_.cancelled});
    made_.words += said.out + said.err;
    const result<std::optional<std::string>> lines = read_file_if_there(calls);
    const bool is_told = lines && *lines && take(**lines);
    if (!said.end.good() || !is_told) add(not_told(said.end, is_told));
    (void)remove_tree(calls);
  }

  error not_told(const ending& of, bool is_told) const {
    if (is_told)
      return wrong(fmt::format("declared its pipelines, but its program did not end well: {}",
                               of.kind == ending::how::exited ? fmt::format("exit status {}", of.number)
                                                              : meaning_of(of)),
                   "look at what runs after declare(): destructors of static objects, atexit()");
    if (was_stopped(of))
      return wrong(
          fmt::format("does not end: declare() took more than {} s", limits_.run / std::chrono::seconds(1)),
          "declare() gives values; what takes long is a step's");
    if (of.kind == ending::how::signalled) return wrong("crashes: " + meaning_of(of));
    if (of.kind == ending::how::not_started) return wrong("cannot be started: " + of.text);
    if (of.number == 2) return wrong("gives no pipelines, see above");
    if (of.number == 0) return wrong("ended the program before declare() returned");
    return wrong(fmt::format("ended the program with status {} before declare() returned", of.number));
  }

  /// The last line says how many there are.
  bool take(std::string_view text) {
    const auto end = text.rfind('\n', text.size() < 2 ? 0 : text.size() - 2);
    const std::size_t start = end == text.npos ? 0 : end + 1;
    const result<json> last = parse_json(trimmed(text.substr(start)));
    if (!last || !(*last)["calls"].is_integer()) return false;
    made_.lines = text.substr(0, start);
    made_.calls = static_cast<std::size_t>((*last)["calls"].integer());
    return true;
  }

  void add(error failure) { made_.wrong.push_back(std::move(failure)); }

  const typed_source& of_;
  const typed_tools& tools_;
  const std::string& version_;
  const typed_folders& where_;
  const surroundings& around_;
  const typed_limits& limits_;
  std::string name_;  ///< of the file, below the source folder where it lies there
  std::vector<std::string> words_;
  std::string program_;  ///< absolute
  std::string key_;
  timespec started_{};  ///< when the compiler was
  typed_outcome made_;
};

}  // namespace
}  // namespace engine_typed_program

std::string typed_program_file(const std::string& programs, const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  return fmt::format("{}/{}-{}", programs, name.substr(0, name.find('.')), hex(sha256(file)).substr(0, 8));
}

result<std::string> compiler_version(const typed_tools& tools, const surroundings& around) {
  error none{exit_class::usage, {}, "C++ files of pipelines need a compiler", {}, {}};
  none = std::move(none).with("allowed", "g++ 12 or later, or clang++ 14 or later");
  if (tools.compiler.empty())
    return std::move(none).with("try", "apt-get install g++, or set CICD_HOST_CXX to its path");
  const captured said =
      run_to_end({{tools.compiler, "--version"}, "/", around.lines()}, {.limit = std::chrono::seconds(30)});
  if (said.end.good()) return said.out.substr(0, said.out.find('\n'));
  none.what = "not a C++ compiler";
  none.value = tools.compiler;
  return std::move(none).with("try", "set CICD_HOST_CXX to the path of one");
}

std::vector<std::string> compile_words(const typed_source& of,
                                       const typed_tools& tools,
                                       const std::string& version,
                                       const std::string& source_root) {
  // A text is no flag: clang++ refuses it by itself.
  std::vector<std::string> words{tools.compiler, "-std=c++20", "-O0", "-Werror=narrowing"};
  // g++ refuses fields in another order than the struct's by itself.
  if (version.find("clang") != std::string::npos) words.emplace_back("-Werror=reorder-init-list");
  if (of.is_several()) words.emplace_back("-DCICD_SEVERAL_PIPELINES");
  for (std::size_t at = 0; at < of.includes.size(); ++at) {
    const std::string folder = path_below(of.includes[at], source_root);
    words.push_back("-I" + folder);
    if (folder.starts_with('/'))
      words.push_back(fmt::format("-fmacro-prefix-map={}={}", folder, name_of_include(at)));
  }
  words.insert(words.end(), {"-include", "cicd/run/typed_main.hpp", "-I" + tools.headers,
                             path_below(of.file, source_root)});
  return words;
}

typed_outcome run_typed_source(const typed_source& of,
                               const typed_tools& tools,
                               const std::string& version,
                               const typed_folders& where,
                               const surroundings& around,
                               const typed_limits& limits) {
  return engine_typed_program::typed_program(of, tools, version, where, around, limits).outcome();
}

typed_outcome run_typed_source_again(const typed_source& of,
                                     const typed_folders& where,
                                     const surroundings& around) {
  const typed_tools none;
  const typed_limits limits;
  return engine_typed_program::typed_program(of, none, {}, where, around, limits).outcome_again();
}

std::vector<std::string> names_in_dependency_file(std::string_view text) {
  std::vector<std::string> names;
  std::string word;
  bool is_target = true;
  const auto end_word = [&] {
    if (!word.empty() && !is_target) names.push_back(word);
    if (word.ends_with(':')) is_target = false;
    word.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c == '\\' && next == '\n') {
      end_word();
      ++at;
    } else if (c == '\\' && (next == ' ' || next == '#' || next == '\\')) {
      word += next;
      ++at;
    } else if (c == '$' && next == '$') {
      word += c;
      ++at;
    } else if (c == ' ' || c == '\n' || c == '\t') {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  return names;
}

std::optional<std::vector<std::string>> asked_includes(std::string_view source) {
  constexpr std::string_view asks = "__has_include";
  std::vector<std::string> names;
  for (auto at = source.find(asks); at != source.npos; at = source.find(asks, at)) {
    at += asks.size();
    const auto open = source.find_first_not_of(" \t", at);
    if (open == source.npos || source[open] != '(') continue;  // #ifdef __has_include
    const auto start = source.find_first_not_of(" \t", open + 1);
    const char mark = start == source.npos ? '\0' : source[start];
    const auto end = mark == '<'   ? source.find('>', start)
                     : mark == '"' ? source.find('"', start + 1)
                                   : source.npos;
    if (end == source.npos) return std::nullopt;
    names.emplace_back(source.substr(start, end - start + 1));
  }
  return names;
}

}  // namespace cicd
