// Strings of the standard library, compiled as the program is: those of Emscripten's are compiled for size, a dozen calls to append one letter.
#include <string>

template class std::basic_string<char>;
