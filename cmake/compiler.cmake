# How every file of the project is compiled.
include(CheckIPOSupported)

find_program(MACROSCOPE_CCACHE ccache)
if(MACROSCOPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MACROSCOPE_CCACHE})
endif()

# The same bytes from any checkout: no absolute path in __FILE__ or debug information.
# Only where it is shipped: elsewhere the path would keep checkouts from sharing their cached objects.
add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=>)
if(NOT EMSCRIPTEN)
  add_link_options(LINKER:--build-id=none)
endif()

if(MACROSCOPE_SANITIZERS)
  add_compile_options(-fsanitize=${MACROSCOPE_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MACROSCOPE_SANITIZERS})
endif()
# What fuzz targets follow is the project's own libraries (cmake/parts.cmake); every program that links these needs what counts.
if(MACROSCOPE_FUZZ)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(MACROSCOPE_COVERAGE)
  # Clang counts the branches that the source has.  gcov counts what the compiler makes of it: a branch for each object that may have to be
  # destroyed when something is thrown, which are most of them.  Every process adds to the file of its program.
  set(counters -fprofile-instr-generate=${CMAKE_BINARY_DIR}/counters/%4m.profraw)
  add_compile_options(${counters} -fcoverage-mapping -fprofile-update=atomic)
  add_link_options(${counters})
endif()

# Warnings apply to the project's own code, not to what it generates or finds.
add_library(macroscope_compiler INTERFACE)
target_compile_options(macroscope_compiler INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(MACROSCOPE_WERROR)
  target_compile_options(macroscope_compiler INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # clang takes the 0 that a defaulted comparison is made of for a pointer.
  target_compile_options(macroscope_compiler INTERFACE -Wzero-as-null-pointer-constant)
endif()
if(MACROSCOPE_SANITIZERS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What the sanitizers insert hides initialisations from gcc, in libstdc++ as well; the plain builds have the warning.
  target_compile_options(macroscope_compiler INTERFACE -Wno-maybe-uninitialized)
endif()
target_include_directories(macroscope_compiler INTERFACE ${CMAKE_SOURCE_DIR})

# Hostile files are the daily input: hardening that costs no start-up time.  WebAssembly keeps its stack and its code apart by itself.
if(EMSCRIPTEN)
  include_directories(SYSTEM ${CMAKE_CURRENT_SOURCE_DIR}/web/engine/standard_library)
  add_compile_options(-fwasm-exceptions)
  add_link_options(-fwasm-exceptions)
  # A page loads the program before it runs it: with functions put into others only where they are small, and no loops unrolled, it has a
  # quarter fewer bytes, and takes a tenth more time.
  add_compile_options("SHELL:-mllvm -inline-threshold=40" "SHELL:-mllvm -inlinehint-threshold=60" -fno-unroll-loops)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(macroscope_compiler INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  # Indices of the standard library's containers are checked as well: measured at 0 to 3 % of the time of reports on models and on hostile files.
  target_compile_definitions(macroscope_compiler INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack)
  if(MACROSCOPE_LTO)
    check_ipo_supported(RESULT can_optimize_at_link LANGUAGES CXX)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${can_optimize_at_link})
  endif()
else()
  target_compile_definitions(macroscope_compiler INTERFACE _GLIBCXX_ASSERTIONS)
endif()

# Some distributions keep libc.a in a package of its own: there the program takes libc from the system, and nothing else.
if(MACROSCOPE_STATIC)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static)
  check_cxx_source_compiles("#include <string>\nint main(int n, char**) { return static_cast<int>(std::to_string(n).size()); }" MACROSCOPE_CAN_BE_STATIC)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(MACROSCOPE_CAN_BE_STATIC)
    add_link_options(-static)
  else()
    add_link_options(-static-libstdc++ -static-libgcc)
  endif()
endif()
