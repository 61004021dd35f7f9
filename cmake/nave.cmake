# How Nave's parts are declared.  A folder of sources is an OBJECT library named by its path
# (host/base -> host_base); a program or a test names every library it needs, because CMake
# does not pass OBJECT files on.

set(NAVE_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef -Wformat=2 -Wpointer-arith -Werror)
set(NAVE_C_WARNINGS -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)

# Include roots are -iquote: a host/net/if.h under -I would hijack the system's.
set(NAVE_ROOTS ${CMAKE_SOURCE_DIR}/host ${CMAKE_SOURCE_DIR}/offload ${CMAKE_SOURCE_DIR}/ebpf
	${CMAKE_SOURCE_DIR}/fw-interface ${CMAKE_SOURCE_DIR}/fw-interface/include)

function(nave_compile target)
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	foreach(root ${NAVE_ROOTS})
		target_compile_options(${target} PRIVATE "SHELL:-iquote ${root}")
	endforeach()
	target_compile_options(${target} PRIVATE ${NAVE_WARNINGS} $<$<COMPILE_LANGUAGE:C>:${NAVE_C_WARNINGS}>)
	if(NAVE_SANITIZE)
		target_compile_options(${target} PRIVATE -fsanitize=${NAVE_SANITIZE} -fno-sanitize-recover=all)
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
function(nave_program name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;USES" ${ARGN})
	add_executable(${name} ${ARG_SOURCES})
	nave_compile(${name})
	target_link_libraries(${name} PRIVATE ${ARG_LIBS} ${ARG_USES})
endfunction()

# nave_test(NAME LABEL unit SOURCES t.cc LIBS host_base … [USES …] [THREADED])
# Each GoogleTest case is a test of CTest's.  THREADED tests also carry the label 'threaded'.
function(nave_test name)
	if(NAVE_FUZZ)
		return()
	endif()
	cmake_parse_arguments(ARG "THREADED" "LABEL;TIMEOUT" "SOURCES;LIBS;USES" ${ARGN})
	nave_program(${name} SOURCES ${ARG_SOURCES} LIBS ${ARG_LIBS} USES ${ARG_USES} pkg_gtest)
	set(labels ${ARG_LABEL})
	if(ARG_THREADED)
		list(APPEND labels threaded)
	endif()
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 60)
	endif()
	gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
		PROPERTIES LABELS "${labels}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# nave_fuzz(NAME SOURCES fuzz_x.c LIBS …): one libFuzzer target; tests/fuzz/corpus/NAME holds its corpus.
# With the preset fuzz it is a fuzzer; else a program that replays the corpus once, run by CTest.
function(nave_fuzz name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;USES" ${ARGN})
	if(NAVE_FUZZ)
		nave_program(${name} SOURCES ${ARG_SOURCES} LIBS ${ARG_LIBS} USES ${ARG_USES})
		target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	else()
		nave_program(${name} SOURCES ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c LIBS ${ARG_LIBS} USES ${ARG_USES})
		add_test(NAME fuzz.${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
		set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 60)
	endif()
endfunction()
