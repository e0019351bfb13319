# macroscope_part(NAME DIRECTORY dir USES target...)
#
# The library macroscope_NAME of all sources under dir.  A part without sources yet is left out, and so is it among the parts
# that another one uses.
function(macroscope_part name)
  cmake_parse_arguments(PARSE_ARGV 1 part "" "DIRECTORY" "USES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${part_DIRECTORY}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(macroscope_${name} STATIC ${sources})
  # How the project itself is compiled is no business of those who call the library.
  target_link_libraries(macroscope_${name} PUBLIC $<BUILD_INTERFACE:macroscope_compiler>)
  target_compile_features(macroscope_${name} PUBLIC cxx_std_20)
  if(MACROSCOPE_FUZZ)
    target_compile_options(macroscope_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  macroscope_precompile(macroscope_${name})
  macroscope_batches(macroscope_${name})
  macroscope_use(macroscope_${name} ${part_USES})
endfunction()

# macroscope_use(TARGET target...): links those that exist; a library from outside must.
function(macroscope_use target)
  foreach(used IN LISTS ARGN)
    if(TARGET ${used} OR NOT used MATCHES "^macroscope_")
      target_link_libraries(${target} PUBLIC ${used})
    endif()
  endforeach()
endfunction()

# macroscope_precompile(TARGET [HEADER...]): what nearly every file includes, none of it the project's own, so that it stays as it is while
# the project changes.  Files that forgot an include are found by `./dev lint`, whose clang-tidy reads each by itself.
function(macroscope_precompile target)
  if(MACROSCOPE_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <cstdint> <deque> <functional> <map> <memory> <memory_resource> <optional> <set> <span> <string> <string_view>
      <unordered_map> <unordered_set> <utility> <variant> <vector> <boost/container/small_vector.hpp>
      <boost/smart_ptr/intrusive_ptr.hpp> <fmt/format.h> ${ARGN})
  endif()
endfunction()
