// The index of runs. Its file is made whole beside its place and linked there, so that a file without content
// is never ours: it is damage.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/deliver/records/run_summary.hpp>
#include <cicd/deliver/records/sqlite.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

struct run_index::state {
  sqlite::database database;
  std::string file;
};

namespace deliver_records_run_index {

constexpr std::int64_t schema = 1;
/// `cicd` as SQLite's application id, so that no other database is taken for ours.
constexpr std::int64_t application = 0x63696364;
/// How many of a step's last durations the expected one is the median of.
constexpr std::size_t durations_kept = 9;

constexpr std::string_view tables = R"(
CREATE TABLE runs(id TEXT NOT NULL, build_root TEXT NOT NULL, folder TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL,
  exit_status INTEGER NOT NULL, commit_id TEXT NOT NULL, who TEXT NOT NULL, started_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  PRIMARY KEY(build_root, id)) WITHOUT ROWID;
CREATE INDEX runs_by_time ON runs(started_ms);
CREATE TABLE steps(build_root TEXT NOT NULL, run TEXT NOT NULL, place INTEGER NOT NULL, step TEXT NOT NULL, outcome TEXT NOT NULL,
  duration_ms INTEGER NOT NULL, PRIMARY KEY(build_root, run, place)) WITHOUT ROWID;
CREATE INDEX steps_by_name ON steps(build_root, step, run) WHERE outcome = 'ran';
)";

inline error damaged(const std::string& file, std::string why) {
  return error{.kind = exit_class::corrupt,
               .subject = {},
               .what = "the index of runs cannot be trusted, and is left as it is",
               .value = file,
               .notes = {{"caused by", std::move(why)}, {"try", "cicd history --rebuild-index"}}};
}

inline error unusable(const std::string& file, std::string why) {
  return error{
      .kind = exit_class::cannot_save,
      .subject = {},
      .what = "the index of runs cannot be used",
      .value = file,
      .notes = {{"caused by", std::move(why)}, {"try", "CICD_STATE_DIR=<a folder that can be written>"}}};
}

/// Damage, unless the failure lies outside of the file.
inline error failed(const std::string& file, const sqlite::database& database) {
  return database.hindered() ? unusable(file, database.message()) : damaged(file, database.message());
}

inline std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

/// The first bytes of a file and how many it has. Never waits for a pipe or device.
struct file_head {
  std::string bytes;
  std::uint64_t size = 0;
};
inline result<file_head> head_of(const std::string& file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (opened < 0) return unusable(file, strerrordesc_np(errno));
  struct stat about {};
  file_head head{std::string(100, '\0'), 0};
  const bool is_file = ::fstat(opened, &about) == 0 && S_ISREG(about.st_mode);
  const ssize_t count = is_file ? ::pread(opened, head.bytes.data(), head.bytes.size(), 0) : 0;
  const int problem = count < 0 ? errno : 0;
  ::close(opened);
  if (!is_file) return damaged(file, "it is not a regular file");
  if (problem != 0) return unusable(file, strerrordesc_np(problem));
  head.bytes.resize(static_cast<std::size_t>(count));
  head.size = static_cast<std::uint64_t>(about.st_size);
  return head;
}

/// What is wrong with a file's size or its first 100 bytes (SQLite's "Database File Format", 1.3); empty when
/// nothing is. A file that is shorter than its header says can still be completed by its write-ahead log.
inline std::string wrong_header(const std::string& file, const file_head& read) {
  const auto& [head, size] = read;
  std::error_code failed;
  if (size == 0) return "it has zero bytes";
  if (head.size() < 100 || !head.starts_with(std::string_view("SQLite format 3\0", 16)))
    return "it is not a SQLite database";
  const std::uint64_t page = big_endian(head, 16) >> 16U == 1 ? 65536 : big_endian(head, 16) >> 16U;
  const bool has_log = std::filesystem::file_size(file + "-wal", failed) > 0 && !failed;
  if (!has_log && size < page * big_endian(head, 28)) return "a part of it is missing";
  return {};
}

/// Whether an opened database is ours, whole, and of a schema that we know.
inline std::string objection(sqlite::database& database) {
  const std::int64_t version = database.number("PRAGMA user_version");
  if (version < 0) return database.message();
  if (database.number("PRAGMA application_id") != application) return "it is the database of another program";
  if (version > schema)
    return fmt::format("its schema is {}, written by a newer cicd; this one knows {}", version, schema);
  if (database.number("SELECT (SELECT count(*) FROM (SELECT 1 FROM runs LIMIT 1)) + (SELECT count(*) FROM "
                      "(SELECT 1 FROM steps LIMIT 1))")
      < 0)
    return database.message();
  return {};
}

inline std::int64_t milliseconds(std::chrono::system_clock::time_point when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

/// A run replaces the one of the same id whole.
inline bool insert(sqlite::database& database, const run_summary& run) {
  sqlite::statement forget = database.prepare("DELETE FROM steps WHERE build_root = ?1 AND run = ?2");
  sqlite::statement keep =
      database.prepare("INSERT OR REPLACE INTO runs VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  sqlite::statement step = database.prepare("INSERT INTO steps VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  forget.bind(run.build_root).bind(run.id);
  keep.bind(run.id)
      .bind(run.build_root)
      .bind(run.folder)
      .bind(run.target)
      .bind(run.outcome)
      .bind(run.exit_status);
  keep.bind(run.commit).bind(run.who).bind(milliseconds(run.started)).bind(run.duration.count());
  if (!forget.finish() || !keep.finish()) return false;
  std::int64_t place = 0;
  for (const run_summary::step& each : run.steps) {
    step.bind(run.build_root)
        .bind(run.id)
        .bind(place++)
        .bind(each.id)
        .bind(each.outcome)
        .bind(each.duration.count());
    if (!step.finish()) return false;
    step.again();
  }
  return true;
}

/// All of them or none.
inline bool insert_all(sqlite::database& database, const std::vector<run_summary>& runs) {
  if (!database.run("BEGIN IMMEDIATE")) return false;
  const bool good =
      std::all_of(runs.begin(), runs.end(), [&](const run_summary& run) { return insert(database, run); });
  if (good && database.run("COMMIT")) return true;
  (void)database.run("ROLLBACK");
  return false;
}

inline void remove_database(const std::string& file) {
  for (const char* part : {"", "-wal", "-shm", "-journal"}) (void)remove_tree(file + part);
}

/// A new index with these runs under its name, unless another process has put one there meanwhile.
inline status make(const std::string& file, const std::vector<run_summary>& runs) {
  const auto slash = file.rfind('/');
  if (status folder = make_folder(file.substr(0, slash)); !folder) {
    const std::string path = folder.error().value.value_or(file.substr(0, slash));
    return unusable(file, folder.error().what + ": '" + path + "'");
  }
  const std::string made = part_name(file + ".new");
  {
    sqlite::database database = sqlite::database::open(made, sqlite::database::missing::is_made);
    if (!database) return unusable(file, "it cannot be made: " + database.message());
    const bool good =
        database.run("PRAGMA journal_mode = WAL")
        && database.run(fmt::format("BEGIN; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
                                    tables, application, schema))
        && insert_all(database, runs) && database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!good) {
      const std::string why = database.message();
      remove_database(made);
      return unusable(file, why);
    }
  }
  std::error_code failed;
  std::filesystem::create_hard_link(made, file, failed);
  remove_database(made);
  if (failed && failed != std::errc::file_exists) return unusable(file, failed.message());
  return {};
}

/// The middle one of a step's durations.
inline std::chrono::milliseconds median(std::vector<std::int64_t> durations) {
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::nth_element(durations.begin(), middle, durations.end());
  return std::chrono::milliseconds(*middle);
}

inline run_summary run_in(const sqlite::statement& row) {
  return {.id = row.text(0),
          .folder = row.text(2),
          .build_root = row.text(1),
          .target = row.text(3),
          .outcome = row.text(4),
          .exit_status = static_cast<int>(row.number(5)),
          .commit = row.text(6),
          .who = row.text(7),
          .started = std::chrono::system_clock::time_point(std::chrono::milliseconds(row.number(8))),
          .duration = std::chrono::milliseconds(row.number(9)),
          .steps = {}};
}

}  // namespace deliver_records_run_index

run_index::run_index(std::unique_ptr<state> state) : state_(std::move(state)) {}
run_index::run_index(run_index&&) noexcept = default;
run_index& run_index::operator=(run_index&&) noexcept = default;
run_index::~run_index() = default;

result<run_index> run_index::open(const std::string& file, const std::string& build_root) {
  using namespace deliver_records_run_index;
  if (!exists(file))
    if (status made = make(file, runs_below(build_root)); !made) return std::move(made).error();
  result<file_head> head = head_of(file);
  if (!head) return std::move(head).error();
  if (std::string why = wrong_header(file, *head); !why.empty()) return damaged(file, std::move(why));
  auto held =
      std::make_unique<state>(state{sqlite::database::open(file, sqlite::database::missing::fails), file});
  if (!held->database) return failed(file, held->database);
  if (std::string why = objection(held->database); !why.empty())
    return held->database.hindered() ? failed(file, held->database) : damaged(file, std::move(why));
  return run_index(std::move(held));
}

status run_index::add(const run_summary& run) {
  if (deliver_records_run_index::insert_all(state_->database, {run})) return {};
  if (state_->database.damaged())
    return deliver_records_run_index::damaged(state_->file, state_->database.message());
  return deliver_records_run_index::unusable(state_->file, state_->database.message());
}

result<std::vector<run_summary>> run_index::runs(const std::string& build_root, std::size_t most) {
  std::vector<run_summary> found;
  sqlite::statement rows = state_->database.prepare(
      "SELECT id, build_root, folder, target, outcome, exit_status, commit_id, who, started_ms, duration_ms "
      "FROM runs "
      "WHERE ?1 = '' OR build_root = ?1 ORDER BY started_ms DESC, id DESC LIMIT ?2");
  sqlite::statement steps = state_->database.prepare(
      "SELECT step, outcome, duration_ms FROM steps WHERE build_root = ?1 AND run = ?2 ORDER BY place");
  rows.bind(build_root).bind(static_cast<std::int64_t>(std::min<std::size_t>(most, 1U << 30U)));
  while (rows.next()) {
    run_summary& run = found.emplace_back(deliver_records_run_index::run_in(rows));
    steps.bind(run.build_root).bind(run.id);
    while (steps.next())
      run.steps.push_back({steps.text(0), steps.text(1), std::chrono::milliseconds(steps.number(2))});
    steps.again();
  }
  if (rows.failed() || steps.failed())
    return deliver_records_run_index::failed(state_->file, state_->database);
  return found;
}

std::map<std::string, std::chrono::milliseconds> run_index::expected(const std::string& build_root) {
  std::map<std::string, std::vector<std::int64_t>> durations;
  sqlite::statement rows = state_->database.prepare(
      "SELECT step, duration_ms FROM (SELECT step, duration_ms, row_number() OVER (PARTITION BY step ORDER "
      "BY run DESC) AS age "
      "FROM steps WHERE build_root = ?1 AND outcome = 'ran') WHERE age <= ?2");
  rows.bind(build_root).bind(static_cast<std::int64_t>(deliver_records_run_index::durations_kept));
  while (rows.next()) durations[rows.text(0)].push_back(rows.number(1));
  std::map<std::string, std::chrono::milliseconds> expected;
  for (auto& [step, held] : durations)
    expected.emplace(step, deliver_records_run_index::median(std::move(held)));
  return expected;
}

result<std::size_t> run_index::rebuild(const std::string& file, const std::vector<std::string>& build_roots) {
  using namespace deliver_records_run_index;
  std::vector<run_summary> runs;
  for (const std::string& build_root : build_roots)
    for (run_summary& run : runs_below(build_root)) runs.push_back(std::move(run));
  if (exists(file)) {
    auto healthy = open(file, {});
    if (!healthy && healthy.error().kind != exit_class::corrupt) return std::move(healthy).error();
    if (healthy) {
      if (insert_all(healthy->state_->database, runs)) return runs.size();
      return unusable(file, healthy->state_->database.message());
    }
    std::string stamp = replaced_all(utc_text_with_milliseconds(system_clock_port().now()), ":", "");
    for (const char* part : {"-wal", "-shm", ""})
      if (exists(file + part))
        if (status moved = rename_over(file + part, file + ".corrupt-" + stamp + part); !moved)
          return std::move(moved).error();
  }
  if (status made = make(file, runs); !made) return std::move(made).error();
  return runs.size();
}

}  // namespace cicd
