// What `cicd doctor` finds: one line each. It does not know what is looked at.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// One thing that was looked at.
struct finding {
  std::string about;  ///< `java`, `orders/prod`
  bool is_good = true;
  std::string what, help{};
};

class findings {
 public:
  /// `help`: what could be better, and would stop nothing.
  void good(const std::string& about, std::string what, std::string help = {}) {
    all_.push_back({about, true, std::move(what), std::move(help)});
  }
  void bad(const std::string& about, std::string what, std::string help) {
    all_.push_back({about, false, std::move(what), std::move(help)});
  }
  void bad(const std::string& about, const error& why) {
    std::string help, what = why.what;
    if (why.value) what += ": " + *why.value;
    for (const note& each : why.notes)
      if (help.empty() || each.label == "try") help = each.text;
    bad(about, std::move(what), std::move(help));
  }
  bool says(const std::string& about) const {
    return std::ranges::find(all_, about, &finding::about) != all_.end();
  }
  std::vector<finding> take() { return std::move(all_); }

 private:
  std::vector<finding> all_;
};

}  // namespace cicd
