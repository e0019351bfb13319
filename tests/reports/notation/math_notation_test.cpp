#include "reports/notation/math_notation.h"

#include <algorithm>
#include <string>

#include "analyzer/algebra/dim.h"
#include "catch.h"

namespace macroscope {

TEST_CASE("formulas in plain letters become mathematics") {
  const std::pair<const char*, const char*> cases[] = {
      {"floor((W + 2P - D(K-1) - 1)/S) + 1", "\\left\\lfloor \\frac{W + 2P - D\\left(K - 1\\right) - 1}{S} \\right\\rfloor + 1"},
      {"(1 + 3*3*64) * 128", "\\left(1 + 3 \\cdot 3 \\cdot 64\\right) \\cdot 128"},
      {"73,856", "73{,}856"},
      {"4,089,184,256*batch_size", "4{,}089{,}184{,}256 \\cdot \\mathit{batch\\_size}"},
      {"dL/dw[o,j1] = sum over n, i1 of dL/dz[n,o,i1] x[n,2i1+j1-1]",
       "\\frac{\\partial L}{\\partial w_{o,j_{1}}} = \\sum_{n, i_{1}} \\, \\frac{\\partial L}{\\partial z_{n,o,i_{1}}} \\, "
       "x_{n,2i_{1} + j_{1} - 1}"},
      {"1/4 dL/dz[c,i]", "\\frac{1}{4} \\, \\frac{\\partial L}{\\partial z_{c,i}}"},
      {"dL/dz * [x > 0]", "\\frac{\\partial L}{\\partial z} \\cdot \\left[x \\gt 0\\right]"},
      {"-dL/dz / (1 + x^2)", "\\frac{-\\frac{\\partial L}{\\partial z}}{1 + x^{2}}"},
      {"s / sqrt(v + 1e-05)", "\\frac{s}{\\sqrt{v + 1 \\cdot 10^{-5}}}"},
      {"N*F*H'*W'", "N \\cdot F \\cdot H' \\cdot W'"},
      {"ceil(W/S)", "\\left\\lceil \\frac{W}{S} \\right\\rceil"},
      {"x[12,345]", "x_{12,345}"},
      {"min(a, b)^2", "\\min\\left(a, b\\right)^{2}"},
  };
  for (const auto& [text, latex] : cases) CHECK(latex_of_notation(text) == latex);
}

TEST_CASE("what is no formula stays text, and nothing in it is active") {
  CHECK(latex_of_notation("a + ") == "\\text{a + }");
  CHECK(latex_of_notation("\\input{x}") == "\\text{\\textbackslash{}input\\{x\\}}");
  CHECK(latex_of_notation("x_{1}$") == "\\text{x\\_\\allowbreak{}\\{1\\}\\$}");
  CHECK(latex_of_notation("").find("text") != std::string::npos);
  // Depth is bounded.
  const std::string deep(100'000, '(');
  CHECK(latex_of_notation(deep).starts_with("\\text{"));
  CHECK(latex_of_notation("2" + std::string(100'000, '-')).starts_with("\\text{"));
}

TEST_CASE("no formula of ours breaks a table of Markdown") {
  for (const char* text : {"abs(x) * [x < 0]", "max(N, 3) - floor((N + 1)/2)", "x <= 3"}) {
    const std::string latex = latex_of_notation(text);
    INFO(latex);
    CHECK(latex.find_first_of("|<>$") == std::string::npos);
  }
}

}  // namespace macroscope
