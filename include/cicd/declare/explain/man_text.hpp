// Text for man(7), which groff and mandoc read. It knows their form, not what is said.
#pragma once

#include <string>
#include <string_view>

namespace cicd::declaring {

/// The text as it is: nothing in it is a request or an escape, `-` stays one, what is not ASCII is named.
std::string man_escaped(std::string_view text);

/// A page of man(7).
class man_page {
 public:
  /// `cicd-run`, `1`, `runs targets`; `source` stands at the foot.
  man_page(const std::string& name,
           std::string_view section,
           std::string_view summary,
           std::string_view source);

  void add_section(std::string_view title);
  void add_subsection(std::string_view title);
  void add_paragraph(std::string_view text);
  /// Lines as they are.
  void add_lines(std::string_view text);
  /// A term, and below it what is said of it.
  void add_term(std::string_view term, std::string_view text);

  std::string text() const { return text_; }

 private:
  void begin_paragraph();

  std::string text_;
};

}  // namespace cicd::declaring
