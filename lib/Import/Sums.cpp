//===- Sums.cpp - ConvInteger, MatMulInteger and what follows them --------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// int32 sums are values of the quantized products themselves. Their weights may
// be stored doubled (numerics::basesOfIntegers), with steps of 1/2: so the sums
// are the model's divided by the step of their output.

#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/Codes.h"
#include "lib/Import/Integers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

static mbn::ConstantOp weightsOf(Operation *product) {
  return mbn::getWeightsConstant(product->getOperand(1));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// ConvInteger, MatMulInteger: sums of x minus its zero point times weights
/// minus theirs.
template <bool isConv>
static LogicalResult convertInteger(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  FailureOr<Scales> in, of;
  if (failed(input) || failed(in = readZeros(importer, node, 2)) ||
      failed(of = readZeros(importer, node, 3)))
    return failure();
  FailureOr<Parameter> weights =
      readIntegerWeights(importer, node, 1, *of, isConv ? 0 : 1);
  if (failed(weights))
    return failure();
  if (!input->isCodes())
    return node.inputError(0) << "holds no integers of at most 8 bits; a "
                                 "QuantizeLinear makes them";
  if (!llvm::all_equal(in->zeros))
    return node.inputError(2) << "differs from slice to slice, which is "
                                 "supported for weights only";
  FailureOr<Value> codes =
      labelCodes(importer, node, 0, *input, std::nullopt, in->zeros[0]);
  if (failed(codes))
    return failure();
  input->value = *codes;
  FailureOr<Tensor> result = buildProduct(
      importer, node, *input, std::move(*weights), nullptr, isConv, {0, 1});
  if (failed(result))
    return failure();
  return importer.setResult(node, std::move(*result));
}

/// The integers that a product multiplies by, as the model has them.
static std::vector<int64_t> modelWeights(Operation *product) {
  mbn::IntegerWeights weights = mbn::decodeIntegers(weightsOf(product));
  std::vector<int64_t> result;
  int64_t outputs = weightsOf(product).getType().getShape()[0];
  int64_t perOutput = weights.values.size() / outputs;
  for (auto [i, w] : llvm::enumerate(weights.values))
    result.push_back(static_cast<int64_t>(w * weights.step(i / perOutput)));
  return result;
}

/// The product itself, if the tensor is its result; null otherwise.
static Operation *productOf(const Tensor &tensor) {
  return tensor.isSums() ? tensor.value.getDefiningOp() : nullptr;
}

/// Whether two values are computed in the same way from the same ones.
static bool areSame(Value a, Value b) {
  if (a == b)
    return true;
  Operation *op = a.getDefiningOp(), *other = b.getDefiningOp();
  return op && other && isa<mbn::ReshapeOp, mbn::TransposeOp>(op) &&
         op->getName() == other->getName() && a.getType() == b.getType() &&
         op->getAttrDictionary() == other->getAttrDictionary() &&
         areSame(op->getOperand(0), other->getOperand(0));
}

/// Adds the weights of one product times a factor to others.
static void addWeights(std::vector<int64_t> &sum, const Tensor &tensor) {
  for (auto [w, v] : llvm::zip_equal(sum, modelWeights(productOf(tensor))))
    w += v * tensor.factor;
}

/// Whether sums are of the same operand, by the same kind of product.
static bool areAlike(const Tensor &a, const Tensor &b) {
  Operation *product = productOf(a), *other = productOf(b);
  auto attributes = [](Operation *op) {
    NamedAttrList list(op->getAttrDictionary());
    list.erase("layer");
    return list.getDictionary(op->getContext());
  };
  return other && other->getName() == product->getName() &&
         attributes(other) == attributes(product) &&
         areSame(other->getOperand(0), product->getOperand(0)) &&
         other->getResultTypes() == product->getResultTypes() &&
         weightsOf(other).getType().getShape() ==
             weightsOf(product).getType().getShape() &&
         a.layout == b.layout && a.shape == b.shape;
}

LogicalResult importer::combineSums(Importer &importer, Node &node) {
  FailureOr<Tensor> left = importer.tensor(node, 0), right;
  if (failed(left) || failed(right = importer.tensor(node, 1)))
    return failure();
  if (!left->isSums())
    std::swap(left, right);
  constexpr int64_t largest = 32767;
  auto fits = [&](int64_t factor) {
    return factor >= -largest && factor <= largest &&
           std::abs(left->factor * factor) <= largest;
  };
  if (node.op() == "Mul" && right->constant && !right->constant->isFloat &&
      right->constant->integers.size() == 1 && right->rank() <= left->rank() &&
      fits(right->constant->integers[0])) {
    left->factor *= right->constant->integers[0];
    return importer.setResult(node, std::move(*left));
  }
  if (node.op() != "Add" || !areAlike(*left, *right))
    return node.error() << "of int32 sums is supported for the sums of two "
                           "products of the same operand, and for a factor of "
                           "at most 32767; put a Cast to FLOAT in front";
  Operation *product = productOf(*left);
  mbn::MultiBitType type = weightsOf(product).getType();
  std::vector<int64_t> weights(type.getNumElements());
  addWeights(weights, *left);
  addWeights(weights, *right);
  std::vector<float> steps(type.getShape()[0], 1);
  Value constant = importer.quantizedWeights(type.getShape(), weights, steps,
                                             "weights", type.getGroup());
  if (!constant)
    return node.error() << "makes weights that do not fit 16 bits";
  auto &b = importer.builder();
  OperationState state(b.getLoc(), product->getName());
  state.addOperands({product->getOperand(0), constant});
  state.addAttributes(product->getAttrs());
  state.addTypes(product->getResultTypes());
  Operation *result = b.create(state);
  result->setAttr("layer", b.getStringAttr(importer.layerName(node)));
  left->value = result->getResult(0);
  left->factor = 1;
  left->exclusive = true;
  if (failed(checkSums(node, result)))
    return failure();
  return importer.setResult(node, std::move(*left));
}

LogicalResult importer::checkSums(Node &node, Operation *product) {
  mbn::ConstantOp weights = weightsOf(product);
  auto levels = cast<mbn::MultiBitType>(product->getOperand(0).getType())
                    .getLevels()
                    .toNumerics();
  int64_t largest = mbn::maxSum(mbn::decodeIntegers(weights),
                                weights.getType().getShape()[0], levels);
  if (largest > std::numeric_limits<int32_t>::max())
    return node.error() << "its sums reach " << largest
                        << ", which does not fit int32; use fewer bits";
  return success();
}

//===----------------------------------------------------------------------===//
// Sums to floats
//===----------------------------------------------------------------------===//

/// The model's sums are those of the product times these, one for each output.
static std::vector<float> sumSteps(Operation *product) {
  mbn::IntegerWeights weights = mbn::decodeIntegers(weightsOf(product));
  int64_t outputs = shapeOf(product->getResult(0)).back();
  std::vector<float> steps;
  for (int64_t c = 0; c < outputs; ++c)
    steps.push_back(weights.step(c));
  return steps;
}

FailureOr<Value> importer::modelSums(Importer &importer, const Tensor &sums) {
  Operation *product = productOf(sums);
  if (sums.factor != 1)
    return failure();
  if (llvm::all_of(sumSteps(product), [](float s) { return s == 1; }))
    return importer.materialize(sums);
  mbn::MultiBitType type = weightsOf(product).getType();
  std::vector<float> steps(type.getShape()[0], 1);
  // Groups of one weight are never doubled.
  Value constant =
      importer.quantizedWeights(type.getShape(), modelWeights(product), steps,
                                "weights", Shape(type.getRank(), 1));
  IRMapping mapping;
  mapping.map(product->getOperand(1), constant);
  Tensor result = sums;
  result.value = importer.builder().clone(*product, mapping)->getResult(0);
  return importer.materialize(result);
}

static InFlightDiagnostic factorError(Node &node) {
  return node.inputError(0) << "holds int32 sums times a factor, which can "
                               "only be added; multiply behind a Cast to FLOAT";
}

FailureOr<Tensor> importer::sumsToFloats(Importer &importer, Node &node,
                                         const Tensor &sums) {
  if (sums.factor != 1)
    return factorError(node);
  std::vector<float> steps = sumSteps(productOf(sums));
  int64_t outputs = steps.size();
  Tensor result = sums;
  Value scale = importer.constant({outputs}, steps, "scale");
  Value base =
      importer.constant({outputs}, std::vector<float>(outputs), "base");
  result.value = mbn::RescaleOp::create(
      importer.builder(), importer.floatType(shapeOf(sums.value)), sums.value,
      scale, base, mbn::BorderAttr());
  result.exclusive = true;
  return result;
}

/// Which of `count` rows of a table are the same, numbered by first occurrence.
static SmallVector<int64_t>
findClasses(int64_t count, llvm::function_ref<bool(int64_t, int64_t)> same,
            SmallVectorImpl<int64_t> &firsts) {
  SmallVector<int64_t> classes;
  for (int64_t i = 0; i < count; ++i) {
    auto found = llvm::find_if(firsts, [&](int64_t k) { return same(i, k); });
    classes.push_back(found - firsts.begin());
    if (found == firsts.end())
      firsts.push_back(i);
  }
  return classes;
}

/// A table [height, width, ...] in which height or width may be 1, as border
/// classes and a table [row classes, column classes, ...]; no border where each
/// position has the same elements, and no leading dimensions then.
template <typename T>
static mbn::BorderAttr findBorder(MLIRContext *context, int64_t height,
                                  int64_t width, ArrayRef<int64_t> shape,
                                  std::vector<T> &table) {
  int64_t tableHeight = shape[0], tableWidth = shape[1];
  int64_t size = table.size() / (tableHeight * tableWidth);
  auto at = [&](int64_t y, int64_t x) {
    return ArrayRef<T>(table).slice(
        ((tableHeight == 1 ? 0 : y) * tableWidth + (tableWidth == 1 ? 0 : x)) *
            size,
        size);
  };
  auto equal = [](ArrayRef<T> a, ArrayRef<T> b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
  };
  SmallVector<int64_t> firstRows, firstColumns;
  SmallVector<int64_t> rows = findClasses(
      height,
      [&](int64_t i, int64_t k) {
        for (int64_t x = 0; x < width; ++x)
          if (!equal(at(i, x), at(k, x)))
            return false;
        return true;
      },
      firstRows);
  SmallVector<int64_t> columns = findClasses(
      width,
      [&](int64_t i, int64_t k) {
        for (int64_t y : firstRows)
          if (!equal(at(y, i), at(y, k)))
            return false;
        return true;
      },
      firstColumns);
  std::vector<T> compact;
  for (int64_t y : firstRows)
    for (int64_t x : firstColumns)
      llvm::append_range(compact, at(y, x));
  table = std::move(compact);
  if (firstRows.size() * firstColumns.size() == 1)
    return nullptr;
  return mbn::BorderAttr::get(context, rows, columns);
}

/// The order of dimensions, of the model's or with channels last, in which a
/// value holds a tensor of this shape; none if it does not.
static std::optional<Shape> findOrder(const Tensor &tensor,
                                      ArrayRef<int64_t> shape) {
  for (const Shape &order : {Shape(), channelsLast(shape.size())})
    if (tensor.layout == Layout::permuted(shape, order) &&
        ArrayRef<int64_t>(permute(shape, order)) == shapeOf(tensor.value))
      return order;
  return std::nullopt;
}

bool importer::foldIntoRescale(Importer &importer, const Tensor &input,
                               const Tensor &constant, bool isFactor) {
  auto op = input.value ? input.value.getDefiningOp<mbn::RescaleOp>() : nullptr;
  if (!op || !input.exclusive || !constant.constant ||
      constant.rank() > input.rank())
    return false;
  std::optional<Shape> order = findOrder(input, input.shape);
  auto base = *mbn::getConstantFloats(op.getBase());
  auto scale = *mbn::getConstantFloats(op.getScale());
  // Then each of the operations rounds as it did.
  if (!order || llvm::any_of(base, [](float x) { return x != 0; }) ||
      (isFactor &&
       llvm::any_of(scale, [](float x) { return x != 1 && x != 0.5; })))
    return false;
  Shape full = padded(constant.shape, input.rank());
  Shape shape = permute(full, *order);
  std::vector<float> values;
  Shape all = order->empty()
                  ? llvm::to_vector<4>(llvm::seq<int64_t>(0, input.rank()))
                  : *order;
  for (int64_t i : permutedIndices(full, all))
    values.push_back(constant.constant->floats[i]);
  int64_t channels = scale.size();
  if (shape.front() != 1)
    return false;
  bool hasPositions = shape.size() == 4 && shape[1] * shape[2] > 1;
  if (isFactor && hasPositions)
    return false;
  if (shape.back() == 1) {
    std::vector<float> expanded;
    for (float x : values)
      expanded.insert(expanded.end(), channels, x);
    values = std::move(expanded);
  }
  auto &b = importer.builder();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  StringRef name = constant.constant->name;
  if (isFactor) {
    for (auto [x, s] : llvm::zip_equal(values, scale))
      x *= s;
    op.getScaleMutable().assign(importer.constant({channels}, values, name));
    return true;
  }
  Shape baseShape{channels};
  if (hasPositions) {
    ArrayRef<int64_t> of = shapeOf(op);
    mbn::BorderAttr border =
        findBorder(b.getContext(), of[1], of[2],
                   ArrayRef<int64_t>(shape).slice(1, 2), values);
    if (border) {
      baseShape = {border.getNumRowClasses(), border.getNumColumnClasses(),
                   channels};
      op.setBorderAttr(border);
    }
  }
  op.getBaseMutable().assign(importer.constant(baseShape, values, name));
  return true;
}

//===----------------------------------------------------------------------===//
// Sums to codes
//===----------------------------------------------------------------------===//

FailureOr<Tensor> importer::thresholdSums(Importer &importer, Node &node,
                                          const Tensor &sums,
                                          const ConstantArray &table,
                                          ArrayRef<int64_t> tableShape) {
  if (sums.factor != 1)
    return factorError(node);
  std::optional<Shape> order = findOrder(sums, sums.shape);
  if (!order || tableShape[0] != 1)
    return node.error() << "compares sums whose dimensions were moved, or has "
                           "thresholds for each of a batch, which is not "
                           "supported";
  size_t rank = sums.rank();
  Shape all =
      order->empty() ? llvm::to_vector<4>(llvm::seq<int64_t>(0, rank)) : *order;
  all.push_back(rank);
  Shape shape = permute(tableShape, all);
  int64_t reached = shape.back(), columns = llvm::PowerOf2Ceil(reached + 1) - 1;
  std::vector<float> steps = sumSteps(productOf(sums));
  int64_t channels = steps.size();
  bool isShared = shape[rank - 1] == 1;
  std::vector<int64_t> indices = permutedIndices(tableShape, all);
  // Rows of thresholds of the product's sums, in order, for each channel.
  std::vector<int32_t> rows;
  constexpr int64_t least = std::numeric_limits<int32_t>::min(),
                    most = std::numeric_limits<int32_t>::max();
  int64_t perPosition = reached * (isShared ? 1 : channels);
  for (size_t at = 0; at < indices.size(); at += perPosition)
    for (int64_t c = 0; c < channels; ++c) {
      std::vector<int32_t> row;
      for (int64_t k = 0; k < reached; ++k) {
        int64_t t =
            table.integers[indices[at + (isShared ? 0 : c * reached) + k]];
        bool isEnd = t <= least || t >= most;
        t = isEnd ? t : static_cast<int64_t>(double(t) / steps[c]);
        row.push_back(static_cast<int32_t>(std::clamp(t, least, most)));
      }
      llvm::sort(row);
      row.resize(columns, most);
      rows.insert(rows.end(), row.begin(), row.end());
    }
  auto &b = importer.builder();
  Shape rowsShape = {channels, columns};
  mbn::BorderAttr border;
  if (rank == 4) {
    ArrayRef<int64_t> of = shapeOf(sums.value);
    border = findBorder(b.getContext(), of[1], of[2],
                        ArrayRef<int64_t>(shape).slice(1, 2), rows);
    if (border)
      rowsShape = {border.getNumRowClasses(), border.getNumColumnClasses(),
                   channels, columns};
  }
  Value thresholds = arith::ConstantOp::create(
      b, cast<TypedAttr>(mbn::makeElements<int32_t>(b.getContext(), rowsShape,
                                                    rows, "thresholds")));
  Tensor result = sums;
  for (int64_t i = 0; i <= reached; ++i)
    result.integers.push_back(i);
  result.value = mbn::ThresholdOp::create(
      b, codesType(importer, shapeOf(sums.value), result.integers.size()),
      sums.value, thresholds, border);
  result.exclusive = true;
  return result;
}

void importer::registerIntegerProducts(OperatorTable &table) {
  table["ConvInteger"] = {convertInteger<true>, 2, 4};
  table["MatMulInteger"] = {convertInteger<false>, 2, 4};
}
