# How Nave's parts are declared.  A folder of sources is an OBJECT library named by its path
# (host/base -> host_base); a program or a test names every library it needs, because CMake
# does not pass OBJECT files on.

set(NAVE_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef -Wformat=2 -Wpointer-arith -Werror)
set(NAVE_C_WARNINGS -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)

# Include roots are -iquote: a host/net/if.h under -I would hijack the system's.
set(NAVE_ROOTS ${CMAKE_SOURCE_DIR}/host ${CMAKE_SOURCE_DIR}/offload ${CMAKE_SOURCE_DIR}/ebpf ${CMAKE_SOURCE_DIR}/tools
	${CMAKE_SOURCE_DIR}/fw-interface ${CMAKE_SOURCE_DIR}/fw-interface/include)

# tests_LABEL builds what the tests of one label need (tools/check builds no more than that).
foreach(label unit abi bpf sim integ scenario fuzz threaded)
	add_custom_target(tests_${label})
endforeach()

function(nave_compile target)
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	foreach(root ${NAVE_ROOTS})
		target_compile_options(${target} PRIVATE "SHELL:-iquote ${root}")
	endforeach()
	target_compile_options(${target} PRIVATE ${NAVE_WARNINGS} $<$<COMPILE_LANGUAGE:C>:${NAVE_C_WARNINGS}>)
	if(NAVE_SANITIZE)
		# gcc's checks hide casts from -Wconversion, which then warns of what isn't there.
		target_compile_options(${target} PRIVATE -fsanitize=${NAVE_SANITIZE} -fno-sanitize-recover=all -Wno-conversion)
		target_link_options(${target} PRIVATE -fsanitize=${NAVE_SANITIZE})
	endif()
	if(NAVE_FUZZ)
		target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-fsanitize=fuzzer-no-link>)
	endif()
endfunction()

# nave_objects(NAME SOURCES a.c b.c [USES pkg_openssl …])
# USES names the outside packages whose headers the folder may include, and which whoever
# links the objects gets linked.
function(nave_objects name)
	cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
	add_library(${name} OBJECT ${ARG_SOURCES})
	nave_compile(${name})
	if(ARG_USES)
		target_link_libraries(${name} PUBLIC ${ARG_USES})
	endif()
endfunction()

# nave_program(NAME SOURCES … LIBS host_base … [USES …])
# A program with pkg_jemalloc among its USES gets jemalloc for its malloc, but not in sanitizer builds.
function(nave_program name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;USES" ${ARGN})
	add_executable(${name} ${ARG_SOURCES})
	nave_compile(${name})
	target_link_libraries(${name} PRIVATE ${ARG_LIBS} ${ARG_USES})
endfunction()

# GoogleTest's header, compiled once for all tests: half of what a test takes to compile.
add_library(test_header OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_header.cc)
nave_compile(test_header)
target_link_libraries(test_header PRIVATE pkg_gtest)
target_precompile_headers(test_header PRIVATE <gtest/gtest.h>)
set_target_properties(test_header PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(test_header PRIVATE -fPIE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>) # as the tests, which are programs

# nave_test(NAME LABEL unit SOURCES t.cc LIBS host_base … [USES …] [NEEDS navenic …] [TIMEOUT s] [THREADED])
# Each GoogleTest case is a test of CTest's.  THREADED tests also carry the label 'threaded' and run under tsan.
# NEEDS names programs that the test starts.
function(nave_test name)
	cmake_parse_arguments(ARG "THREADED" "LABEL;TIMEOUT" "SOURCES;LIBS;USES;NEEDS" ${ARGN})
	nave_program(${name} SOURCES ${ARG_SOURCES} LIBS ${ARG_LIBS} USES ${ARG_USES} pkg_gtest)
	target_precompile_headers(${name} REUSE_FROM test_header)
	# -fpch-preprocess: else ccache keeps nothing.  gcc 12 sees overruns in std::string's header where that comes precompiled.
	target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow>")
	if(NAVE_FUZZ)
		set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL TRUE) # clang builds the fuzzers only
		return()
	endif()
	set(labels ${ARG_LABEL})
	if(ARG_THREADED)
		list(APPEND labels threaded)
	endif()
	foreach(label ${labels})
		add_dependencies(tests_${label} ${name} ${ARG_NEEDS})
	endforeach()
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 60)
	endif()
	gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
		PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
	if(ARG_THREADED)
		# A list of labels doesn't survive gtest_discover_tests: given to its tests when CTest knows them.
		set(file ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
		file(WRITE ${file} "if(${name}_TESTS)\n"
			"  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${labels}\")\nendif()\n")
		set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${file})
	endif()
endfunction()

# nave_script(NAME LABEL integ COMMAND … [NEEDS naved …] [TIMEOUT s] [ALONE])
# One CTest test that is a command.  ALONE: nothing else runs beside it.
function(nave_script name)
	if(NAVE_FUZZ)
		return()
	endif()
	cmake_parse_arguments(ARG "ALONE" "LABEL;TIMEOUT" "COMMAND;NEEDS" ${ARGN})
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 120)
	endif()
	if(ARG_NEEDS)
		add_dependencies(tests_${ARG_LABEL} ${ARG_NEEDS})
	endif()
	add_test(NAME ${ARG_LABEL}.${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(${ARG_LABEL}.${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${ARG_ALONE})
endfunction()

# nave_fuzz(NAME [SOURCES fuzz_NAME.c] LIBS …): the libFuzzer target fuzz_NAME; tests/fuzz/corpus/NAME holds its corpus.
# With the preset fuzz it is a fuzzer; else a program that replays the corpus once, run by CTest.
function(nave_fuzz name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;USES" ${ARGN})
	string(REGEX REPLACE "^fuzz_" "" noun ${name})
	set(target fuzz_${noun})
	if(NOT ARG_SOURCES)
		set(ARG_SOURCES ${target}.c)
	endif()
	if(NAVE_FUZZ)
		nave_program(${target} SOURCES ${ARG_SOURCES} LIBS ${ARG_LIBS} USES ${ARG_USES})
		target_link_options(${target} PRIVATE -fsanitize=fuzzer)
	else()
		nave_program(${target} SOURCES ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c LIBS ${ARG_LIBS} USES ${ARG_USES})
		add_test(NAME fuzz.${noun} COMMAND ${target} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${noun})
		set_tests_properties(fuzz.${noun} PROPERTIES LABELS fuzz TIMEOUT 60)
	endif()
	add_dependencies(tests_fuzz ${target})
endfunction()
