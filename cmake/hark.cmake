# Build rules of hark: one call per module, everything hangs on targets.
#
#   hark_add_module(io SOURCES a.cc b.cc DEPS core PACKAGES ZLIB::ZLIB)
#
# makes the static library hark_io (alias hark::io), the test program hark_io_test from every *_test.cc
# in the folder, and under the fuzz preset one libFuzzer program from every *_fuzz.cc. CONCURRENT marks
# modules with threads of their own: the thread sanitizer runs their tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(HARK_WERROR "Treat warnings as errors (the ci preset)" OFF)
option(HARK_FUZZ "Build the fuzzers (needs clang)" OFF)
set(HARK_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

find_program(HARK_CCACHE ccache)
if(HARK_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HARK_CCACHE})
endif()
find_program(HARK_MOLD mold)
if(HARK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(HARK_SANITIZE)
  add_compile_options(-fsanitize=${HARK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HARK_SANITIZE})
endif()
if(HARK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(GTest REQUIRED)

add_library(hark_warnings INTERFACE)
target_compile_options(hark_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wno-sign-conversion $<$<BOOL:${HARK_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 at -O3 sees overlaps and uninitialised bytes inside std::string that are not there
  # (GCC bugs 105329, 105651, 105562); clang, the sanitizers and the debug build still look.
  target_compile_options(hark_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

function(hark_add_module name)
  cmake_parse_arguments(M "CONCURRENT" "" "SOURCES;DEPS;PACKAGES;TEST_DEPS" ${ARGN})
  set(target hark_${name})
  add_library(${target} STATIC ${M_SOURCES})
  add_library(hark::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM M_DEPS PREPEND hark::)
  target_link_libraries(${target} PUBLIC ${M_DEPS} PRIVATE hark_warnings ${M_PACKAGES})

  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  if(tests AND NOT HARK_FUZZ)
    list(TRANSFORM M_TEST_DEPS PREPEND hark::)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} ${M_TEST_DEPS} hark_warnings
                          GTest::gtest_main GTest::gmock)
    # The folder of real exports; tests that need it skip where it is absent.
    target_compile_definitions(${target}_test PRIVATE
      HARK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" HARK_SHARED_DIR="${PROJECT_SOURCE_DIR}/../shared")
    set(labels unit)
    if(M_CONCURRENT)
      list(APPEND labels concurrent)
    endif()
    add_test(NAME ${name} COMMAND ${target}_test)
    set_tests_properties(${name} PROPERTIES
      LABELS "${labels}" TIMEOUT 900)
  endif()

  if(HARK_FUZZ)
    file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cc)
    foreach(source IN LISTS fuzzers)
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${fuzzer} PRIVATE ${target} hark_warnings)
      set_target_properties(${fuzzer} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    endforeach()
  endif()
endfunction()

# hark_embed(TARGET NAMESPACE contracts DIRECTORY dir PATTERN *.yaml) puts the files of a folder into
# TARGET; they are read with `std::span<const EmbeddedFile> embedded_NAMESPACE()` (core/embedded.h).
# Rebuilt when a file changes. `.incbin` keeps this instant where an int array costs seconds.
function(hark_embed target)
  cmake_parse_arguments(E "" "NAMESPACE;DIRECTORY;PATTERN" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${E_DIRECTORY}/${E_PATTERN})
  list(SORT files)
  set(assembly "    .section .rodata\n")
  set(externs "")
  set(entries "")
  set(index 0)
  foreach(file IN LISTS files)
    get_filename_component(file_name ${file} NAME)
    set(symbol hark_embed_${E_NAMESPACE}_${index})
    string(APPEND assembly
      "    .global ${symbol}\n    .global ${symbol}_end\n${symbol}:\n    .incbin \"${file}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND externs "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND entries
      "      {\"${file_name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",@progbits\n")
  set(base ${CMAKE_CURRENT_BINARY_DIR}/embedded_${E_NAMESPACE})
  file(CONFIGURE OUTPUT ${base}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${base}.cc CONTENT "#include \"hark/core/embedded.h\"
extern \"C\" {
${externs}}
namespace hark::core {
std::span<const EmbeddedFile> embedded_${E_NAMESPACE}() {
  static const EmbeddedFile files[] = {
${entries}  };
  return files;
}
}  // namespace hark::core
" @ONLY)
  set_source_files_properties(${base}.S PROPERTIES OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${base}.S ${base}.cc)
endfunction()
