//===- JIT.cpp - Running a module's reference -----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/JIT.h"
#include "lib/Conversion/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace subbit;

/// The name that `main` gets, which a process has one of already.
static constexpr const char *kFunctionName = "subbit_reference";

ReferenceFunction::ReferenceFunction() = default;
ReferenceFunction::~ReferenceFunction() = default;

/// What the passes below need to know about the dialects they meet.
static void registerInterfaces(MLIRContext &context) {
  DialectRegistry registry;
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
}

namespace {
/// Copies between strided buffers become loops; otherwise they would call a
/// function of MLIR's runtime.
struct CopiesToLoopsPass
    : public PassWrapper<CopiesToLoopsPass, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CopiesToLoopsPass)
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<linalg::LinalgDialect>();
  }
  void runOnOperation() override {
    getOperation().walk([](memref::CopyOp copy) {
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy->erase();
    });
  }
};
} // namespace

/// From any level of the IR to the LLVM dialect. Nothing reorders a float
/// operation.
static void buildReferencePipeline(OpPassManager &manager) {
  manager.addPass(createConvertMBNToLinalgPass());
  tosa::addTosaToLinalgPasses(manager, TosaToLinalgOptions(),
                              TosaToLinalgNamedOptions(),
                              /*validationOptions=*/std::nullopt);
  OpPassManager &onTosa = manager.nest<func::FuncOp>();
  onTosa.addPass(createTosaToArithPass());
  onTosa.addPass(createTosaToTensorPass());
  onTosa.addPass(createConvertElementwiseToLinalgPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());

  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  manager.addPass(bufferization::createOneShotBufferizePass(options));
  bufferization::BufferResultsToOutParamsPassOptions outputs;
  outputs.hoistStaticAllocs = true;
  outputs.modifyPublicFunctions = true;
  manager.addPass(bufferization::createBufferResultsToOutParamsPass(outputs));
  bufferization::buildBufferDeallocationPipeline(
      manager, bufferization::BufferDeallocationPipelineOptions());

  OpPassManager &onLoops = manager.nest<func::FuncOp>();
  onLoops.addPass(std::make_unique<CopiesToLoopsPass>());
  onLoops.addPass(createConvertLinalgToLoopsPass());
  onLoops.addPass(memref::createExpandOpsPass());
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

/// Renames `main`, protects its arguments from being written to, and asks for
/// an interface of pointers.
static void prepareFunction(func::FuncOp main) {
  OpBuilder builder(main.getContext());
  main.setName(kFunctionName);
  main.setPublic();
  // Names of inputs and outputs mean nothing to LLVM.
  main.removeArgAttrsAttr();
  main.removeResAttrsAttr();
  main->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                builder.getUnitAttr());
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    main.setArgAttr(i, bufferization::BufferizationDialect::kWritableAttrName,
                    builder.getBoolAttr(false));
}

/// Runs the pipeline; what it reports becomes the error.
static llvm::Error lower(ModuleOp module) {
  std::string messages;
  ScopedDiagnosticHandler handler(
      module.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
          return failure();
        llvm::raw_string_ostream os(messages);
        if (!messages.empty())
          os << "\n";
        os << diagnostic << ", at " << diagnostic.getLocation();
        return success();
      });
  PassManager manager(module.getContext());
  buildReferencePipeline(manager);
  if (succeeded(manager.run(module)))
    return llvm::Error::success();
  return llvm::createStringError("the reference cannot be compiled: " +
                                 messages);
}

/// A target machine for this CPU; products and sums are never fused.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createHostTargetMachine() {
  static bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)initialized;
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  return builder->createTargetMachine();
}

llvm::Expected<std::unique_ptr<ReferenceFunction>>
ReferenceFunction::compile(ModuleOp module) {
  auto original = module.lookupSymbol<func::FuncOp>("main");
  if (!original || original.isDeclaration())
    return llvm::createStringError("the module has no function 'main'");
  std::unique_ptr<ReferenceFunction> reference(new ReferenceFunction());
  reference->argumentTypes = original.getArgumentTypes().vec();
  reference->resultTypes = original.getResultTypes().vec();
  for (Type type :
       llvm::concat<Type>(reference->argumentTypes, reference->resultTypes))
    if (!isTensorValueType(type))
      return llvm::createStringError("arguments and results of 'main' must be "
                                     "statically shaped tensors of f32, i32 or "
                                     "levels");

  registerInterfaces(*module.getContext());
  module.getContext()->loadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> copy = module.clone();
  prepareFunction(copy->lookupSymbol<func::FuncOp>("main"));
  if (llvm::Error error = lower(*copy))
    return std::move(error);

  auto machine = createHostTargetMachine();
  if (!machine)
    return machine.takeError();
  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                            machine->get());
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  auto engine = ExecutionEngine::create(*copy, options, std::move(*machine));
  if (!engine)
    return engine.takeError();
  auto function =
      (*engine)->lookupPacked(std::string("_mlir_ciface_") + kFunctionName);
  if (!function)
    return function.takeError();
  reference->engine = std::move(*engine);
  reference->function = *function;
  return std::move(reference);
}

/// The descriptor of a dense memref as compiled code expects it: two pointers,
/// the offset, sizes, strides.
static std::vector<intptr_t> makeDescriptor(const TensorValue &value) {
  auto data = std::visit(
      [](auto &values) { return reinterpret_cast<intptr_t>(values.data()); },
      value.data);
  size_t rank = value.shape.size();
  std::vector<intptr_t> descriptor(3 + 2 * rank, 1);
  descriptor[0] = descriptor[1] = data;
  descriptor[2] = 0;
  for (size_t d = rank; d-- > 0;) {
    descriptor[3 + d] = value.shape[d];
    if (d + 1 < rank)
      descriptor[3 + rank + d] =
          descriptor[3 + rank + d + 1] * value.shape[d + 1];
  }
  return descriptor;
}

llvm::Expected<std::vector<TensorValue>>
ReferenceFunction::run(ArrayRef<TensorValue> inputs) const {
  if (llvm::Error error = checkInputs(argumentTypes, inputs))
    return std::move(error);
  std::vector<TensorValue> results;
  for (Type type : resultTypes)
    results.push_back(makeTensorValue(type));
  std::vector<std::vector<intptr_t>> descriptors;
  for (const TensorValue &value : inputs)
    descriptors.push_back(makeDescriptor(value));
  for (const TensorValue &value : results)
    descriptors.push_back(makeDescriptor(value));
  // The interface takes a pointer to each argument, which is a pointer itself.
  std::vector<void *> pointers, arguments;
  for (std::vector<intptr_t> &descriptor : descriptors)
    pointers.push_back(descriptor.data());
  for (void *&pointer : pointers)
    arguments.push_back(&pointer);
  function(arguments.data());
  return results;
}
