#!/usr/bin/env python3
"""The house tests catch what they are there to catch: each runs over a small tree with one fault."""
import os
import subprocess
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools", "dev")
LAYERS = """
host/base :
host/ike : host/base
host/dp : host/base
offload/db : host/dp/api.h @dpdk
fw-interface/include : standard
@dpdk rte_*.h
@openssl openssl/*.h
standard stdint.h
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.add("docs/layers.txt", LAYERS)
        for header in ("base/rd.h", "ike/msg.h", "dp/api.h", "dp/codec.h"):
            self.add("host/" + header, "")

    def tearDown(self):
        self.folder.cleanup()

    def add(self, name, text):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def run_tool(self, tool):
        done = subprocess.run([os.path.join(TOOLS, tool), self.folder.name], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def refused(self, tool, *words):
        code, out = self.run_tool(tool)
        self.assertEqual(code, 1, out)
        for word in words:
            self.assertIn(word, out)

    def allowed(self, tool):
        code, out = self.run_tool(tool)
        self.assertEqual(code, 0, out)


class Layers(Tree):
    def test_what_points_down_is_allowed(self):
        self.add("host/ike/a.c", '#include "ike/msg.h"\n#include <stdio.h>\n#include <sys/socket.h>\n#include "base/rd.h"\n')
        self.add("offload/db/a.c", '#include <rte_lpm.h>\n#include "dp/api.h"\n')
        self.allowed("check-layers")

    def test_what_points_up_is_refused(self):
        self.add("host/base/a.c", '\n#include "ike/msg.h"\n')
        self.refused("check-layers", "host/base/a.c:2", "host/base may not include host/ike")

    def test_a_sub_folder_is_ruled_by_its_folder(self):
        self.add("host/ike/wire/a.c", '#include "dp/api.h"\n')
        self.refused("check-layers", "host/ike may not include host/dp")

    def test_one_header_does_not_open_its_folder(self):
        self.add("offload/db/a.c", '#include "dp/codec.h"\n')
        self.refused("check-layers", "offload/db may not include host/dp")

    def test_outside_headers_by_family(self):
        self.add("host/ike/a.c", "#include <rte_mbuf.h>\n#  include <openssl/evp.h>\n")
        self.refused("check-layers", "host/ike may not use @dpdk", "a.c:2", "host/ike may not use @openssl")

    def test_outside_header_of_no_family(self):
        self.add("host/ike/a.c", "#include <curl/curl.h>\n")
        self.refused("check-layers", "no family")

    def test_folder_shared_with_firmware_has_standard_c_only(self):
        self.add("fw-interface/include/fwi/a.h", "#include <stdint.h>\n#include <sys/types.h>\n")
        self.refused("check-layers", "a.h:2", "standard")

    def test_folder_that_nobody_listed(self):
        self.add("host/new/a.c", "")
        self.refused("check-layers", "host/new/a.c: in no folder")

    def test_include_is_spelled_below_a_root(self):
        self.add("host/ike/a.c", '#include "msg.h"\n')
        self.refused("check-layers", "below an include root")

    def test_tests_may_include_anything(self):
        self.add("tests/unit/a.c", '#include "dp/api.h"\n#include <rte_mbuf.h>\n')
        self.allowed("check-layers")


class Size(Tree):
    def function(self, lines, head="static int f(int a)\n{"):
        return head + "\n" * (lines - 2) + "}\n"

    def test_long_file(self):
        self.add("host/base/a.c", "\n" * 800)
        self.allowed("check-size")
        self.add("host/base/a.c", "\n" * 801)
        self.refused("check-size", "host/base/a.c: 801 lines")

    def test_function_at_the_limit_and_above(self):
        self.add("host/base/a.c", self.function(100))
        self.allowed("check-size")
        self.add("host/base/a.c", "int x;\n\n" + self.function(101))
        self.refused("check-size", "host/base/a.c:3: f has 101 lines")

    def test_braces_in_comments_strings_and_macros_do_not_count(self):
        self.add("host/base/a.c", '#define M(x) \\\n\tdo { x\n/* } { */\n' + self.function(101, 'void g(void)\n{ f("}", \'}\'); // }'))
        self.refused("check-size", "g has 101 lines")

    def test_tables_and_structures_are_not_functions(self):
        self.add("host/base/a.c", "static const struct s t[] = {" + "{ f(1) },\n" * 200 + "};\n" +
                 "struct __attribute__((packed)) s {" + "\tint a;\n" * 200 + "};\n")
        self.allowed("check-size")

    def test_cpp_tests_inside_namespace_and_class(self):
        self.add("tests/unit/a.cc", 'extern "C" {\nnamespace {\nclass X {\nbool operator==(const X &) const' +
                 self.function(101, "\n{") + "};\n}\n}\n" + self.function(101, "TEST(A, b)\n{"))
        self.refused("check-size", "operator", "TEST has 101 lines")


class Folders(Tree):
    def setUp(self):
        super().setUp()
        self.add("CMakeLists.txt", "add_subdirectory(host)\n")
        self.add("host/CMakeLists.txt", "add_subdirectory(base)\n")
        self.add("host/base/CMakeLists.txt", "")

    def test_each_is_added_by_the_one_above(self):
        self.allowed("check-folders")

    def test_one_that_a_merge_lost(self):
        self.add("host/CMakeLists.txt", "")
        self.refused("check-folders", "host/base", "adds it 0 times")

    def test_one_that_a_merge_doubled(self):
        self.add("host/CMakeLists.txt", "add_subdirectory(base)\n" * 2)
        self.refused("check-folders", "host/base", "adds it 2 times")


class Rfc(Tree):
    LIST = "# RFC 9999, a protocol\n\n2.1 Cookies\na MUST They are round.\nb SHOULD They are sweet.\nc MUST_NOT They aren't old.\n"

    def setUp(self):
        super().setUp()
        self.add("tools/dev/rfc/9999.txt", self.LIST + "= nobody keeps them\n")

    def test_a_requirement_that_a_test_shows_or_an_exception_excuses(self):
        self.add("tests/unit/a.cc", "/* RFC9999-2.1-a */\nTEST(A, round)\n{\n}\n")
        self.allowed("gen-rfc")

    def test_the_section_alone_shows_nothing(self):
        self.add("tests/unit/a.cc", "TEST(A, round)\n{\n\t/* RFC9999-2.1 */\n}\n")
        self.refused("gen-rfc", "RFC9999-2.1-a", "no test shows it")

    def test_code_shows_nothing(self):
        self.add("host/ike/a.c", "/* RFC9999-2.1-a */\n")
        self.refused("gen-rfc", "RFC9999-2.1-a")

    def test_what_no_list_has(self):
        self.add("tests/unit/a.cc", "/* RFC9999-2.1-a RFC9999-2.1-d */\nTEST(A, round)\n{\n}\n")
        self.refused("gen-rfc", "RFC9999-2.1-d", "no list has it")

    def test_an_exception_that_is_not_needed(self):
        self.add("tests/unit/a.cc", "/* RFC9999-2.1-a RFC9999-2.1-c */\nTEST(A, round)\n{\n}\n")
        self.refused("gen-rfc", "RFC9999-2.1-c", "isn't needed")


if __name__ == "__main__":
    unittest.main()
