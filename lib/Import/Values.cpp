//===- Values.cpp - Operands and values -----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/Importer.h"
#include "lib/Numerics/IntegerBases.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

FailureOr<Tensor> Importer::tensor(Node &node, int i) {
  if (!node.hasInput(i))
    return node.error() << "input " << i << " is missing";
  StringRef name = node.getProto().input(i);
  auto found = tensors.find(name);
  if (found == tensors.end())
    return node.inputError(i) << "is not defined: no graph input, initializer "
                                 "or earlier node has this name";
  Tensor tensor = found->second;
  tensor.exclusive &= uses.lookup(name) <= 1;
  return tensor;
}

FailureOr<Tensor> Importer::movable(Node &node, int i) {
  FailureOr<Tensor> operand = tensor(node, i);
  if (succeeded(operand) && operand->comparison)
    return node.inputError(i) << "holds the outcomes of comparisons, which can "
                                 "only be counted by ReduceSum";
  return operand;
}

FailureOr<Tensor> Importer::data(Node &node, int i) {
  FailureOr<Tensor> operand = tensor(node, i);
  if (failed(operand))
    return failure();
  if (operand->isCodes())
    return node.inputError(i) << "holds the integers of a quantizer, expected "
                                 "floats; put a DequantizeLinear in front";
  if (operand->isSums())
    return node.inputError(i)
           << "holds int32 sums, expected floats; put a Cast in front";
  if (operand->comparison)
    return node.inputError(i)
           << "holds the outcomes of comparisons, expected floats";
  if (!operand->constant)
    return operand;
  const ConstantArray &array = *operand->constant;
  if (!array.isFloat)
    return node.inputError(i) << "holds integers, expected floats";
  if (array.firstNonFinite)
    return node.inputError(i)
           << "is not finite: element " << *array.firstNonFinite << " of '"
           << array.name << "' is NaN or infinite";
  if (array.floats.empty())
    return node.inputError(i)
           << "has no elements, its shape is " << toString(operand->shape);
  return operand;
}

FailureOr<Parameter> Importer::parameter(Node &node, int i) {
  FailureOr<Tensor> operand = data(node, i);
  if (failed(operand))
    return failure();
  if (!operand->constant)
    return node.inputError(i)
           << "is computed by the graph, expected an initializer or a constant";
  return Parameter{operand->constant->name, operand->shape,
                   operand->constant->floats, operand->constant->steps,
                   operand->constant->group};
}

FailureOr<Parameter> Importer::channelParameter(Node &node, int i,
                                                int64_t channels) {
  FailureOr<Parameter> operand = parameter(node, i);
  if (failed(operand))
    return failure();
  if (ArrayRef<int64_t>(operand->shape) != ArrayRef<int64_t>(channels))
    return node.inputError(i)
           << "has shape " << toString(operand->shape) << ", expected "
           << channels << ", one element per channel";
  return operand;
}

FailureOr<Shape> Importer::integers(Node &node, int i) {
  FailureOr<Tensor> operand = tensor(node, i);
  if (failed(operand))
    return failure();
  if (!operand->constant)
    return node.inputError(i) << "is computed by the graph, expected a "
                                 "constant; simplify the model before export";
  if (operand->constant->isFloat)
    return node.inputError(i) << "holds floats, expected integers";
  return Shape(operand->constant->integers.begin(),
               operand->constant->integers.end());
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Shape importer::channelsLast(size_t rank) {
  Shape order = {0};
  for (size_t dim = 2; dim < rank; ++dim)
    order.push_back(dim);
  if (rank > 1)
    order.push_back(1);
  return order;
}

RankedTensorType Importer::floatType(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, b.getF32Type());
}

Value Importer::constant(ArrayRef<int64_t> shape, ArrayRef<float> values,
                         StringRef name) {
  ElementsAttr elements =
      mbn::makeElements<float>(&context, shape, values, name);
  return arith::ConstantOp::create(b, cast<TypedAttr>(elements));
}

/// One step for each output, if `values` are multiples of them; the multiples
/// go to `integers`.
static std::optional<std::vector<float>>
findSteps(int64_t outputs, ArrayRef<float> values, ArrayRef<float> steps,
          std::vector<int64_t> &integers) {
  std::vector<float> result;
  size_t size = values.size() / outputs;
  for (auto [i, value, step] : llvm::enumerate(values, steps)) {
    if (i % size == 0)
      result.push_back(step);
    double multiple = std::round(double(value) / step);
    if (step != result.back() || !(std::abs(multiple) <= 32767) ||
        step * static_cast<float>(multiple) != value)
      return std::nullopt;
    integers.push_back(static_cast<int64_t>(multiple));
  }
  return result;
}

Value Importer::weights(ArrayRef<int64_t> shape, ArrayRef<float> values,
                        ArrayRef<float> steps, StringRef name,
                        ArrayRef<int64_t> group) {
  std::vector<int64_t> integers;
  std::optional<std::vector<float>> outputSteps;
  if (!steps.empty())
    outputSteps = findSteps(shape[0], values, steps, integers);
  Value packed;
  if (outputSteps)
    packed = quantizedWeights(shape, integers, *outputSteps, name, group);
  if (!packed)
    return constant(shape, values, name);
  return mbn::DecodeOp::create(b, floatType(shape), packed);
}

Value Importer::quantizedWeights(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> integers,
                                 ArrayRef<float> steps, StringRef name,
                                 ArrayRef<int64_t> group) {
  Attribute value;
  SmallVector<int64_t> perOutput(shape);
  perOutput[0] = 1;
  SmallVector<int64_t> single(shape.size(), 1);
  // A group that the weights cannot have is none.
  bool fits =
      group.size() == shape.size() && (group[0] == 1 || group[0] == shape[0]);
  for (auto [size, of] : llvm::zip(group, shape))
    fits &= size >= 1 && size <= of;
  if (!fits)
    group = perOutput;
  int64_t least = 8, most = 8;
  bool isInt8 =
      llvm::all_of(integers, [](int64_t w) { return llvm::isInt<8>(w); });
  auto bases = numerics::basesOfIntegers(numerics::Grouping(shape, group),
                                         integers, steps);
  // Weights of more bits without any structure are offsets of their own.
  if (!bases && !isInt8) {
    group = single;
    bases = numerics::basesOfIntegers(numerics::Grouping(shape, group),
                                      integers, steps);
  }
  if (bases) {
    auto [low, high] =
        std::minmax_element(bases->widths.begin(), bases->widths.end());
    least = *low, most = *high;
    value = mbn::makeBases(&context, *bases, name);
  } else {
    if (!isInt8)
      return nullptr;
    std::vector<int8_t> bytes(integers.begin(), integers.end());
    value = mbn::DenseAttr::get(
        &context, mbn::makeElements<int8_t>(&context, shape, bytes, name),
        mbn::makeElements<float>(&context, {shape[0]}, steps, name));
  }
  auto type = mbn::MultiBitType::get(&context, shape, group, least, most);
  return mbn::ConstantOp::create(b, type, value);
}

ArrayRef<int64_t> importer::shapeOf(Value value) {
  if (auto type = dyn_cast<mbn::MultiBitType>(value.getType()))
    return type.getShape();
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool Tensor::isSums() const {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  return type && type.getElementType().isInteger(32);
}

Value Importer::multiply(Value x, Value y) {
  Shape shape;
  for (auto [a, c] : llvm::zip_equal(shapeOf(x), shapeOf(y)))
    shape.push_back(std::max(a, c));
  auto i8 = RankedTensorType::get({1}, b.getI8Type());
  Value shift = tosa::ConstOp::create(
      b, i8, DenseElementsAttr::get(i8, static_cast<int8_t>(0)));
  return tosa::MulOp::create(b, floatType(shape), x, y, shift);
}

Value Importer::shapeConstant(ArrayRef<int64_t> values) {
  auto type = tosa::shapeType::get(&context, values.size());
  return tosa::ConstShapeOp::create(b, type, b.getIndexTensorAttr(values));
}

Value Importer::reshape(Value value, ArrayRef<int64_t> shape) {
  if (shapeOf(value) == shape)
    return value;
  if (auto type = dyn_cast<mbn::MultiBitType>(value.getType()))
    return mbn::ReshapeOp::create(b, type.cloneWithShape(shape), value);
  auto type = cast<RankedTensorType>(value.getType());
  return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                 shapeConstant(shape));
}

static Shape identityOrder(int64_t rank) {
  return llvm::to_vector<4>(llvm::seq<int64_t>(0, rank));
}

/// How the tensor's dimensions are permuted in its value, where the value has
/// just these dimensions; none otherwise.
static std::optional<Shape> findOrder(const Tensor &tensor) {
  if (static_cast<int64_t>(shapeOf(tensor.value).size()) != tensor.rank())
    return std::nullopt;
  Shape order = identityOrder(tensor.rank());
  do {
    if (ArrayRef<int64_t>(permute(tensor.shape, order)) ==
            shapeOf(tensor.value) &&
        Layout::permuted(tensor.shape, order) == tensor.layout)
      return order;
  } while (std::next_permutation(order.begin(), order.end()));
  return std::nullopt;
}

static Value transpose(ImplicitLocOpBuilder &b, Value value,
                       ArrayRef<int64_t> order) {
  if (auto type = dyn_cast<mbn::MultiBitType>(value.getType()))
    return mbn::TransposeOp::create(
        b, type.cloneWithShape(permute(type.getShape(), order)), value, order);
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int32_t> perms(order);
  return tosa::TransposeOp::create(
      b,
      RankedTensorType::get(permute(type.getShape(), order),
                            type.getElementType()),
      value, perms);
}

/// The value's factors and the order that brings them into ONNX order, factors
/// that stay neighbours being merged.
static std::pair<Shape, Shape> factorOrder(ArrayRef<Layout::Factor> factors) {
  Shape sorted = identityOrder(factors.size());
  llvm::sort(sorted, [&](int64_t i, int64_t j) {
    return factors[i].stride > factors[j].stride;
  });
  // The first factor of each run of neighbours; the run's size.
  SmallVector<std::pair<int64_t, int64_t>> runs;
  int64_t previous = -2;
  for (int64_t i : sorted) {
    if (i == previous + 1)
      runs.back().second *= factors[i].size;
    else
      runs.push_back({i, factors[i].size});
    previous = i;
  }
  auto inValue = llvm::to_vector(runs);
  llvm::sort(inValue);
  Shape sizes, order;
  for (const auto &run : inValue)
    sizes.push_back(run.second);
  for (const auto &run : runs)
    order.push_back(llvm::find(inValue, run) - inValue.begin());
  return {sizes, order};
}

Value Importer::materialize(const Tensor &tensor, ArrayRef<int64_t> order) {
  Shape shape = permute(tensor.shape, order);
  if (tensor.constant) {
    const std::vector<float> &floats = tensor.constant->floats;
    if (order.empty())
      return constant(shape, floats, tensor.constant->name);
    std::vector<float> values;
    values.reserve(floats.size());
    for (int64_t i : permutedIndices(tensor.shape, order))
      values.push_back(floats[i]);
    return constant(shape, values, tensor.constant->name);
  }
  if (tensor.layout == Layout::permuted(tensor.shape, order))
    return reshape(tensor.value, shape);

  Shape target = order.empty() ? identityOrder(tensor.rank()) : Shape(order);
  if (std::optional<Shape> current = findOrder(tensor)) {
    Shape perms;
    for (int64_t dim : target)
      perms.push_back(llvm::find(*current, dim) - current->begin());
    return transpose(b, tensor.value, perms);
  }

  // No permutation of dimensions: back to ONNX order by its factors, then to
  // the order asked for.
  int64_t count = *countElements(tensor.shape);
  auto [sizes, perms] = factorOrder(*tensor.layout.cut({count}));
  Value value = tensor.value;
  if (sizes.size() > 1)
    value = transpose(b, reshape(value, sizes), perms);
  value = reshape(value, tensor.shape);
  if (Layout::permuted(tensor.shape, order).isIdentity())
    return reshape(value, shape);
  return transpose(b, value, target);
}

Tensor Importer::makeTensor(Value value, ArrayRef<int64_t> shape,
                            ArrayRef<int64_t> order) {
  Tensor tensor;
  tensor.shape = Shape(shape);
  tensor.value = value;
  tensor.layout = Layout::permuted(shape, order);
  return tensor;
}
