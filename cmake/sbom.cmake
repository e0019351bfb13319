# The parts list of the program as CycloneDX: what is linked into it, in the versions that were found.  Written when the build is configured.

# sbom_version(OUT HEADER PATTERN...): a version that a header spells in one define each.
function(sbom_version out header)
  file(READ ${header} text)
  set(version "")
  foreach(name IN LISTS ARGN)
    if(NOT text MATCHES "#define ${name} +([0-9]+)")
      message(FATAL_ERROR "${header} does not say its ${name}")
    endif()
    list(APPEND version ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN version "." version)
  set(${out} ${version} PARENT_SCOPE)
endfunction()

find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_file(TOMLPLUSPLUS_VERSION_HEADER NAMES toml++/impl/version.h toml++/impl/version.hpp HINTS ${TOMLPLUSPLUS_INCLUDE} NO_CMAKE_FIND_ROOT_PATH REQUIRED)
sbom_version(tomlplusplus_version ${TOMLPLUSPLUS_VERSION_HEADER} TOML_LIB_MAJOR TOML_LIB_MINOR TOML_LIB_PATCH)
sbom_version(protozero_version ${PROTOZERO_INCLUDE}/protozero/version.hpp
             PROTOZERO_VERSION_MAJOR PROTOZERO_VERSION_MINOR PROTOZERO_VERSION_PATCH)

set(sbom_components "")
set(sbom_names "")
# sbom_component(NAME VERSION LICENCE PURL)
macro(sbom_component name version licence purl)
  if("${version}" STREQUAL "")
    message(FATAL_ERROR "the version of ${name} is not known, and its parts list would be wrong")
  endif()
  list(APPEND sbom_names ${name})
  set(sbom_licence_of_${name} ${licence})
  list(APPEND sbom_components
    "    {\n      \"type\": \"library\",\n      \"name\": \"${name}\",\n      \"version\": \"${version}\",\n      \"licenses\": [{\"license\": {\"id\": \"${licence}\"}}],\n      \"purl\": \"${purl}@${version}\"\n    }")
endmacro()
sbom_component(boost "${Boost_VERSION_STRING}" BSL-1.0 pkg:github/boostorg/boost)
sbom_component(CLI11 "${CLI11_VERSION}" BSD-3-Clause pkg:github/CLIUtils/CLI11)
sbom_component(fmt "${fmt_VERSION}" MIT pkg:github/fmtlib/fmt)
sbom_component(nlohmann_json "${nlohmann_json_VERSION}" MIT pkg:github/nlohmann/json)
sbom_component(protozero "${protozero_version}" BSD-2-Clause pkg:github/mapbox/protozero)
sbom_component(tomlplusplus "${tomlplusplus_version}" MIT pkg:github/marzer/tomlplusplus)
if(MACROSCOPE_STATIC)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    sbom_component(libstdc++ "${CMAKE_CXX_COMPILER_VERSION}" GPL-3.0-with-GCC-exception pkg:generic/libstdc++)
  endif()
  execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE libc RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed AND libc MATCHES "^glibc ([0-9.]+)$")
    sbom_component(glibc "${CMAKE_MATCH_1}" LGPL-2.1-or-later pkg:generic/glibc)
  endif()
endif()
list(JOIN sbom_components ",\n" sbom_components)

# No time and no random number stand in it: the same parts give the same bytes.
set(sbom ${CMAKE_BINARY_DIR}/macroscope.cdx.json)
file(CONFIGURE OUTPUT ${sbom} CONTENT [[{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {
    "component": {
      "type": "application",
      "bom-ref": "macroscope",
      "name": "macroscope",
      "version": "@PROJECT_VERSION@"
    }
  },
  "components": [
@sbom_components@
  ]
}
]] @ONLY)
