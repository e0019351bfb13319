// Are shapes shared, compared and written as the lists they are?
#include "analyzer/algebra/shape.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim H = Dim::symbol("H");

}  // namespace

TEST_CASE("a scalar, an unknown rank and an empty axis are three things", "[shape]") {
  const Shape scalar;
  const Shape unknown = Shape::unknown();
  const Shape empty{0};
  CHECK(scalar.known());
  CHECK(scalar.rank() == 0);
  CHECK(scalar.elements().is(1));
  CHECK(scalar.is_numeric());
  CHECK(scalar.text() == "[]");
  CHECK_FALSE(unknown.known());
  CHECK_FALSE(unknown.is_numeric());
  CHECK(unknown.text() == "[?]");
  CHECK(empty.rank() == 1);
  CHECK(empty.elements().is(0));
  CHECK_FALSE(scalar == unknown);
  CHECK_FALSE(scalar == empty);
  CHECK(unknown == Shape::unknown());
  CHECK(scalar == Shape(std::vector<Dim>{}));
}

TEST_CASE("the dims of a shape", "[shape]") {
  const Shape shape{1, 64, floor_div(H + 1, 2), 112};
  CHECK(shape.rank() == 4);
  CHECK(shape[1].is(64));
  CHECK(shape.text() == "[1, 64, floor((H + 1)/2), 112]");
  CHECK(shape.elements() == 7168 * floor_div(H + 1, 2));
  CHECK_FALSE(shape.is_numeric());
  CHECK(std::vector<Dim>(shape.begin(), shape.end()) == std::vector<Dim>{1, 64, floor_div(H + 1, 2), 112});
  CHECK(shape.substitute({{"H", Dim(224)}}) == Shape{1, 64, 112, 112});
  CHECK(shape.substitute({{"H", Dim(224)}}).is_numeric());
  CHECK(shape.substitute({{"N", Dim(3)}}) == shape);
  CHECK(shape == Shape(std::vector<Dim>(shape.begin(), shape.end())));
  CHECK_FALSE(shape == Shape{1, 64, floor_div(H + 1, 2)});
  CHECK_FALSE(shape == Shape{1, 64, floor_div(H, 2), 112});
}

TEST_CASE("copies share one list", "[shape]") {
  Shape first{N, 3, H};
  const Shape copy = first;
  CHECK(copy.dims().data() == first.dims().data());

  const Shape& alias = first;
  first = alias;
  CHECK(first == copy);

  Shape moved = std::move(first);
  CHECK(moved.dims().data() == copy.dims().data());

  Shape other{7};
  other = moved;
  CHECK(other == copy);
  other = Shape::unknown();
  CHECK_FALSE(other.known());
  other = Shape();
  CHECK(other.rank() == 0);
  moved = Shape{1, 2};
  CHECK(copy == Shape{N, 3, H});
}

TEST_CASE("an element count past 128 bits is an error", "[shape]") {
  const Dim extent = Dim::of_size(static_cast<std::size_t>(1) << 62U);
  CHECK(Shape({extent, extent}).elements().text() == "21267647932558653966460912964485513216");
  CHECK_THROWS_AS(Shape({extent, extent, extent}).elements(), AlgebraError);
  CHECK(product(std::vector<Dim>{}).is(1));
  CHECK(product(std::vector<Dim>{N, 2, N}) == 2 * N * N);
}

TEST_CASE("an axis that a shape does not have is no extent", "[shape]") {
  const Shape shape{1, N};
  CHECK(shape[1] == N);
  CHECK_THROWS_AS(shape[2], AlgebraError);
  CHECK_THROWS_AS(Shape()[0], AlgebraError);
  CHECK_THROWS_AS(Shape::unknown()[0], Unknown);
  try {
    static_cast<void>(shape[7]);
  } catch (const AlgebraError& error) {
    CHECK(error.code() == "bad-rank");
    CHECK(std::string(error.what()) == "the shape [1, N] has no axis 7");
  }
}

TEST_CASE("the elements of an open shape are the same whoever asks, and however often", "[shape]") {
  const Dim n = Dim::symbol("N"), l = Dim::symbol("L");
  const Shape shape{n, l + 1, 4};
  const Shape copy = shape;
  std::vector<std::thread> threads;
  std::vector<Dim> said(8);
  for (Dim& elements : said) threads.emplace_back([&elements, &copy] { elements = copy.elements(); });
  for (std::thread& thread : threads) thread.join();
  for (const Dim& elements : said) CHECK(elements == n * (l + 1) * 4);
  CHECK(shape.elements() == said.front());
  for (int times = 0; times < 2; ++times) CHECK(Shape{n, 0}.elements().is(0));
  CHECK_FALSE(shape.is_numeric());
  CHECK_FALSE(Shape::unknown().is_numeric());
  CHECK(Shape{}.is_numeric());
  CHECK(shape.substitute({{"N", 2}, {"L", 3}}).elements().is(32));
}
