// What would an exporter with a taste for edges write?  Fragments of valid and nearly valid models, of the catalogue's own operators.
//
// A fragment is the bytes of a whole ModelProto.  Protobuf merges messages that stand one behind the other, so fragments that are put together
// are one model with all their nodes, and nodes of one read what another makes: names come from a small set.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace macroscope::fuzz {

/// A few nodes with what they read, the operator sets they are of, and sometimes a function.
[[nodiscard]] std::string random_fragment(std::mt19937& random);

}  // namespace macroscope::fuzz
