# The licences of what is linked into the program, in one file that is installed beside it.  Their texts are those of the packages that were
# found, and so of these very versions: Debian keeps them in /usr/share/doc, other systems in /usr/share/licenses, and packaging/headers.py
# those of its packages in MACROSCOPE_HEADERS/licences.

# Names of packages of systems, for each part of the program.
set(licence_packages_boost "libboost1.[0-9]*-dev" boost boost-devel boost-libs)
set(licence_packages_CLI11 libcli11-dev cli11 cli11-devel)
set(licence_packages_fmt libfmt-dev fmt fmt-devel)
set(licence_packages_nlohmann_json nlohmann-json3-dev nlohmann-json json-devel)
set(licence_packages_protozero libprotozero-dev protozero protozero-devel)
set(licence_packages_tomlplusplus libtomlplusplus-dev tomlplusplus tomlplusplus-devel)
set(licence_packages_libstdc++ libstdc++6 gcc-libs gcc libstdc++)
set(licence_packages_glibc libc6 glibc)

# licence_files(OUT NAME): where its licence is written.
function(licence_files out name)
  set(found "")
  if(MACROSCOPE_HEADERS)
    file(GLOB found ${MACROSCOPE_HEADERS}/licences/${name})
  endif()
  foreach(package IN LISTS licence_packages_${name})
    if(NOT found)
      file(GLOB found /usr/share/doc/${package}/copyright /usr/share/licenses/${package}/*)
    endif()
  endforeach()
  # What Debian's own files only point to.
  if(found MATCHES "^/usr/share/doc" AND name STREQUAL "glibc")
    list(APPEND found /usr/share/common-licenses/LGPL-2.1)
  endif()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# licence_text(OUT NAME): empty where it is not known.
function(licence_text out name)
  set(text "")
  licence_files(files ${name})
  foreach(path IN LISTS files)
    file(READ ${path} content)
    string(APPEND text "${content}\n")
  endforeach()
  # Debian's file is about all of Boost, its documents and tools too; headers are under this one.
  if(name STREQUAL "boost" AND text MATCHES "License: BSL-1.0\n(( [^\n]*\n)+)")
    set(text "${CMAKE_MATCH_1}")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(licences ${CMAKE_BINARY_DIR}/third-party-licences.txt)
set(text "Licences of the software that is linked into this program, in the versions that macroscope.cdx.json lists.\n")
foreach(name IN LISTS sbom_names)
  licence_text(licence ${name})
  if(NOT licence)
    message(WARNING "The text of the licence of ${name} is not on this machine: what is built here may be used, and not be passed on")
    set(licence "Its text was not on the machine that this program was built on.\n")
  endif()
  string(APPEND text "\n======== ${name} (${sbom_licence_of_${name}})\n\n${licence}")
endforeach()
file(WRITE ${licences} "${text}")
