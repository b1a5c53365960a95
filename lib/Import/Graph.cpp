//===- Graph.cpp - The walk over an ONNX graph ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Codes.h"
#include "lib/Import/Integers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <numeric>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

static constexpr int64_t kFirstOpset = 7, kLastOpset = 21;

Importer::Importer(MLIRContext &context, StringRef path,
                   const ImportOptions &options)
    : context(context), file(FileLineColLoc::get(&context, path, 0, 0)),
      options(options), b(UnknownLoc::get(&context), &context) {
  registerLinear(operators);
  registerElementwise(operators);
  registerNormalization(operators);
  registerShape(operators);
  registerPooling(operators);
  registerQuantizers(operators);
  registerIntegers(operators);
  registerIntegerProducts(operators);
  registerComparisons(operators);
  registerReductions(operators);
  registerSlicing(operators);
}

InFlightDiagnostic Importer::error() const { return emitError(file); }

static bool isDefaultDomain(StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}

LogicalResult Importer::readOpset(const onnx::ModelProto &model) {
  for (const onnx::OperatorSetIdProto &opset : model.opset_import())
    if (isDefaultDomain(opset.domain()))
      opsetVersion = opset.version();
  if (opsetVersion < kFirstOpset || opsetVersion > kLastOpset)
    return error() << "the model uses opset " << opsetVersion << ", expected "
                   << kFirstOpset << " to " << kLastOpset
                   << "; export it again with one of these";
  return success();
}

LogicalResult Importer::readInitializers(const onnx::GraphProto &graph) {
  if (graph.sparse_initializer_size() > 0)
    return error() << "the graph has sparse initializers, which are not "
                      "supported; store them as dense ones";
  for (const onnx::TensorProto &proto : graph.initializer()) {
    if (proto.name().empty())
      return error() << "an initializer has no name";
    auto read = readTensor(proto, proto.name(), [&] {
      return error() << "initializer '" << proto.name() << "' ";
    });
    if (failed(read))
      return failure();
    Tensor tensor;
    tensor.shape = read->first;
    tensor.constant =
        std::make_shared<const ConstantArray>(std::move(read->second));
    if (!tensors.try_emplace(proto.name(), std::move(tensor)).second)
      return error() << "there are two initializers '" << proto.name() << "'";
  }
  return success();
}

FailureOr<Shape> Importer::inputShape(const onnx::ValueInfoProto &input) {
  auto inputError = [&] {
    return error() << "input '" << input.name() << "' ";
  };
  if (!input.type().has_tensor_type())
    return inputError() << "is no tensor";
  const onnx::TypeProto::Tensor &type = input.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT &&
      type.elem_type() != onnx::TensorProto::UINT8)
    return inputError() << "has element type "
                        << (onnx::TensorProto::DataType_IsValid(
                                type.elem_type())
                                ? onnx::TensorProto::DataType_Name(
                                      static_cast<onnx::TensorProto::DataType>(
                                          type.elem_type()))
                                : std::to_string(type.elem_type()))
                        << ", expected FLOAT or UINT8";
  if (!type.has_shape() || type.shape().dim_size() == 0)
    return inputError() << "has no shape; give it one at export";
  Shape shape;
  for (const auto &[i, dim] : llvm::enumerate(type.shape().dim())) {
    if (dim.has_dim_value() && dim.dim_value() < 1)
      return inputError() << "has dimension " << i << " of size "
                          << dim.dim_value() << ", expected a positive one";
    if (!dim.has_dim_value() && i > 0)
      return inputError() << "has unknown dimension " << i
                          << (dim.has_dim_param()
                                  ? " ('" + dim.dim_param() + "')"
                                  : std::string())
                          << "; only the first one, the batch, may be unknown";
    shape.push_back(dim.has_dim_value() ? dim.dim_value() : options.batch);
  }
  if (!countElements(shape))
    return inputError() << "has shape " << toString(shape)
                        << ", expected at most rank " << kMaxRank << " and "
                        << kMaxElements << " elements";
  return shape;
}

LogicalResult Importer::readInputs(const onnx::GraphProto &graph) {
  auto main = cast<func::FuncOp>(function);
  StringSet<> names;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    StringRef name = input.name();
    if (name.empty())
      return error() << "a graph input has no name";
    if (!names.insert(name).second)
      return error() << "there are two graph inputs '" << name << "'";
    // In old models every initializer is also listed as an input.
    if (tensors.contains(name))
      continue;
    FailureOr<Shape> shape = inputShape(input);
    if (failed(shape))
      return failure();
    auto nameAttr = b.getStringAttr(name);
    // Bytes are codes of 256 levels until it turns out what reads them.
    std::vector<int64_t> bytes;
    if (input.type().tensor_type().elem_type() == onnx::TensorProto::UINT8) {
      bytes.resize(256);
      std::iota(bytes.begin(), bytes.end(), 0);
    }
    Type type = bytes.empty() ? Type(floatType(*shape))
                              : codesType(*this, *shape, bytes.size());
    if (failed(main.insertArgument(
            main.getNumArguments(), type,
            b.getDictionaryAttr(b.getNamedAttr("mbn.name", nameAttr)),
            NameLoc::get(nameAttr))))
      return error() << "input '" << name << "' cannot become an argument";
    Tensor &tensor = tensors[name];
    tensor = makeTensor(main.getArguments().back(), *shape);
    tensor.integers = std::move(bytes);
  }
  return success();
}

std::string Importer::layerName(const Node &node) {
  std::string name = node.name().str();
  for (int i = 1; !layers.insert(name).second; ++i)
    name = (node.name() + "_" + Twine(i)).str();
  return name;
}

LogicalResult Importer::checkSize(Node &node, ArrayRef<int64_t> shape) {
  if (countElements(shape))
    return success();
  return node.error() << "its result has shape " << toString(shape)
                      << ", expected at most rank " << kMaxRank << " and "
                      << kMaxElements << " elements";
}

LogicalResult Importer::setResult(Node &node, Tensor tensor) {
  StringRef name = node.getProto().output(0);
  if (!tensors.try_emplace(name, std::move(tensor)).second)
    return node.error() << "output '" << name << "' is defined twice";
  return success();
}

LogicalResult Importer::convert(const onnx::NodeProto &proto) {
  Node node(proto, file);
  auto op = operators.find(node.qualifiedOp());
  if (op == operators.end())
    return node.error() << "operator is not supported (domain '"
                        << (isDefaultDomain(proto.domain()) ? "ai.onnx"
                                                            : proto.domain())
                        << "')";
  if (proto.output_size() == 0 || proto.output(0).empty())
    return node.error() << "has no output";
  for (int i = 1; i < proto.output_size(); ++i)
    if (!proto.output(i).empty() && uses.lookup(proto.output(i)) > 0)
      return node.error() << "output '" << proto.output(i)
                          << "' is used, only the first one is supported";
  auto [handler, least, most] = op->second;
  int count = proto.input_size();
  if (count < least || count > most)
    return node.error() << "has " << count << " inputs, expected " << least
                        << (least == most ? "" : " to " + std::to_string(most));
  b.setLoc(NameLoc::get(b.getStringAttr(node.name())));
  if (failed(handler(*this, node)))
    return failure();
  return node.finish();
}

LogicalResult Importer::checkOutput(const onnx::ValueInfoProto &output,
                                    const Tensor &tensor) {
  auto outputError = [&] {
    return error() << "output '" << output.name() << "' ";
  };
  // Bytes leave as numbers of levels.
  bool isBytes = tensor.isCodes();
  for (auto [i, q] : llvm::enumerate(tensor.integers))
    isBytes &= q == static_cast<int64_t>(i);
  if (tensor.isCodes() && !isBytes)
    return outputError() << "holds integers from " << tensor.integers.front()
                         << " to " << tensor.integers.back()
                         << " that are not 0, 1, 2, ...; put a "
                            "DequantizeLinear in front";
  bool isSums = tensor.isSums();
  if (tensor.comparison)
    return outputError() << "holds the outcomes of comparisons, which can only "
                            "be counted by ReduceSum";
  if (tensor.constant &&
      (!tensor.constant->isFloat || tensor.constant->firstNonFinite ||
       tensor.constant->floats.empty()))
    return outputError() << "is a constant that holds integers, nothing, NaN "
                            "or infinity";
  if (!output.type().has_tensor_type())
    return success();
  const onnx::TypeProto::Tensor &type = output.type().tensor_type();
  onnx::TensorProto::DataType expected = isBytes  ? onnx::TensorProto::UINT8
                                         : isSums ? onnx::TensorProto::INT32
                                                  : onnx::TensorProto::FLOAT;
  if (type.elem_type() != expected &&
      type.elem_type() != onnx::TensorProto::UNDEFINED)
    return outputError() << "has another element type than the "
                         << (isBytes  ? "uint8"
                             : isSums ? "int32"
                                      : "float")
                         << " that the graph computes";
  if (!type.has_shape())
    return success();
  SmallVector<std::string> declared;
  bool agrees = type.shape().dim_size() == tensor.rank();
  for (const auto &[i, dim] : llvm::enumerate(type.shape().dim())) {
    declared.push_back(dim.has_dim_value() ? std::to_string(dim.dim_value())
                                           : "?");
    agrees =
        agrees && (!dim.has_dim_value() || dim.dim_value() == tensor.shape[i]);
  }
  if (!agrees)
    return outputError() << "is declared as " << llvm::join(declared, "x")
                         << ", but the graph computes "
                         << toString(tensor.shape);
  return success();
}

LogicalResult Importer::readOutputs(const onnx::GraphProto &graph) {
  auto main = cast<func::FuncOp>(function);
  SmallVector<Value> values;
  SmallVector<Attribute> names;
  b.setLoc(UnknownLoc::get(&context));
  StringSet<> seen;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (output.name().empty())
      return error() << "a graph output has no name";
    if (!seen.insert(output.name()).second)
      return error() << "there are two graph outputs '" << output.name() << "'";
    auto found = tensors.find(output.name());
    if (found == tensors.end())
      return error() << "output '" << output.name()
                     << "' is not defined by any node, input or initializer";
    if (failed(checkOutput(output, found->second)))
      return failure();
    FailureOr<Value> value = found->second.isSums()
                                 ? modelSums(*this, found->second)
                                 : materialize(found->second);
    if (failed(value))
      return error() << "output '" << output.name()
                     << "' holds int32 sums times a factor, which can only be "
                        "added; multiply behind a Cast to FLOAT";
    values.push_back(*value);
    names.push_back(b.getDictionaryAttr(
        b.getNamedAttr("mbn.name", b.getStringAttr(output.name()))));
  }
  func::ReturnOp::create(b, values);
  // Codes that were read with other levels than they had first.
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(main.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  main.setFunctionType(
      b.getFunctionType(main.getBody().getArgumentTypes(), ValueRange(values)));
  main.setAllResultAttrs(names);
  return success();
}

OwningOpRef<ModuleOp> Importer::run(const onnx::ModelProto &model) {
  if (options.batch < 1 || options.batch > kMaxElements) {
    error() << "the batch is " << options.batch << ", expected 1 to "
            << kMaxElements;
    return nullptr;
  }
  if (!model.has_graph()) {
    error() << "is not an ONNX model: it has no graph";
    return nullptr;
  }
  const onnx::GraphProto &graph = model.graph();
  if (failed(readOpset(model)))
    return nullptr;
  if (graph.output_size() == 0) {
    error() << "the graph has no outputs";
    return nullptr;
  }
  for (const onnx::NodeProto &node : graph.node())
    for (const std::string &input : node.input())
      ++uses[input];
  for (const onnx::ValueInfoProto &output : graph.output())
    ++uses[output.name()];

  OwningOpRef<ModuleOp> module = ModuleOp::create(file);
  b.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(b, "main", b.getFunctionType({}, {}));
  function = main;
  b.setInsertionPointToStart(main.addEntryBlock());
  if (failed(readInitializers(graph)) || failed(readInputs(graph)))
    return nullptr;
  for (const onnx::NodeProto &node : graph.node())
    if (failed(convert(node)))
      return nullptr;
  if (failed(readOutputs(graph)) || failed(verify(*module)))
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> subbit::importONNX(StringRef path, MLIRContext &context,
                                         const ImportOptions &options) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, mbn::MBNDialect,
                      tosa::TosaDialect>();
  auto error = [&] {
    return emitError(FileLineColLoc::get(&context, path, 0, 0));
  };
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error() << "cannot be read: " << buffer.getError().message();
    return nullptr;
  }
  size_t size = (*buffer)->getBufferSize();
  if (size > static_cast<size_t>(std::numeric_limits<int>::max())) {
    error() << "is larger than the 2 GiB that an ONNX file can have";
    return nullptr;
  }
  onnx::ModelProto model;
  if (size == 0 || !model.ParseFromArray((*buffer)->getBufferStart(), size)) {
    error() << "is not an ONNX model, or it is damaged; export or copy it "
               "again";
    return nullptr;
  }
  buffer->reset();
  return Importer(context, path, options).run(model);
}
