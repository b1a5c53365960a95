# `cmake --install` gives the tools, the headers that programs of compiled
# networks include (include/subbit), and what a pass or tool built outside of the
# tree needs: headers and .td files (include/subbit-compiler), static libraries,
# a CMake package. examples/out-of-tree uses all of it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(subbit_headers "${CMAKE_INSTALL_INCLUDEDIR}/subbit-compiler")
set(subbit_package "${CMAKE_INSTALL_LIBDIR}/cmake/Subbit")
get_property(subbit_libraries GLOBAL PROPERTY SUBBIT_LIBRARIES)
get_property(subbit_tools GLOBAL PROPERTY SUBBIT_TOOLS)

foreach(library IN LISTS subbit_libraries)
  if(NOT library STREQUAL SubbitThreads)
    target_compile_features(${library} INTERFACE cxx_std_17)
  endif()
endforeach()
install(TARGETS ${subbit_libraries} EXPORT SubbitTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" "${subbit_headers}")
install(TARGETS ${subbit_tools} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/subbit"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${CMAKE_SOURCE_DIR}/runtime/Threads.c"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/subbit")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/dialects" "${CMAKE_SOURCE_DIR}/lib"
  DESTINATION "${subbit_headers}"
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
install(DIRECTORY "${CMAKE_BINARY_DIR}/dialects" "${CMAKE_BINARY_DIR}/lib"
  DESTINATION "${subbit_headers}"
  FILES_MATCHING PATTERN "*.h.inc" PATTERN "CMakeFiles" EXCLUDE)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" "${CMAKE_SOURCE_DIR}/README.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT SubbitTargets NAMESPACE Subbit:: DESTINATION "${subbit_package}")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/SubbitConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/cmake/SubbitConfig.cmake"
  INSTALL_DESTINATION "${subbit_package}"
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR subbit_headers)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/cmake/SubbitConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/cmake/SubbitConfig.cmake"
  "${CMAKE_BINARY_DIR}/cmake/SubbitConfigVersion.cmake"
  DESTINATION "${subbit_package}")
