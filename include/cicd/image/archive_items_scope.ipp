// What every use of libarchive needs: names as UTF-8 whatever the process's locale, and owners for its
// handles. Included by bodies only.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <clocale>
#include <memory>

#include <locale.h>

namespace cicd {

/// While it lives, this thread's names are UTF-8: libarchive converts by the thread's locale, and must not
/// depend on the caller's.
class utf8_names {
 public:
  utf8_names() : own_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_ != nullptr) before_ = ::uselocale(own_);
  }
  utf8_names(const utf8_names&) = delete;
  utf8_names& operator=(const utf8_names&) = delete;
  ~utf8_names() {
    if (own_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(own_);
  }

 private:
  locale_t own_ = nullptr;
  locale_t before_ = nullptr;
};

struct archive_closer {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using archive_entry_owner = std::unique_ptr<archive_entry, archive_closer>;

struct archive_write_closer {
  void operator()(archive* handle) const { archive_write_free(handle); }
};
using archive_writer = std::unique_ptr<archive, archive_write_closer>;

struct archive_read_closer {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using archive_reader = std::unique_ptr<archive, archive_read_closer>;

}  // namespace cicd
