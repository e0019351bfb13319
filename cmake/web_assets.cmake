# cmake -DSOURCE=reports/web -DOUTPUT=web_assets.cpp -P web_assets.cmake: the files of the HTML report as C++ strings.
#
# Lines lose their indentation, and those that are comments go: the report holds no more than it needs.  Each file must fit between the
# delimiters of a raw string.
set(text "#include \"reports/web_assets.h\"\n\nnamespace macroscope {\n\n")
foreach(asset IN ITEMS "Style;report.css" "Script;report.js")
  list(GET asset 0 name)
  list(GET asset 1 file)
  file(READ ${SOURCE}/${file} content)
  string(REGEX REPLACE "\n +" "\n" content "${content}")
  string(REGEX REPLACE "\n(//[^\n]*)?(\n//[^\n]*|\n)*\n" "\n" content "${content}")
  string(FIND "${content}" ")~~" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${file} holds the delimiter of the raw string")
  endif()
  string(SHA256 digest "${content}")
  string(APPEND text "const std::string_view kReport${name} = R\"~~(${content})~~\";\n"
                     "const std::string_view kReport${name}Digest = \"${digest}\";\n")
endforeach()
string(APPEND text "\n}  // namespace macroscope\n")
file(WRITE ${OUTPUT} "${text}")
