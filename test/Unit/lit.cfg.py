# The suite of unit tests: every program in bin/ whose name ends in -tests.

import os

import lit.formats

config.name = "Subbit-Unit"
config.suffixes = []
config.test_source_root = os.path.join(config.subbit_build_dir, "bin")
config.test_exec_root = os.path.join(config.subbit_build_dir, "test", "Unit")
config.test_format = lit.formats.GoogleTest(".", "-tests")
