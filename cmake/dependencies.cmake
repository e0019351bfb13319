# Everything the project is built on, from Debian 12 packages (`./dev setup` installs them).
find_package(Boost 1.81 REQUIRED CONFIG)
find_package(CLI11 2.1 REQUIRED CONFIG)
find_package(nlohmann_json 3.11 REQUIRED CONFIG)

# Debian ships no libfmt.a, so the static program compiles fmt in.
find_package(fmt 9 REQUIRED CONFIG)
if(MACROSCOPE_STATIC)
  set(MACROSCOPE_FMT fmt::fmt-header-only)
else()
  set(MACROSCOPE_FMT fmt::fmt)
endif()

find_path(PROTOZERO_INCLUDE protozero/pbf_reader.hpp REQUIRED)
add_library(protozero INTERFACE)
target_include_directories(protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE})
