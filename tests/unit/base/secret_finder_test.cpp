// A canary in every form, in pieces of every size: nothing of it may pass, and all else must.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/secret_finder.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace {

using namespace cicd;

/// Each escaper has something to do in it.
const std::string canary = "c4n@ry \"of/the+mine\" <it's> 50% \\ $HOME é";
const std::string token = "npm_Zk3v9QpX7LmT2wRb8YdHc5NfGj4sAe6u";

std::string hex_of(std::string_view bytes, bool upper_case) {
  std::string text;
  for (const char c : bytes)
    for (const unsigned half : {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) & 15U})
      text += (upper_case ? "0123456789ABCDEF" : "0123456789abcdef")[half];
  return text;
}

std::string url_safe(std::string text) {
  return replaced_all(replaced_all(std::move(text), "+", "-"), "/", "_");
}

/// What real encoders make of the canary: `jq`, `python3 -c`, `curl`, `base64`, `xxd`, `printf %q`.
struct encoded {
  std::string name, text;
};
std::vector<encoded> encodings_of_canary() {
  return {{"plain", canary},
          {"hex", hex_of(canary, false)},
          {"HEX", hex_of(canary, true)},
          {"RFC 3986", "c4n%40ry%20%22of%2Fthe%2Bmine%22%20%3Cit%27s%3E%2050%25%20%5C%20%24HOME%20%C3%A9"},
          {"form", "c4n%40ry+%22of%2Fthe%2Bmine%22+%3Cit%27s%3E+50%25+%5C+%24HOME+%C3%A9"},
          {"encodeURIComponent",
           "c4n%40ry%20%22of%2Fthe%2Bmine%22%20%3Cit's%3E%2050%25%20%5C%20%24HOME%20%C3%A9"},
          {"JSON", R"(c4n@ry \"of/the+mine\" <it's> 50% \\ $HOME é)"},
          {"JSON in ASCII", R"(c4n@ry \"of/the+mine\" <it's> 50% \\ $HOME \u00e9)"},
          {"JSON of Go", R"(c4n@ry \"of/the+mine\" \u003cit's\u003e 50% \\ $HOME é)"},
          {"JSON of PHP", R"(c4n@ry \"of\/the+mine\" <it's> 50% \\ $HOME \u00e9)"},
          {"XML", "c4n@ry &quot;of/the+mine&quot; &lt;it&apos;s&gt; 50% \\ $HOME é"},
          {"XML of ElementTree", "c4n@ry &quot;of/the+mine&quot; &lt;it's&gt; 50% \\ $HOME &#233;"},
          {"XML in hex", "c4n@ry &quot;of/the+mine&quot; &lt;it's&gt; 50% \\ $HOME &#xE9;"},
          {"XML in lower hex", "c4n@ry &quot;of/the+mine&quot; &lt;it's&gt; 50% \\ $HOME &#xe9;"},
          {"Python", R"(c4n@ry "of/the+mine" <it\'s> 50% \\ $HOME \xe9)"},
          {"YAML in ASCII", R"(c4n@ry \"of/the+mine\" <it's> 50% \\ $HOME \xE9)"},
          {"HTML", "c4n@ry &quot;of/the+mine&quot; &lt;it&#39;s&gt; 50% \\ $HOME é"},
          {"single quotes", R"(c4n@ry "of/the+mine" <it'\''s> 50% \ $HOME é)"},
          {"shlex", R"(c4n@ry "of/the+mine" <it'"'"'s> 50% \ $HOME é)"},
          {"double quotes", R"(c4n@ry \"of/the+mine\" <it's> 50% \\ \$HOME é)"},
          {"printf %q", R"(c4n@ry\ \"of/the+mine\"\ \<it\'s\>\ 50%\ \\\ \$HOME\ é)"}};
}

std::string masked_in_pieces(std::string_view text,
                             std::size_t first,
                             std::size_t second,
                             const secret_finder& by) {
  masking_stream stream;
  std::string all;
  all += stream.feed(text.substr(0, first), by);
  all += stream.feed(text.substr(first, second - first), by);
  all += stream.feed(text.substr(second), by);
  return all += stream.finish(by);
}

TEST(secret_finder, masks_what_is_displayed_of_control_characters) {
  for (const std::string value :
       {"bell\ahunter-two", "esc\x1b[31mhunter", "zero\u200bwidth", "ab12\ncd34", "one\r\ntwo\xff"})
    for (const newlines ends : {newlines::show, newlines::keep})
      EXPECT_EQ(secret_finder({secret_value(value)}).masked("<" + displayable(value, ends) + ">"), "<***>");
}

TEST(secret_finder, masks_the_canary_in_each_encoding_however_it_is_split_over_writes) {
  const secret_finder finder({secret_value(canary)});
  for (const encoded& each : encodings_of_canary()) {
    const std::string text = "before " + each.text + " after";
    EXPECT_EQ(finder.masked(text), "before *** after") << each.name;
    for (std::size_t first = 0; first <= text.size(); ++first)
      for (std::size_t second = first; second <= text.size(); second += 7)
        ASSERT_EQ(masked_in_pieces(text, first, second, finder), "before *** after")
            << each.name << " split at " << first << " and " << second;
  }
}

/// Of base64 the digits that hold bits of a neighbour as well may stand.
TEST(secret_finder, masks_base64_at_each_offset_but_for_the_digits_of_its_neighbours) {
  for (const std::string& secret : {canary, token}) {
    const secret_finder finder({secret_value(secret)});
    for (std::size_t before = 0; before < 9; ++before)
      for (std::size_t after = 0; after < 4; ++after) {
        const std::string text = base64(std::string(before, 'x') + secret + std::string(after, 'y'));
        for (const std::string& each : {text, url_safe(text)}) {
          const std::string shown = finder.masked("a " + each + " z");
          EXPECT_LE(shown.size(), 2 + (before * 4 / 3) + 2 + 3 + (after * 4 / 3) + 6 + 2) << shown;
          EXPECT_NE(shown.find("***"), shown.npos) << before << " " << after << " " << shown;
          for (std::size_t split = 0; split <= each.size(); ++split)
            ASSERT_EQ(masked_in_pieces("a " + each + " z", split, split, finder), shown);
        }
      }
  }
}

TEST(secret_finder, masks_each_line_of_eight_characters_and_the_whole) {
  const std::string key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nshort\n  kqhkiG9w0B=\n-----END KEY-----\n";
  const secret_finder finder({secret_value(key)});
  EXPECT_EQ(finder.masked("<" + key + ">"), "<***\n>");
  EXPECT_EQ(finder.masked("a MIIEvQIBADANBg b"), "a *** b");
  EXPECT_EQ(finder.masked("a kqhkiG9w0B= b"), "a *** b");
  EXPECT_EQ(finder.masked("a short b"), "a short b");
  EXPECT_EQ(finder.masked("| MIIEvQIBADANBg\r\n| short"), "| ***\r\n| short");
  EXPECT_EQ(finder.masked(base64(key)).find("TUlJRXZRSUJBREFOQmc"), std::string::npos);
}

TEST(secret_finder, masks_a_long_secret_that_base64_broke_into_lines) {
  std::string key;
  for (int at = 0; at < 200; ++at) key += static_cast<char>('!' + (at * 37) % 90);
  const secret_finder finder({secret_value(key)});
  const std::string digits = base64(key);
  for (const std::size_t width : {64, 76}) {
    std::string lines;
    for (std::size_t at = 0; at < digits.size(); at += width) lines += digits.substr(at, width) + "\n";
    for (const std::string& line : split(finder.masked(lines), '\n')) EXPECT_LT(line.size(), 12U) << line;
  }
}

TEST(secret_finder, overlapping_secrets_leave_nothing_of_either) {
  const secret_finder finder({secret_value("abcdefgh"), secret_value("efghijkl"), secret_value("defg")});
  EXPECT_EQ(finder.masked("-abcdefghijkl-"), "-***-");
  const std::string text = "-abcdefghijkl-abcdefgh-defg-";
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second)
      ASSERT_EQ(masked_in_pieces(text, first, second, finder), "-***-***-***-") << first << " " << second;
}

TEST(secret_finder, a_secret_that_begins_like_another_is_masked_whole) {
  const secret_finder finder(
      {secret_value("abcdefgh"), secret_value("abcd"), secret_value("abcdef\nghijkl")});
  for (const std::string& text :
       {std::string("-abcdefgh-"), std::string("-abcdef\nghijkl-"), std::string("-abcd-")})
    for (std::size_t first = 0; first <= text.size(); ++first)
      for (std::size_t second = first; second <= text.size(); ++second)
        ASSERT_EQ(masked_in_pieces(text, first, second, finder), "-***-") << text << first << " " << second;
}

TEST(secret_finder, an_endless_repetition_is_masked_with_bounded_memory) {
  const secret_finder finder({secret_value("aaaa")});
  masking_stream stream;
  std::string shown;
  for (int at = 0; at < 10'000; ++at) shown += stream.feed("aaaaaaaaaaaaaaa", finder);
  shown += stream.finish(finder);
  EXPECT_EQ(shown, "***");
}

TEST(secret_finder, what_is_no_secret_passes_byte_for_byte) {
  const secret_finder finder({secret_value(token), secret_value(canary)});
  std::string all;
  for (int at = 0; at < 70'000; ++at) all += static_cast<char>(at * at >> (at % 7));
  EXPECT_EQ(finder.masked(all), all);
  masking_stream stream;
  std::string shown;
  for (std::size_t at = 0; at < all.size(); at += 997)
    shown += stream.feed(std::string_view(all).substr(at, 997), finder);
  shown += stream.finish(finder);
  EXPECT_EQ(shown, all);
  EXPECT_EQ(finder.masked(token.substr(0, token.size() - 1) + " "), token.substr(0, token.size() - 1) + " ");
}

TEST(secret_finder, a_beginning_that_comes_to_nothing_is_given_back) {
  const secret_finder finder({secret_value(token)});
  masking_stream stream;
  EXPECT_EQ(stream.feed("x " + token.substr(0, 5), finder), "x ");
  EXPECT_EQ(stream.feed("!\n", finder), token.substr(0, 5) + "!\n");
  EXPECT_EQ(stream.feed(token.substr(0, 9), finder), "");
  EXPECT_EQ(stream.finish(finder), token.substr(0, 9));
}

TEST(secret_finder, one_that_is_fetched_meanwhile_is_masked_from_then_on) {
  masking_stream stream;
  EXPECT_EQ(stream.feed(token + "\n", secret_finder()), token + "\n");
  EXPECT_EQ(stream.feed(token + "\n", secret_finder({secret_value(token)})), "***\n");
}

TEST(secret_finder, masks_characters_of_every_size_as_numbers) {
  const secret_finder finder({secret_value("pass-à-€-😀-word")});
  for (const std::string_view text :
       {"pass-&#224;-&#8364;-&#128512;-word", "pass-&#xE0;-&#x20AC;-&#x1F600;-word",
        "pass-&#xe0;-&#x20ac;-&#x1f600;-word", "pass-\\u00e0-\\u20ac-\\ud83d\\ude00-word",
        "pass-\\u00E0-\\u20AC-\\uD83D\\uDE00-word", "pass-\\xe0-\\u20ac-\\U0001f600-word",
        "pass-\\xE0-\\u20AC-\\U0001F600-word"})
    EXPECT_EQ(finder.masked(text), "***") << text;
}

TEST(secret_finder, masks_a_value_without_the_blanks_around_it) {
  EXPECT_EQ(secret_finder({secret_value("  abc-7 \n")}).masked("[abc-7] [  abc-7 ]"), "[***] [***]");
  EXPECT_EQ(secret_finder({secret_value("\tnpm_Zk3v9Qp")}).masked("npm_Zk3v9Qp"), "***");
  EXPECT_EQ(secret_finder({secret_value("  ab ")}).masked("ab   ab  "), "ab *** ");
}

TEST(secret_finder, no_form_is_so_short_that_it_masks_half_a_log) {
  for (const char* value : {"1234", "ab c", "a/b+"})
    for (const std::string& form : forms_of(secret_value(value)))
      EXPECT_GE(form.size(), least_secret) << form;
  EXPECT_EQ(characters_in(secret_value("éé\n\n")), 2U);
  EXPECT_EQ(characters_in(secret_value("{\n")), 1U);
}

}  // namespace
