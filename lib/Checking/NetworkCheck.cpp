//===- NetworkCheck.cpp - Checking the compiler on one network ------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Checking/NetworkCheck.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "lib/Emission/ONNXExport.h"
#include "lib/Execution/CompiledNetwork.h"
#include "lib/Execution/Interpreter.h"
#include "lib/Execution/JIT.h"
#include "lib/Import/ONNXImport.h"
#include "lib/Numerics/Interpreter.h"
#include "lib/Pipelines/Compile.h"
#include "lib/Pipelines/OutputFiles.h"
#include "lib/Pipelines/Phases.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace mlir;
using namespace subbit;

using Results = std::vector<std::vector<TensorValue>>;

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

Difference subbit::compareBits(ArrayRef<TensorValue> expected,
                               ArrayRef<TensorValue> found) {
  Difference difference;
  for (size_t i = 0; i < expected.size(); ++i) {
    const TensorValue &right = expected[i];
    if (i >= found.size() || right.shape != found[i].shape ||
        right.data.index() != found[i].data.index()) {
      difference.count += right.size();
      difference.first = "output " + std::to_string(i) + " has another shape";
      continue;
    }
    std::visit(
        [&](const auto &values) {
          using Vector = std::decay_t<decltype(values)>;
          const auto &others = std::get<Vector>(found[i].data);
          for (size_t k = 0; k < values.size(); ++k) {
            if (!std::memcmp(&values[k], &others[k], sizeof(values[k])))
              continue;
            if (!difference.count++)
              difference.first = "output " + std::to_string(i) + ", element " +
                                 std::to_string(k) + " of " +
                                 shapeToString(right.shape) + ": expected " +
                                 std::to_string(values[k]) + ", found " +
                                 std::to_string(others[k]);
          }
        },
        right.data);
  }
  return difference;
}

static llvm::Error checkResults(const Twine &where, const Results &expected,
                                const Results &found) {
  for (auto [right, other] : llvm::zip_equal(expected, found)) {
    Difference difference = compareBits(right, other);
    if (difference.count)
      return llvm::createStringError(where + " changes " +
                                     Twine(difference.count) +
                                     " values: " + difference.first);
  }
  return llvm::Error::success();
}

template <typename Runner>
static llvm::Expected<Results>
runAll(const Runner &runner, ArrayRef<std::vector<TensorValue>> inputs) {
  Results results;
  for (const std::vector<TensorValue> &input : inputs) {
    auto result = runner.run(input);
    if (!result)
      return result.takeError();
    results.push_back(std::move(*result));
  }
  return results;
}

static llvm::Expected<Results>
interpret(ModuleOp module, ArrayRef<std::vector<TensorValue>> inputs) {
  auto interpreter = Interpreter::create(module);
  if (!interpreter)
    return interpreter.takeError();
  return runAll(*interpreter, inputs);
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

namespace {
/// Compares the module's results after each pass.
class CheckAfterPasses : public PassInstrumentation {
public:
  CheckAfterPasses(const Results &expected,
                   ArrayRef<std::vector<TensorValue>> inputs,
                   std::string &message)
      : expected(expected), inputs(inputs), message(message) {}

  void runAfterPass(Pass *pass, Operation *op) override {
    // Adaptors, which run other passes, have no name.
    if (!message.empty() || pass->getArgument().empty())
      return;
    auto module = dyn_cast<ModuleOp>(op);
    if (!module)
      module = op->getParentOfType<ModuleOp>();
    std::string where = ("pass " + pass->getArgument()).str();
    auto found = interpret(module, inputs);
    llvm::Error error =
        found ? checkResults(where, expected, *found) : found.takeError();
    if (error)
      message = llvm::toString(std::move(error));
  }

private:
  const Results &expected;
  ArrayRef<std::vector<TensorValue>> inputs;
  std::string &message;
};
} // namespace

llvm::Error
subbit::checkPasses(ModuleOp module,
                    llvm::function_ref<void(OpPassManager &)> addPasses,
                    ArrayRef<std::vector<TensorValue>> inputs) {
  auto expected = interpret(module, inputs);
  if (!expected)
    return expected.takeError();
  // Remarks on layers left in float are no news here.
  ScopedDiagnosticHandler handler(
      module.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
      });
  std::string message;
  PassManager manager(module.getContext());
  addPasses(manager);
  manager.addInstrumentation(
      std::make_unique<CheckAfterPasses>(*expected, inputs, message));
  if (failed(manager.run(module)))
    return llvm::createStringError("the passes fail");
  if (!message.empty())
    return llvm::createStringError(message);
  return llvm::Error::success();
}

static llvm::Error checkReference(const Twine &where, ModuleOp module,
                                  const Results &expected,
                                  ArrayRef<std::vector<TensorValue>> inputs) {
  auto reference = ReferenceFunction::compile(module);
  if (!reference)
    return reference.takeError();
  auto found = runAll(**reference, inputs);
  if (!found)
    return found.takeError();
  return checkResults(where, expected, *found);
}

//===----------------------------------------------------------------------===//
// Compiled code
//===----------------------------------------------------------------------===//

static llvm::Expected<Results>
runObject(StringRef prefix, ArrayRef<std::vector<TensorValue>> inputs) {
  auto network = CompiledNetwork::load((prefix + ".so").str(),
                                       llvm::sys::path::filename(prefix));
  if (!network)
    return network.takeError();
  CompiledNetwork::Scratch scratch((*network)->getDescription());
  Results results;
  for (const std::vector<TensorValue> &input : inputs) {
    auto result = (*network)->run(input, scratch);
    if (!result)
      return result.takeError();
    results.push_back(std::move(*result));
  }
  return results;
}

llvm::Expected<Results>
subbit::runCompiled(ModuleOp module, const CheckedObject &object,
                    StringRef directory,
                    ArrayRef<std::vector<TensorValue>> inputs) {
  ScopedDiagnosticHandler handler(
      module.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
      });
  std::string text, prefix = (directory + "/network").str();
  llvm::raw_string_ostream os(text);
  module->print(os);
  if (llvm::Error error = writeFile(prefix + ".mlir", text))
    return std::move(error);
  CompileOptions options;
  options.model = prefix + ".mlir";
  options.output = prefix;
  options.emit = "so";
  options.target = object.target;
  options.threads = object.threads;
  options.init = object.init;
  options.afterPhase = [](StringRef phase, ModuleOp module) {
    if (phase != "bitserial")
      return success();
    bitserial::ChooseTasksPassOptions all;
    all.fewest = 0;
    PassManager manager(module.getContext());
    manager.addNestedPass<func::FuncOp>(bitserial::createChooseTasksPass(all));
    return manager.run(module);
  };
  // Passes are compared bit for bit.
  options.recipe.exactNormalization = true;
  if (failed(compile(options, *module.getContext())))
    return llvm::createStringError("compilation fails");
  return runObject(prefix, inputs);
}

/// Zeros without their sign and tiny values as 0: what ONNX has no word for.
static void canonicalize(Results &results) {
  for (std::vector<TensorValue> &tensors : results)
    for (TensorValue &tensor : tensors)
      if (auto *floats = std::get_if<std::vector<float>>(&tensor.data))
        for (float &x : *floats)
          x = numerics::canonicalize(x);
}

/// Writes the module as ONNX and reads it back.
static llvm::Error checkExport(ModuleOp module, StringRef directory,
                               Results expected,
                               ArrayRef<std::vector<TensorValue>> inputs) {
  auto bytes = exportONNX(module);
  if (!bytes)
    return bytes.takeError();
  std::string path = (directory + "/network.onnx").str();
  if (llvm::Error error = writeFile(path, *bytes))
    return error;
  OwningOpRef<ModuleOp> imported =
      importONNX(path, *module.getContext(), ImportOptions());
  if (!imported)
    return llvm::createStringError("what is written as ONNX cannot be read");
  auto found = interpret(*imported, inputs);
  if (!found)
    return found.takeError();
  canonicalize(expected);
  canonicalize(*found);
  return checkResults("writing and reading ONNX", expected, *found);
}

llvm::Error subbit::checkNetwork(ModuleOp module, const CheckedObject &object,
                                 StringRef directory,
                                 ArrayRef<std::vector<TensorValue>> inputs) {
  if (failed(verify(module)))
    return llvm::createStringError("the network is not valid");
  auto expected = interpret(module, inputs);
  if (!expected)
    return expected.takeError();
  if (llvm::Error error = checkReference("the reference before fusion", module,
                                         *expected, inputs))
    return error;
  OwningOpRef<ModuleOp> fused = module.clone();
  if (llvm::Error error = checkPasses(*fused, addFusePasses, inputs))
    return error;
  if (llvm::Error error = checkReference("the reference after fusion", *fused,
                                         *expected, inputs))
    return error;
  if (llvm::Error error = checkExport(*fused, directory, *expected, inputs))
    return error;
  auto compiled = runCompiled(module, object, directory, inputs);
  if (!compiled)
    return compiled.takeError();
  return checkResults("compiled code", *expected, *compiled);
}
