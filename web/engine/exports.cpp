// What a page calls of the module besides the program itself: each function takes texts and returns one that stays until its next call.
#include <emscripten.h>

#include <string>

#include "web/engine/net_view.h"

extern "C" {

EMSCRIPTEN_KEEPALIVE const char* macroscope_view_of_net(const char* text, const char* net, const char* view) {
  static std::string result;
  result = macroscope::web::view_of_net({text, net, view});
  return result.c_str();
}

EMSCRIPTEN_KEEPALIVE const char* macroscope_words_of_language() {
  static const std::string kWords = macroscope::web::words_of_language();
  return kWords.c_str();
}

}  // extern "C"
