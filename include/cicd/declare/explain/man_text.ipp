// man(7).
#pragma once

#include <cicd/declare/explain/man_text.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd::declaring {
namespace {

std::string man_letter(std::string_view bytes, char32_t letter) {
  switch (letter) {
    case '\\': return "\\e";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '"': return "\\(dq";
    case '`': return "\\(ga";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    default: break;
  }
  if (letter == code_point::invalid) return "?";
  return letter < 0x80 ? std::string(bytes) : fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(letter));
}

}  // namespace

std::string man_escaped(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const code_point front = front_of(text);
    if (text.front() == '.' && (all.empty() || all.ends_with('\n'))) all += "\\&";
    all += man_letter(text.substr(0, front.size), front.value);
    text.remove_prefix(front.size);
  }
  return all;
}

man_page::man_page(const std::string& name,
                   std::string_view section,
                   std::string_view summary,
                   std::string_view source)
    : text_(fmt::format(".TH \"{}\" {} \"\" \"{}\"\n.SH NAME\n{} \\- {}\n",
                        man_escaped(upper(name)),
                        section,
                        man_escaped(source),
                        man_escaped(name),
                        man_escaped(summary))) {}

void man_page::add_section(std::string_view title) {
  text_ += fmt::format(".SH {}\n", man_escaped(title));
}

void man_page::add_subsection(std::string_view title) {
  text_ += fmt::format(".SS {}\n", man_escaped(title));
}

/// A section begins one itself.
void man_page::begin_paragraph() {
  const auto last = text_.rfind('\n', text_.size() - 2) + 1;
  if (!text_.substr(last).starts_with(".S")) text_ += ".PP\n";
}

void man_page::add_paragraph(std::string_view text) {
  begin_paragraph();
  text_ += man_escaped(text) + "\n";
}

void man_page::add_lines(std::string_view text) {
  begin_paragraph();
  text_ += ".nf\n" + man_escaped(text) + (text.ends_with('\n') ? "" : "\n") + ".fi\n";
}

void man_page::add_term(std::string_view term, std::string_view text) {
  text_ += fmt::format(".TP\n\\fB{}\\fR\n{}\n", man_escaped(term), man_escaped(text));
}

}  // namespace cicd::declaring
