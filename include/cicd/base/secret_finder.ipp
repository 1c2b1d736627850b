// The search: a bitmap of grams in front of an exact table, for each group of forms.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <cicd/base/secret_finder.hpp>

namespace cicd {

namespace base_secret_finder {
namespace {

constexpr std::size_t gram_size = 4;
constexpr unsigned start_bits = 16;

std::uint32_t gram_at(const char* bytes) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, bytes, gram_size);
  return gram;
}

std::uint32_t hash_of(std::uint32_t gram) {
  return gram * 0x9E3779B1U;
}

/// Overlapping ranges become one.
std::vector<secret_finder::range> merged(std::vector<secret_finder::range> all) {
  std::ranges::sort(all, {}, &secret_finder::range::begin);
  std::vector<secret_finder::range> one;
  for (const secret_finder::range& each : all) {
    if (!one.empty() && each.begin < one.back().end)
      one.back().end = std::max(one.back().end, each.end);
    else
      one.push_back(each);
  }
  return one;
}

}  // namespace
}  // namespace base_secret_finder

secret_finder::secret_finder(const std::vector<secret_value>& secrets)
    : starts_(1U << base_secret_finder::start_bits) {
  for (const secret_value& each : secrets)
    for (std::string& form : forms_of(each)) forms_.push_back(std::move(form));
  std::ranges::sort(forms_);
  forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
  for (const std::string& form : forms_) {
    longest_ = std::max(longest_, form.size());
    starts_[base_secret_finder::hash_of(base_secret_finder::gram_at(form.data()))
            >> (32 - base_secret_finder::start_bits)] = true;
  }
  if (!forms_.empty()) add_grams();
}

/// Of each form as many grams as there are places between two that are looked at.
void secret_finder::add_grams() {
  using namespace base_secret_finder;
  stride_ = std::ranges::min(forms_, {}, &std::string::size).size() - gram_size + 1;
  const auto width = static_cast<unsigned>(std::bit_width(forms_.size() * stride_ * 32));
  shift_ = 32 - std::clamp(width, 12U, 20U);
  bits_.resize((std::size_t{1} << (32 - shift_)) / 64);
  for (std::uint32_t form = 0; form < forms_.size(); ++form)
    for (std::uint32_t offset = 0; offset < stride_; ++offset) {
      const std::uint32_t gram = gram_at(forms_[form].data() + offset);
      const std::uint32_t bit = hash_of(gram) >> shift_;
      bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
      places_[gram].push_back({form, offset});
    }
}

template <typename Take>
void secret_finder::each(std::string_view text, Take&& take) const {
  using namespace base_secret_finder;
  if (text.size() < gram_size || forms_.empty()) return;
  const std::uint64_t* const bits = bits_.data();
  for (std::size_t at = 0, last = text.size() - gram_size; at <= last; at += stride_) {
    const std::uint32_t gram = gram_at(text.data() + at), bit = hash_of(gram) >> shift_;
    if (((bits[bit / 64] >> (bit % 64)) & 1U) == 0) [[likely]]
      continue;
    const auto known = places_.find(gram);
    if (known == places_.end()) continue;
    for (const place& one : known->second) {
      const std::string& form = forms_[one.form];
      if (at < one.offset || !text.substr(at - one.offset).starts_with(form)) continue;
      if (!take(range{at - one.offset, at - one.offset + form.size()})) return;
    }
  }
}

bool secret_finder::is_in(std::string_view text) const {
  bool found = false;
  each(text, [&](const range&) {
    found = true;
    return false;
  });
  return found;
}

std::vector<secret_finder::range> secret_finder::found_in(std::string_view text) const {
  std::vector<range> all;
  each(text, [&](const range& one) {
    all.push_back(one);
    return true;
  });
  return base_secret_finder::merged(std::move(all));
}

bool secret_finder::may_begin(std::string_view end) const {
  using namespace base_secret_finder;
  if (end.size() >= gram_size && !starts_[hash_of(gram_at(end.data())) >> (32 - start_bits)]) return false;
  // Sorted: what is longer and begins so comes right behind the form that is equal, if there is one.
  const auto next = std::ranges::upper_bound(forms_, end);
  return next != forms_.end() && next->starts_with(end);
}

std::size_t secret_finder::open_end_of(std::string_view text) const {
  const std::size_t most = longest_ == 0 ? 0 : std::min(longest_ - 1, text.size());
  for (std::size_t at = text.size() - most; at < text.size(); ++at)
    if (may_begin(text.substr(at))) return at;
  return text.size();
}

std::string secret_finder::masked(std::string_view text) const {
  std::string shown;
  std::size_t at = 0;
  for (const range& one : found_in(text)) {
    shown.append(text.substr(at, one.begin - at)).append(secret_mask);
    at = one.end;
  }
  return shown.append(text.substr(at));
}

std::string_view masking_stream::feed(std::string_view bytes, const secret_finder& by) {
  if (by.empty() && held_.empty()) return bytes;
  if (held_.empty()) {
    const std::size_t end = by.open_end_of(bytes);
    const std::string_view known = passed(bytes, end, by);
    held_ = bytes.substr(end);
    return known;
  }
  held_ += bytes;
  const std::size_t end = by.open_end_of(held_);
  const std::string_view known = passed(held_, end, by);
  // `known` may lie in what is shortened now.
  if (known.data() != out_.data()) out_ = known;
  held_.erase(0, end);
  return out_;
}

std::string_view masking_stream::finish(const secret_finder& by) {
  const std::string_view known = passed(held_, held_.size(), by);
  if (known.data() != out_.data()) out_ = known;
  held_.clear();
  return out_;
}

/// The text up to `end`, with masks. A secret that goes on behind `end` has its mask here already, and what
/// remains of it is only `covered_` there.
std::string_view masking_stream::passed(std::string_view text, std::size_t end, const secret_finder& by) {
  if (end == 0) return {};
  std::vector<secret_finder::range> ranges = by.found_in(text);
  const std::size_t covered = std::exchange(covered_, 0);
  if (covered > 0) {
    ranges.push_back({0, covered});
    ranges = base_secret_finder::merged(std::move(ranges));
  }
  if (ranges.empty() || ranges.front().begin >= end) return text.substr(0, end);
  out_.clear();
  std::size_t at = 0;
  for (const secret_finder::range& one : ranges) {
    if (one.begin >= end) break;
    out_.append(text.substr(at, one.begin - at));
    if (covered == 0 || one.begin > 0) out_.append(secret_mask);
    at = std::min(one.end, end);
    covered_ = one.end - at;
  }
  out_.append(text.substr(at, end - at));
  return out_;
}

}  // namespace cicd
