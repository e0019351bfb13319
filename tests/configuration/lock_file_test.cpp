// Lock files: is what was written read back, and each mistake told with its line?
#include "configuration/lock_file.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

/// `line message` of the mistake.
std::string mistake_in(const std::string& text) {
  const auto read = read_lock_file(text);
  const auto* mistake = std::get_if<Diagnostic>(&read);
  if (mistake == nullptr) return {};
  CHECK(mistake->code == "lock-file");
  return std::to_string(std::get<TextOrigin>(mistake->origin).line) + " " + mistake->message;
}

const std::string kHead = "macroscope-lock 1\n";

}  // namespace

TEST_CASE("models of a lock file have sizes, totals and groups, whatever system wrote the ends of lines", "[configuration]") {
  const std::string text = kHead +
                           "# by hand\n"
                           "\n"
                           "model \"a \\\"b\\\".onnx\" batch=1 \"in put\"=2*N\n"
                           "total macs=12 flops=24\n"
                           "\"layers/0\" layers=3 macs=5\n"
                           "\"layers/1\" macs=7\n"
                           "model \"second.onnx\"\n";
  std::string with_returns = text;
  for (std::size_t at = with_returns.find('\n'); at != std::string::npos; at = with_returns.find('\n', at + 2))
    with_returns.insert(at, 1, '\r');
  for (const std::string& each : {text, with_returns, text.substr(0, text.size() - 1)}) {
    const auto read = read_lock_file(each);
    REQUIRE(std::holds_alternative<Lock>(read));
    const Lock& lock = std::get<Lock>(read);
    REQUIRE(lock.size() == 2);
    CHECK(lock[0].path == "a \"b\".onnx");
    CHECK(lock[0].bindings.at("batch") == "1");
    CHECK(lock[0].bindings.at("in put") == "2*N");
    CHECK(lock[0].totals.at(Metric::macs) == "12");
    CHECK(lock[0].totals.at(Metric::flops) == "24");
    REQUIRE(lock[0].groups.size() == 2);
    CHECK(lock[0].groups[0].name == "layers/0");
    CHECK(lock[0].groups[0].layers == 3);
    CHECK(lock[0].groups[0].figures.at(Metric::macs) == "5");
    CHECK_FALSE(lock[0].groups[0].figures.contains(Metric::flops));
    CHECK(lock[0].groups[1].layers == 0);
    CHECK(lock[1].path == "second.onnx");
    CHECK(lock[1].totals.empty());
  }
}

TEST_CASE("each mistake in a lock file is told with its line", "[configuration]") {
  CHECK(mistake_in("macroscope-lock 2\n") == "1 the file does not begin with 'macroscope-lock 1'");
  CHECK(mistake_in(kHead + "total macs=1\n") == "2 the line is none of a lock file");
  CHECK(mistake_in(kHead + "model\n") == "2 the line is none of a lock file");
  CHECK(mistake_in(kHead + "model a.onnx\n") == "2 the line is none of a lock file");
  CHECK(mistake_in(kHead + "modal \"a\"\n") == "2 the line is none of a lock file");
  CHECK(mistake_in(kHead + "\"group\" macs=1\n") == "2 a group stands before any model");
  CHECK(mistake_in(kHead + "model \"a\nmodel \"b\"\n") == "2 a quote is not closed");
  CHECK(mistake_in(kHead + "model \"a\\\n") == "2 a quote is not closed");
  CHECK(mistake_in(kHead + "model \"\\x\"\n") == "2 a text in quotes has a wrong escape");
  CHECK(mistake_in(kHead + "\nmodel \"a\"\ntotal macs\n") == "4 'macs' is followed by no '='");
  CHECK(mistake_in(kHead + "model \"a\"\ntotal macs=\n") == "3 a figure has no name or no value");
  CHECK(mistake_in(kHead + "model \"a\"\ntotal =1\n") == "3 a figure has no name or no value");
  CHECK(mistake_in(kHead + "model \"a\"\ntotal macs=1 macs=2\n") == "3 a figure stands twice in a line");
  CHECK(mistake_in(kHead + "model \"a\"\ntotal max=1\n") == "3 'max' is no figure of a model");
  for (const std::string wrong : {"x", "1x", "-1", "99999999999999999999"})
    CHECK(mistake_in(kHead + "model \"a\"\n\"g\" layers=" + wrong + "\n") == "3 '" + wrong + "' is no number of layers");
}

}  // namespace macroscope
