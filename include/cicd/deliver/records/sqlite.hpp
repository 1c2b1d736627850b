// SQLite behind three verbs: open, prepare, step. It does not know what is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace cicd::sqlite {

/// A prepared statement; its values are bound in order.
class statement {
 public:
  statement(sqlite3* database, std::string_view sql);
  statement& bind(std::string_view text);
  statement& bind(std::int64_t number);
  /// To the next row; false at the end, and when it failed.
  bool next();
  /// Runs it to its end; false when it failed.
  bool finish();
  /// To be bound and run again.
  void again();
  std::string text(int column) const;
  std::int64_t number(int column) const;
  bool failed() const { return failed_; }

 private:
  struct closer {
    void operator()(sqlite3_stmt* held) const;
  };
  std::unique_ptr<sqlite3_stmt, closer> held_;
  int bound_ = 0;
  bool failed_ = false;
};

/// A database file, or none when it could not be opened.
class database {
 public:
  /// Makes a missing file where `create`. Waits up to 30 s for other writers, and reports success when the
  /// disk has it.
  enum class missing { fails, is_made };
  static database open(const std::string& file, missing how);

  explicit operator bool() const { return opened_; }
  /// Runs statements without a result; false when one failed.
  bool run(const std::string& sql);
  statement prepare(std::string_view sql) { return statement(held_.get(), sql); }
  /// The only number that a query gives; -1 when it failed.
  std::int64_t number(std::string_view sql);
  /// Whether the last failure means that the file is damaged or is no database.
  bool damaged() const;
  /// Whether it lies outside of the file: the disk, a right, a limit of the process. Nothing is known of the
  /// file's content then.
  bool hindered() const;
  /// What failed, with the system's own reason.
  std::string message() const;

 private:
  struct closer {
    void operator()(sqlite3* held) const;
  };
  std::unique_ptr<sqlite3, closer> held_;
  bool opened_ = false;
};

}  // namespace cicd::sqlite
