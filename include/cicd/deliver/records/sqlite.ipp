// The thin layer over SQLite's C interface. See sqlite.hpp.
#pragma once

#include <sqlite3.h>

#include <cstring>

#include <cicd/deliver/records/sqlite.hpp>

namespace cicd::sqlite {

void statement::closer::operator()(sqlite3_stmt* held) const {
  sqlite3_finalize(held);
}

statement::statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  failed_ =
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &made, nullptr) != SQLITE_OK;
  held_.reset(made);
}

statement& statement::bind(std::string_view text) {
  sqlite3_bind_text64(held_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

statement& statement::bind(std::int64_t number) {
  sqlite3_bind_int64(held_.get(), ++bound_, number);
  return *this;
}

bool statement::next() {
  if (failed_) return false;
  const int state = sqlite3_step(held_.get());
  failed_ = state != SQLITE_ROW && state != SQLITE_DONE;
  return state == SQLITE_ROW;
}

bool statement::finish() {
  while (next()) {
  }
  return !failed_;
}

void statement::again() {
  sqlite3_reset(held_.get());
  bound_ = 0;
}

std::string statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(held_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(held_.get(), column));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

std::int64_t statement::number(int column) const {
  return sqlite3_column_int64(held_.get(), column);
}

void database::closer::operator()(sqlite3* held) const {
  sqlite3_close_v2(held);
}

database database::open(const std::string& file, missing how) {
  database opened;
  sqlite3* made = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (how == missing::is_made ? SQLITE_OPEN_CREATE : 0);
  const int state = sqlite3_open_v2(file.c_str(), &made, flags, nullptr);
  opened.held_.reset(made);
  opened.opened_ = state == SQLITE_OK;
  if (!opened) return opened;
  sqlite3_busy_timeout(made, 30'000);
  // With its write-ahead log: what is lost when the machine fails is a run that can be indexed again.
  (void)opened.run("PRAGMA synchronous = NORMAL");
  return opened;
}

bool database::run(const std::string& sql) {
  return sqlite3_exec(held_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::int64_t database::number(std::string_view sql) {
  statement query = prepare(sql);
  return query.next() ? query.number(0) : -1;
}

bool database::damaged() const {
  const int code = sqlite3_errcode(held_.get());
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool database::hindered() const {
  switch (sqlite3_errcode(held_.get()) & 0xff) {
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
    case SQLITE_AUTH: return true;
    default: return false;
  }
}

std::string database::message() const {
  if (held_ == nullptr) return "out of memory";
  const std::string what = sqlite3_errmsg(held_.get());
  const int number = hindered() ? sqlite3_system_errno(held_.get()) : 0;
  const char* why = number == 0 ? nullptr : strerrordesc_np(number);
  return why == nullptr ? what : what + ": " + why;
}

}  // namespace cicd::sqlite
