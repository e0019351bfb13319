# cmake -DSOURCE=examples/devices -DOUTPUT=device_sheets.cpp -P device_sheets.cmake: the data sheets of devices as C++ strings.
#
# Each must fit between the delimiters of a raw string.
file(GLOB sheets ${SOURCE}/*.toml)
list(SORT sheets)
set(rows "")
foreach(sheet IN LISTS sheets)
  file(READ ${sheet} content)
  string(FIND "${content}" ")~~" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${sheet} holds the delimiter of the raw string")
  endif()
  get_filename_component(name ${sheet} NAME_WE)
  string(APPEND rows "    {\"${name}\", R\"~~(${content})~~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"configuration/device_sheets.h\"

namespace macroscope {
namespace {

constexpr DeviceSheet kSheets[] = {
${rows}};

}  // namespace

std::span<const DeviceSheet> device_sheets() noexcept { return kSheets; }

}  // namespace macroscope
")
