# What `cmake --install` puts where.  Component `wheel`: the program, among the scripts of a Python environment.  Component `program`: the
# program with its manual and completions.  Component `library`: what find_package(macroscope) of another project needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(SKBUILD)
  install(PROGRAMS $<TARGET_FILE:macroscope> DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT wheel)
  install(FILES ${licences} DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT wheel)
  install(FILES ${sbom} DESTINATION ${SKBUILD_METADATA_DIR}/sboms COMPONENT wheel)
  return()
endif()

# The program writes its own manual and completions.
set(written ${CMAKE_BINARY_DIR}/installed)
add_custom_command(OUTPUT ${written}/macroscope.1
  COMMAND ${CMAKE_COMMAND} -E make_directory ${written}
  COMMAND macroscope --man > ${written}/macroscope.1
  COMMAND macroscope --completion bash > ${written}/macroscope.bash
  COMMAND macroscope --completion zsh > ${written}/_macroscope
  COMMAND macroscope --completion fish > ${written}/macroscope.fish
  BYPRODUCTS ${written}/macroscope.bash ${written}/_macroscope ${written}/macroscope.fish
  DEPENDS macroscope VERBATIM)
add_custom_target(manual ALL DEPENDS ${written}/macroscope.1)

install(TARGETS macroscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES ${written}/macroscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${written}/macroscope.bash RENAME macroscope DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${written}/_macroscope DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
install(FILES ${written}/macroscope.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program RENAME copyright)
install(FILES ${licences} ${sbom} DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

set(parts analyzer frontend_onnx frontend_dsl configuration reports)
foreach(part IN LISTS parts)
  set_target_properties(macroscope_${part} PROPERTIES EXPORT_NAME ${part})
  target_include_directories(macroscope_${part} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/macroscope>)
  install(TARGETS macroscope_${part} EXPORT macroscope ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
endforeach()
if(TARGET macroscope_fmt)
  install(TARGETS macroscope_fmt EXPORT macroscope ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  set_target_properties(macroscope_fmt PROPERTIES EXPORT_NAME fmt)
endif()
install(DIRECTORY analyzer frontends configuration reports DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/macroscope COMPONENT library
        FILES_MATCHING PATTERN "*.h")

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/macroscope)
install(EXPORT macroscope NAMESPACE macroscope:: FILE macroscope-targets.cmake DESTINATION ${config_folder} COMPONENT library)
configure_file(${CMAKE_SOURCE_DIR}/packaging/macroscope-config.cmake.in ${written}/macroscope-config.cmake @ONLY)
write_basic_package_version_file(${written}/macroscope-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${written}/macroscope-config.cmake ${written}/macroscope-config-version.cmake DESTINATION ${config_folder} COMPONENT library)

# `./dev package`: an archive and a .deb of the program.
set(CPACK_PACKAGE_NAME macroscope)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "What a neural network costs, from its ONNX file: exact parameters, MACs, FLOPs, memory")
set(CPACK_PACKAGE_VENDOR macroscope)
set(CPACK_PACKAGE_CONTACT "The macroscope authors <macroscope@example.com>")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
string(TOLOWER ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR} platform)
set(CPACK_PACKAGE_FILE_NAME macroscope-${PROJECT_VERSION}-${platform})
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_PROGRAM_FILE_NAME ${CPACK_PACKAGE_FILE_NAME})
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PROGRAM_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME macroscope)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS OFF)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/packaging/generators.cmake)
include(CPack)
