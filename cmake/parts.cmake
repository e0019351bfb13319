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
  target_link_libraries(macroscope_${name} PUBLIC macroscope_compiler)
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
