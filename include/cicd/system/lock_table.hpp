// Many locks by name in one permanent file. It does not know what they guard.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

/// Exclusive locks, each a range of the file's bytes (open file description locks,
/// close-on-exec): each ends with its holder, also where that is killed. The bytes of a range say whose name
/// it is and who holds it. For one thread.
class lock_table {
 public:
  /// One lock while it is held; the table may go before it.
  class held {
   public:
    /// Who had it before and was killed; empty when it was given back.
    const std::string& left_by() const { return left_by_; }
    /// Its end tells the next one what it told this one, which did nothing with it.
    void leave_as_found() { as_found_ = true; }
    held(held&& other) noexcept
        : file_(std::move(other.file_)),
          taken_(std::move(other.taken_)),
          at_(other.at_),
          left_by_(std::move(other.left_by_)),
          as_found_(other.as_found_) {}
    held& operator=(held&& other) noexcept;
    ~held();

   private:
    friend class lock_table;
    using places = std::shared_ptr<std::set<std::int64_t>>;
    held(std::shared_ptr<const int> file, places taken, std::int64_t at, std::string left_by);
    std::shared_ptr<const int> file_;  ///< none once it was moved from
    places taken_;
    std::int64_t at_ = 0;
    std::string left_by_;
    bool as_found_ = false;
  };

  explicit lock_table(std::string path) : path_(std::move(path)) {}
  /// The lock, or nothing when it is held, in this process or another. The file and the folders
  /// above it are made where there is none. Class `cannot_save`.
  result<std::optional<held>> try_take(const std::string& name, const std::string& holder);
  /// What the present holder wrote, or the last one where it was killed.
  std::string holder_of(const std::string& name);

 private:
  status open();
  result<std::int64_t> place_of(const std::string& name);
  std::optional<std::int64_t> known_place_of(const std::string& name);

  std::string path_;
  std::shared_ptr<const int> file_;
  /// What is held by this table, whose file has each lock already.
  std::shared_ptr<std::set<std::int64_t>> taken_ = std::make_shared<std::set<std::int64_t>>();
  std::map<std::string, std::int64_t, std::less<>> places_;  ///< by the digest of a name
  std::int64_t read_to_ = 0;
};

}  // namespace cicd
