// What every use of libarchive needs: names as UTF-8 whatever the process's locale, owners for its handles,
// and the content of a member. Included by bodies only.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <algorithm>
#include <clocale>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <locale.h>

#include <cicd/base/error.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/system/process.hpp>

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

/// `what` is how a person calls it: `layer`.
inline error unreadable_archive(archive* handle, std::string_view what, const std::string& path) {
  const char* reason = archive_error_string(handle);
  return image_error(exit_class::usage, "cannot read the " + std::string(what), path)
      .with("caused by", reason == nullptr ? "" : reason);
}

/// Hands out the rest of the member that is being read, holes as zeros.
inline status read_archived(archive* from,
                            std::string_view what,
                            const std::string& path,
                            const byte_sink& take,
                            const cancellation* cancelled) {
  const void* bytes = nullptr;
  std::size_t count = 0;
  la_int64_t at = 0, expected = 0;
  const std::string zeros(4096, '\0');
  while (true) {
    if (cancelled != nullptr && cancelled->cancelled()) return image_cancelled();
    const int got = archive_read_data_block(from, &bytes, &count, &at);
    if (got == ARCHIVE_EOF) return {};
    // A warning is a checksum that does not fit what it is of.
    if (got != ARCHIVE_OK) return unreadable_archive(from, what, path);
    for (; expected < at;
         expected += static_cast<la_int64_t>(std::min<std::uint64_t>(zeros.size(), at - expected)))
      if (status gap = take({zeros.data(), std::min<std::uint64_t>(zeros.size(), at - expected)}); !gap)
        return gap;
    if (status taken = take({static_cast<const char*>(bytes), count}); !taken) return taken;
    expected = at + static_cast<la_int64_t>(count);
  }
}

}  // namespace cicd
