//===- Importer.h - From an ONNX graph to a module ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_IMPORTER_H
#define SUBBIT_LIB_IMPORT_IMPORTER_H

#include "lib/Import/Node.h"
#include "lib/Import/ONNXImport.h"
#include "lib/Numerics/Quantizer.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"
#include <memory>

namespace subbit::importer {

class Importer;

/// The array of an initializer or of a `Constant`, row-major.
struct ConstantArray {
  std::string name; ///< of the initializer, for messages and blobs
  bool isFloat = false;
  /// ONNX's, which says how QuantizeLinear rounds off.
  int32_t elementType = 0;
  std::vector<float> floats;
  std::vector<int64_t> integers;
  /// For floats that a quantizer made, what each is a multiple of; else empty.
  std::vector<float> steps;
  /// The shape of a group of weights, as `--emit=onnx` wrote it; else empty.
  Shape group;
  /// The first element that is NaN or infinite, as the model counts them.
  std::optional<int64_t> firstNonFinite;
};

/// Reads a tensor of the model: its shape and its array. `fallbackName` is used
/// where it has no name.
mlir::FailureOr<std::pair<Shape, ConstantArray>>
readTensor(const onnx::TensorProto &proto, llvm::StringRef fallbackName,
           llvm::function_ref<mlir::InFlightDiagnostic()> error);

/// `x >= table` for each x of a tensor that is not compared yet, whose last
/// dimension has size 1, and each element of the constant's last dimension.
struct Comparison {
  Shape operandShape, tableShape;
  std::shared_ptr<const ConstantArray> table;
};

/// A tensor of the ONNX graph: either a constant, or a value that holds its
/// elements in the order of `layout` and in whatever shape suited its producer.
struct Tensor {
  Shape shape; ///< as ONNX sees it
  mlir::Value value;
  Layout layout;
  std::shared_ptr<const ConstantArray> constant;
  /// True if nothing else reads the value.
  bool exclusive = true;
  /// Where the value is codes (Codes.h), the integers of its levels. They rise;
  /// levels beyond them are never reached.
  std::vector<int64_t> integers;
  /// Of int32 sums, what the model multiplies them by.
  int64_t factor = 1;
  /// Set for the outcomes of comparisons (Comparisons.cpp) of the value.
  std::shared_ptr<const Comparison> comparison;

  int64_t rank() const { return shape.size(); }
  bool isCodes() const { return !integers.empty(); }
  /// int32 sums of a product.
  bool isSums() const;
};

/// A constant operand that was checked: its shape and finite elements.
struct Parameter {
  std::string name;
  Shape shape;
  std::vector<float> values;
  std::vector<float> steps; ///< as in ConstantArray
  Shape group = {};         ///< likewise, of weights [outputs, ...]
};

using Handler = mlir::LogicalResult (*)(Importer &, Node &);
struct Operator {
  Handler handler;
  int minInputs, maxInputs;
};
/// Operators by name; those of foreign domains as `<domain>.<name>`.
using OperatorTable = llvm::StringMap<Operator>;

void registerLinear(OperatorTable &table);
void registerElementwise(OperatorTable &table);
void registerNormalization(OperatorTable &table);
void registerShape(OperatorTable &table);
void registerPooling(OperatorTable &table);
void registerQuantizers(OperatorTable &table);
void registerIntegers(OperatorTable &table);
void registerIntegerProducts(OperatorTable &table);
void registerComparisons(OperatorTable &table);
void registerReductions(OperatorTable &table);
void registerSlicing(OperatorTable &table);

/// The physical order of the dimensions of an image (NCHW as NHWC), or of any
/// other tensor whose second dimension is the channel.
Shape channelsLast(size_t rank);

/// The dimensions of a value of floats, sums or codes.
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// Permutes the dimensions of weights.
void permuteWeights(Parameter &weights, llvm::ArrayRef<int64_t> order);
/// The convolution that the node's attributes describe; `inputs` are the
/// numbers of image and weights among the node's inputs.
mlir::FailureOr<Tensor> buildConv(Importer &importer, Node &node,
                                  const Tensor &input, Parameter weights,
                                  const Parameter *bias,
                                  std::pair<int, int> inputs);
/// The product of features with weights [outputs, inputs] in the model's order.
mlir::FailureOr<Tensor> buildMatmul(Importer &importer, Node &node,
                                    const Tensor &input, Parameter weights,
                                    const Parameter *bias);
/// Dimensions as an attribute or, since opset 13, as an operand; sorted.
mlir::FailureOr<Shape> readAxes(Importer &importer, Node &node, int64_t rank,
                                llvm::ArrayRef<int64_t> usual);
/// Clip of integers that the graph computes: their range becomes narrower.
mlir::LogicalResult clipIntegers(Importer &importer, Node &node);
/// Mul of sums by an integer and Add of sums of the same operand, of which one
/// is computed.
mlir::LogicalResult combineSums(Importer &importer, Node &node);
/// ReduceSum of comparisons: how many thresholds are reached.
mlir::LogicalResult countReached(Importer &importer, Node &node,
                                 const Tensor &input,
                                 llvm::ArrayRef<int64_t> axes, bool keeps);
/// Cast of codes, sums or comparisons to the element type `to`.
mlir::LogicalResult castIntegers(Importer &importer, Node &node, int32_t to);

class Importer {
public:
  Importer(mlir::MLIRContext &context, llvm::StringRef path,
           const ImportOptions &options);

  mlir::OwningOpRef<mlir::ModuleOp> run(const onnx::ModelProto &model);

  /// At the current node's place and location.
  mlir::ImplicitLocOpBuilder &builder() { return b; }
  int64_t opset() const { return opsetVersion; }

  //===--- Operands -------------------------------------------------------===//

  /// Input `i`, of any kind.
  mlir::FailureOr<Tensor> tensor(Node &node, int i);
  /// The same, but no outcome of a comparison: its elements can be moved.
  mlir::FailureOr<Tensor> movable(Node &node, int i);
  /// Input `i`, float and not empty.
  mlir::FailureOr<Tensor> data(Node &node, int i);
  /// Input `i` as a float constant whose elements are all finite.
  mlir::FailureOr<Parameter> parameter(Node &node, int i);
  /// The same with one element per channel.
  mlir::FailureOr<Parameter> channelParameter(Node &node, int i,
                                              int64_t channels);
  /// Input `i` as integer constants.
  mlir::FailureOr<Shape> integers(Node &node, int i);

  //===--- Values ---------------------------------------------------------===//

  /// The tensor as a value of its own shape with dimensions permuted; in ONNX
  /// order where `order` is empty.
  mlir::Value materialize(const Tensor &tensor,
                          llvm::ArrayRef<int64_t> order = {});
  /// The same elements in the same order in another shape.
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value constant(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<float> values, llvm::StringRef name);
  /// Weights [outputs, ...]: a decoded constant if they are multiples of steps,
  /// one for each output.
  mlir::Value weights(llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<float> values, llvm::ArrayRef<float> steps,
                      llvm::StringRef name, llvm::ArrayRef<int64_t> group);
  /// The quantized constant of weights that are these multiples of steps; null
  /// if neither binary bases nor int8 hold them. Without a `group` each output
  /// is one.
  mlir::Value quantizedWeights(llvm::ArrayRef<int64_t> shape,
                               llvm::ArrayRef<int64_t> integers,
                               llvm::ArrayRef<float> steps,
                               llvm::StringRef name,
                               llvm::ArrayRef<int64_t> group);
  /// Elementwise; the operands have the same rank and broadcast.
  mlir::Value multiply(mlir::Value x, mlir::Value y);
  mlir::Value shapeConstant(llvm::ArrayRef<int64_t> values);
  mlir::RankedTensorType floatType(llvm::ArrayRef<int64_t> shape);

  /// Codes that were made of others for these levels; null if not yet.
  mlir::Value &labelled(std::pair<mlir::Value, mlir::Attribute> codes) {
    return relabelled[codes];
  }

  //===--- Results --------------------------------------------------------===//

  /// A tensor whose value has its dimensions permuted by `order`.
  static Tensor makeTensor(mlir::Value value, llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<int64_t> order = {});
  /// Refuses a result that is too large.
  mlir::LogicalResult checkSize(Node &node, llvm::ArrayRef<int64_t> shape);
  mlir::LogicalResult setResult(Node &node, Tensor tensor);
  /// The node's name, made unique among layers.
  std::string layerName(const Node &node);

private:
  mlir::InFlightDiagnostic error() const;
  mlir::LogicalResult readOpset(const onnx::ModelProto &model);
  mlir::LogicalResult readInitializers(const onnx::GraphProto &graph);
  mlir::LogicalResult readInputs(const onnx::GraphProto &graph);
  mlir::FailureOr<Shape> inputShape(const onnx::ValueInfoProto &input);
  mlir::LogicalResult convert(const onnx::NodeProto &proto);
  mlir::LogicalResult readOutputs(const onnx::GraphProto &graph);
  mlir::LogicalResult checkOutput(const onnx::ValueInfoProto &output,
                                  const Tensor &tensor);

  mlir::MLIRContext &context;
  mlir::Location file;
  ImportOptions options;
  mlir::ImplicitLocOpBuilder b;
  mlir::Operation *function = nullptr;
  int64_t opsetVersion = 0;
  OperatorTable operators;
  llvm::StringMap<Tensor> tensors;
  llvm::StringMap<int64_t> uses;
  llvm::StringSet<> layers;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Attribute>, mlir::Value>
      relabelled;
};

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_IMPORTER_H
