# The onnx package is the tests' second source: a Python with onnx, and protobuf's classes of its schema.
#
# MACROSCOPE_PYTHON is that Python: the one of `./dev setup` (.venv), unless the environment or the cache names another.
if(DEFINED ENV{MACROSCOPE_PYTHON})
  set(python_default $ENV{MACROSCOPE_PYTHON})
else()
  set(python_default ${CMAKE_SOURCE_DIR}/.venv/bin/python)
endif()
set(MACROSCOPE_PYTHON ${python_default} CACHE FILEPATH "Python that has the packages of tests/requirements.txt")

execute_process(COMMAND ${MACROSCOPE_PYTHON} -c "import onnx, os; print(os.path.dirname(os.path.dirname(onnx.__file__)), end='')"
                OUTPUT_VARIABLE site_packages RESULT_VARIABLE failed ERROR_VARIABLE message)
if(failed)
  message(FATAL_ERROR "The tests need the onnx package in ${MACROSCOPE_PYTHON}: run ./dev setup, or configure with "
                      "-DMACROSCOPE_TESTS=OFF.\n${message}")
endif()

find_program(PROTOC protoc REQUIRED)
find_package(Protobuf REQUIRED MODULE)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/oracle)
add_custom_command(
  OUTPUT ${generated}/onnx/onnx-ml.pb.cc ${generated}/onnx/onnx-ml.pb.h
  COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
  COMMAND ${PROTOC} --proto_path=${site_packages} --cpp_out=${generated} onnx/onnx-ml.proto
  DEPENDS ${site_packages}/onnx/onnx-ml.proto
  VERBATIM)
# #include "onnx/onnx-ml.pb.h"
add_library(onnx_oracle STATIC ${generated}/onnx/onnx-ml.pb.cc)
target_include_directories(onnx_oracle SYSTEM PUBLIC ${generated})
target_link_libraries(onnx_oracle PUBLIC protobuf::libprotobuf)
# The models that the package carries for its own tests.
target_compile_definitions(onnx_oracle PUBLIC ONNX_PACKAGE_MODELS="${site_packages}/onnx/backend/test/data")
