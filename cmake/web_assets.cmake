# cmake -DSOURCE=reports/web -DOUTPUT=web_assets.cpp -P web_assets.cmake: the files of the HTML report as C++ strings.
#
# Scripts are joined in the order of what builds on what.  Lines lose their indentation, and those that are comments go: the report holds no
# more than it needs.  They are written as characters one by one: a literal of that length is more than compilers must support.
set(Style report.css)
set(Script elements.js numbers.js copying.js tables.js rows.js filter.js grid.js panel.js heat.js areas.js camera.js graph.js formulas.mjs sizes.js memory.js dashboard.js fields.js page.js)
set(text "#include \"reports/web/web_assets.h\"\n\nnamespace macroscope {\n\n")
foreach(name IN ITEMS Style Script)
  set(content "")
  foreach(file IN LISTS ${name})
    file(READ ${SOURCE}/${file} part)
    string(APPEND content "\n${part}")
  endforeach()
  string(REGEX REPLACE "\n +" "\n" content "${content}")
  string(REPLACE "\nexport " "\n" content "${content}")  # one script, no module
  string(REGEX REPLACE "\n(//[^\n]*)?(\n//[^\n]*|\n)*\n" "\n" content "${content}")
  string(SHA256 digest "${content}")
  file(WRITE ${OUTPUT} "${content}")
  file(READ ${OUTPUT} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," characters "${bytes}")
  string(APPEND text "constexpr char k${name}[] = {${characters}};\n"
                     "const std::string_view kReport${name}(k${name}, sizeof k${name});\n"
                     "const std::string_view kReport${name}Digest = \"${digest}\";\n")
endforeach()
string(APPEND text "\n}  // namespace macroscope\n")
file(WRITE ${OUTPUT} "${text}")
