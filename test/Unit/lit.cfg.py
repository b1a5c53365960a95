# The suite of unit tests: every program in bin/ whose name ends in -tests.

import os

import lit.formats

config.name = "Subbit-Unit"
config.suffixes = []
config.test_source_root = os.path.join(config.subbit_build_dir, "bin")
config.test_exec_root = os.path.join(config.subbit_build_dir, "test", "Unit")
# As in ../lit.cfg.py, for programs that are built with sanitizers.
config.environment["ASAN_OPTIONS"] = (
    "allow_user_poisoning=0:detect_container_overflow=0"
)
config.test_format = lit.formats.GoogleTest(".", "-tests")
