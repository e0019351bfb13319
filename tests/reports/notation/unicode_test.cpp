#include "reports/notation/unicode.h"

#include "catch.h"

namespace macroscope {

TEST_CASE("Text that is no UTF-8 is told from text that is") {
  for (const char* valid : {"", "plain", "é", "中文", "😀", "\xf4\x8f\xbf\xbf"}) CHECK(is_valid_utf8(valid));
  // Overlong, surrogate, past the last plane, cut, a lone continuation, bytes that never occur.
  for (const char* invalid :
       {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xb8", "\x80", "\xff", "a\xf0\x9f\x98"})
    CHECK_FALSE(is_valid_utf8(invalid));
}

TEST_CASE("Each maximal invalid part becomes one replacement character") {
  // As Python's bytes.decode('utf-8', 'replace') has it.
  CHECK(to_valid_utf8("a\xffz") == "a\uFFFDz");
  CHECK(to_valid_utf8("\xe4\xb8z") == "\uFFFDz");
  CHECK(to_valid_utf8("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(to_valid_utf8("\xf0\x9f\x98") == "\uFFFD");
  CHECK(to_valid_utf8("é中") == "é中");
}

TEST_CASE("Every code point survives writing and reading") {
  for (const char32_t code : {U'a', U'\u00e9', U'\u4e2d', U'\U0001F600', U'\U0010FFFD'}) {
    std::string text;
    append_utf8(text, code);
    const Character character = first_character(text);
    CHECK(character.is_valid);
    CHECK(character.code == code);
    CHECK(character.length == text.size());
  }
}

TEST_CASE("Columns follow the width of characters") {
  CHECK(columns_of("layer1") == 6);
  CHECK(columns_of("é") == 1);
  CHECK(columns_of("e\u0301") == 1);
  CHECK(columns_of("中文") == 4);
  CHECK(columns_of("😀") == 2);
}

TEST_CASE("Characters that steer or hide are active, letters of all scripts are not") {
  for (const char32_t code : {U'\0', U'\x1b', U'\x7f', U'\u009b', U'\u202e', U'\u2066', U'\u200b', U'\ufeff', U'\U000E0041'})
    CHECK(is_active(code));
  for (const char32_t code : {U' ', U'~', U'é', U'中', U'😀', U'ש', U'×'}) CHECK_FALSE(is_active(code));
}

}  // namespace macroscope
