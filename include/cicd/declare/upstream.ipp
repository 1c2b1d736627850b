// Reading the words of UPSTREAM.
#pragma once

#include <cicd/declare/upstream.hpp>

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/json_patch.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace declare_upstream {
namespace {

constexpr const char* forms =
    "jenkins <URL of the job>, github <URL of the repository> [<check run>], or json <URL> "
    "result=<JSON pointer> …";
constexpr const char* members = "commit=, result=, number= and link= with a JSON pointer, good= with a value";

const std::vector<std::string> kinds{"jenkins", "github", "json"};

bool is_url(std::string_view word) {
  const auto host = word.find("://");
  return (word.starts_with("https://") || word.starts_with("http://")) && word.size() > host + 3
         && word[host + 3] != '/' && word.find('@') == word.npos && word.find_first_of(" \t") == word.npos;
}

wrong_upstream wrong_url(upstream_kind kind) {
  if (kind == upstream_kind::jenkins)
    return {1, " jenkins takes the URL of a job",
            "such as https://ci.example.com/job/billing, without a login"};
  if (kind == upstream_kind::github)
    return {1, " github takes the URL of a repository",
            "such as https://github.com/team/billing, without a login"};
  return {1, " json takes the URL of a document",
          "such as https://ci.example.com/billing/{commit}.json, without a login"};
}

std::optional<wrong_upstream> read_member(const std::string& word, std::size_t at, declared_upstream& to) {
  const auto equals = word.find('=');
  const std::string name = word.substr(0, equals),
                    value = equals == word.npos ? std::string() : word.substr(equals + 1);
  const std::array<std::pair<const char*, std::string*>, 5> known{{{"commit", &to.commit},
                                                                   {"result", &to.result},
                                                                   {"number", &to.number},
                                                                   {"link", &to.link},
                                                                   {"good", &to.good}}};
  std::vector<std::string> names;
  for (const auto& [each, field] : known) {
    names.emplace_back(each);
    if (name != each || equals == word.npos) continue;
    if (name != "good" && !json_pointer_from(value))
      return wrong_upstream{
          at, fmt::format(" json: {}= takes a JSON pointer", name), "such as /build/result",
          name + "=/" + replaced_all(value.starts_with("$.") ? value.substr(2) : value, ".", "/")};
    *field = value;
    return std::nullopt;
  }
  const auto near = nearest(name, names);
  return wrong_upstream{at, " json: there is no such member", members,
                        near ? *near + "=" + value : std::string()};
}

std::optional<wrong_upstream> read_document(std::span<const text> words, declared_upstream& to) {
  for (std::size_t at = 2; at < words.size(); ++at)
    if (auto wrong = read_member(words[at].str(), at, to)) return wrong;
  if (to.result.empty())
    return wrong_upstream{0, " json: nothing says where the result stands",
                          "result=<JSON pointer>, such as result=/status"};
  if (to.commit.empty() && to.url.find("{commit}") == to.url.npos)
    return wrong_upstream{0, " json: nothing says of which commit the document is",
                          "commit=<JSON pointer>, or {commit} in the URL"};
  return std::nullopt;
}

/// A page of github.com is `<host>/<owner>/<repository>`.
bool is_repository(std::string_view url) {
  const std::vector<std::string> parts = split(std::string(url.substr(url.find("://") + 3)), '/');
  return parts.size() == 3 && !parts[1].empty() && !parts[2].empty();
}

}  // namespace
}  // namespace declare_upstream

std::string declared_upstream::text() const {
  std::string made = declare_upstream::kinds[static_cast<std::size_t>(kind)] + " " + url;
  return check.empty() ? made : made + " " + check;
}

upstream_words upstream_in(std::span<const text> words, std::string_view keyword) {
  using namespace declare_upstream;
  upstream_words read;
  const auto wrong = [&](wrong_upstream why) {
    why.what = fmt::format("{}{}", keyword, why.what);
    read.wrong = std::move(why);
    return read;
  };
  const std::string first = words.empty() ? std::string() : words.front().str();
  std::size_t kind = 0;
  while (kind < kinds.size() && kinds[kind] != first) ++kind;
  if (kind == kinds.size())
    return wrong({0, " has a wrong value", forms,
                  is_url(first) ? "jenkins " + first : nearest(lower(first), kinds).value_or("")});
  read.made.kind = static_cast<upstream_kind>(kind);
  std::string url = words.size() > 1 ? words[1].str() : std::string();
  while (url.ends_with('/')) url.pop_back();
  const bool is_json = read.made.kind == upstream_kind::json;
  const bool is_fine = is_url(url) && (is_json || url.find_first_of("{?#") == url.npos)
                       && (read.made.kind != upstream_kind::github || is_repository(url));
  if (!is_fine) {
    wrong_upstream why = wrong_url(read.made.kind);
    if (is_url("https://" + url) && url.find('/') != url.npos) why.did_you_mean = "https://" + url;
    why.word = words.size() > 1 ? 1 : 0;
    return wrong(std::move(why));
  }
  read.made.url = url;
  if (is_json) {
    if (auto why = read_document(words, read.made)) return wrong(*std::move(why));
    return read;
  }
  const std::size_t most = read.made.kind == upstream_kind::jenkins ? 2 : 3;
  if (words.size() > most) return wrong({most, " has a value too many", forms});
  if (words.size() > 2) read.made.check = words[2].str();
  return read;
}

std::optional<declared_upstream> upstream_of(const environment& place) {
  if (place.upstream.empty()) return std::nullopt;
  return upstream_in(place.upstream, {}).made;
}

std::optional<declared_upstream> builder_of(const image& of) {
  if (of.built_by.empty()) return std::nullopt;
  return upstream_in(of.built_by, {}).made;
}

}  // namespace cicd
