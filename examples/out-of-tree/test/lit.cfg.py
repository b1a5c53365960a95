import os

import lit.formats

config.name = "MyPasses"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build_dir, "test")
config.environment["PATH"] = os.pathsep.join(
    [config.build_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
