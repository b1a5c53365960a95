//===- Slicing.cpp - Shape, Gather, Concat, Slice, Pad and the like -------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What exporters write around layers: arithmetic on shapes, which are known and
// fold away, and parts of tensors.

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Codes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <algorithm>
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// A constant of some elements of others, in a new shape.
static LogicalResult setConstant(Importer &importer, Node &node,
                                 ConstantArray array, Shape shape) {
  array.name = node.getProto().output(0);
  array.firstNonFinite = std::nullopt;
  for (auto [i, x] : llvm::enumerate(array.floats))
    if (!std::isfinite(x) && !array.firstNonFinite)
      array.firstNonFinite = i;
  Tensor tensor;
  tensor.shape = std::move(shape);
  tensor.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(tensor));
}

static ConstantArray selectElements(const ConstantArray &from,
                                    ArrayRef<int64_t> indices) {
  ConstantArray array;
  array.isFloat = from.isFloat;
  for (int64_t i : indices) {
    if (from.isFloat)
      array.floats.push_back(from.floats[i]);
    else
      array.integers.push_back(from.integers[i]);
    if (!from.steps.empty())
      array.steps.push_back(from.steps[i]);
  }
  return array;
}

static LogicalResult convertShape(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input) || failed(node.expectInt("start", 0, "take it whole")))
    return failure();
  ConstantArray array;
  array.integers.assign(input->shape.begin(), input->shape.end());
  return setConstant(importer, node, std::move(array), {input->rank()});
}

/// An index, counted from the end where it is negative.
static LogicalResult normalize(Node &node, int input, int64_t &index,
                               int64_t size) {
  int64_t found = index;
  index += index < 0 ? size : 0;
  if (index >= 0 && index < size)
    return success();
  return node.inputError(input)
         << "has an element " << found << ", expected it from " << -size
         << " to " << size - 1;
}

/// Each integer that the graph computes as the element of a list that it is the
/// index of.
static LogicalResult lookUp(Importer &importer, Node &node, const Tensor &list,
                            Tensor codes) {
  if (!list.constant || list.constant->isFloat || list.rank() != 1)
    return node.inputError(0) << "is no constant list of integers, which is "
                                 "what computed indices take";
  // An input of the graph has no more indices than the list has elements.
  if (codes.value && !codes.value.getDefiningOp() &&
      list.shape[0] < static_cast<int64_t>(codes.integers.size()))
    codes.integers.resize(list.shape[0]);
  std::vector<int64_t> integers = codes.integers;
  for (int64_t &q : integers) {
    if (failed(normalize(node, 1, q, list.shape[0])))
      return failure();
    q = list.constant->integers[q];
  }
  return mapIntegers(importer, node, 1, std::move(codes), integers);
}

static LogicalResult convertGather(Importer &importer, Node &node) {
  FailureOr<Tensor> data = importer.tensor(node, 0), at;
  if (failed(data) || failed(at = importer.tensor(node, 1)))
    return failure();
  FailureOr<int64_t> axis = node.getAxis(0, data->rank());
  if (failed(axis))
    return failure();
  if (at->isCodes())
    return lookUp(importer, node, *data, std::move(*at));
  FailureOr<Shape> indices = importer.integers(node, 1);
  if (failed(indices))
    return failure();
  if (!data->constant)
    return node.inputError(0) << "is computed by the graph, expected a shape "
                                 "or another constant";
  for (int64_t &index : *indices)
    if (failed(normalize(node, 1, index, data->shape[*axis])))
      return failure();
  ArrayRef<int64_t> shape = data->shape;
  Shape result(shape.take_front(*axis));
  result.append(at->shape.begin(), at->shape.end());
  llvm::append_range(result, shape.drop_front(*axis + 1));
  if (failed(importer.checkSize(node, result)))
    return failure();
  int64_t inner = *countElements(shape.drop_front(*axis + 1));
  int64_t outer = *countElements(shape.take_front(*axis));
  std::vector<int64_t> elements;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t index : *indices)
      for (int64_t i = 0; i < inner; ++i)
        elements.push_back((o * shape[*axis] + index) * inner + i);
  return setConstant(importer, node, selectElements(*data->constant, elements),
                     result);
}

static LogicalResult convertConstantOfShape(Importer &importer, Node &node) {
  FailureOr<Shape> shape = importer.integers(node, 0);
  if (failed(shape) || failed(importer.checkSize(node, *shape)))
    return failure();
  ConstantArray array;
  array.isFloat = true;
  array.floats = {0};
  if (const onnx::AttributeProto *value = node.find("value")) {
    auto read = readTensor(value->t(), node.name(),
                           [&] { return node.error() << "its value "; });
    if (failed(read))
      return failure();
    array = std::move(read->second);
  }
  if (array.floats.size() + array.integers.size() != 1)
    return node.error() << "its value has more or less than one element";
  std::vector<int64_t> zeros(*countElements(*shape));
  return setConstant(importer, node, selectElements(array, zeros), *shape);
}

/// Of integers to integers and of floats to floats: nothing to do. Of constants
/// to the other kind.
static LogicalResult convertCast(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  FailureOr<int64_t> to;
  if (failed(input) || failed(to = node.getInt("to", onnx::TensorProto::FLOAT)))
    return failure();
  node.ignore({"saturate"});
  if (input->isCodes() || input->isSums() || input->comparison)
    return castIntegers(importer, node, *to);
  bool toFloat = *to == onnx::TensorProto::FLOAT;
  if (!toFloat && *to != onnx::TensorProto::INT64 &&
      *to != onnx::TensorProto::INT32)
    return node.attributeError("to", Twine(*to))
           << "expected FLOAT (1), INT32 (6) or INT64 (7)";
  bool isFloat = !input->constant || input->constant->isFloat;
  if (isFloat == toFloat)
    return importer.setResult(node, *input);
  if (!input->constant)
    return node.inputError(0) << "is computed by the graph in float; only "
                                 "constants can be cast to integers";
  ConstantArray array;
  array.isFloat = toFloat;
  if (toFloat)
    array.floats.assign(input->constant->integers.begin(),
                        input->constant->integers.end());
  for (float x : input->constant->floats) {
    if (!(std::abs(x) < 9e18f))
      return node.inputError(0) << "has an element that is no integer";
    array.integers.push_back(static_cast<int64_t>(x));
  }
  return setConstant(importer, node, std::move(array), input->shape);
}

//===----------------------------------------------------------------------===//
// Unsqueeze, Squeeze
//===----------------------------------------------------------------------===//

FailureOr<Shape> importer::readAxes(Importer &importer, Node &node,
                                    int64_t rank, ArrayRef<int64_t> usual) {
  FailureOr<Shape> axes = Shape(usual);
  if (node.hasInput(1)) {
    axes = importer.integers(node, 1);
  } else if (const onnx::AttributeProto *attribute = node.find("axes")) {
    axes = Shape(attribute->ints().begin(), attribute->ints().end());
  }
  if (failed(axes))
    return failure();
  for (int64_t &axis : *axes) {
    int64_t found = axis;
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank)
      return node.error() << "has an axis " << found << ", expected it from "
                          << -rank << " to " << rank - 1;
  }
  llvm::sort(*axes);
  if (std::adjacent_find(axes->begin(), axes->end()) != axes->end())
    return node.error() << "has an axis twice";
  return axes;
}

static LogicalResult convertUnsqueeze(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.movable(node, 0);
  if (failed(input))
    return failure();
  int64_t count = 0;
  if (const onnx::AttributeProto *attribute = node.find("axes"))
    count = attribute->ints_size();
  if (node.hasInput(1)) {
    FailureOr<Shape> axes = importer.integers(node, 1);
    if (failed(axes))
      return failure();
    count = axes->size();
  }
  FailureOr<Shape> axes = readAxes(importer, node, input->rank() + count, {});
  if (failed(axes))
    return failure();
  Tensor result = *input;
  for (int64_t axis : *axes)
    result.shape.insert(result.shape.begin() + axis, 1);
  if (failed(importer.checkSize(node, result.shape)))
    return failure();
  return importer.setResult(node, std::move(result));
}

static LogicalResult convertSqueeze(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.movable(node, 0);
  if (failed(input))
    return failure();
  Shape ones;
  for (auto [dim, size] : llvm::enumerate(input->shape))
    if (size == 1)
      ones.push_back(dim);
  FailureOr<Shape> axes = readAxes(importer, node, input->rank(), ones);
  if (failed(axes))
    return failure();
  Tensor result = *input;
  for (int64_t axis : llvm::reverse(*axes)) {
    if (result.shape[axis] != 1)
      return node.error() << "dimension " << axis << " is "
                          << result.shape[axis] << ", expected 1";
    result.shape.erase(result.shape.begin() + axis);
  }
  return importer.setResult(node, std::move(result));
}

//===----------------------------------------------------------------------===//
// Concat
//===----------------------------------------------------------------------===//

static LogicalResult convertConcat(Importer &importer, Node &node) {
  SmallVector<Tensor> inputs;
  for (int i = 0; i < node.getProto().input_size(); ++i) {
    FailureOr<Tensor> input = importer.tensor(node, i);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
  }
  int64_t rank = inputs.front().rank();
  FailureOr<int64_t> axis = node.getAxis(0, rank);
  if (failed(axis))
    return failure();
  Shape shape = inputs.front().shape;
  for (auto [i, input] : llvm::enumerate(ArrayRef(inputs).drop_front())) {
    Shape expected = shape;
    if (input.rank() == rank)
      expected[*axis] = input.shape[*axis];
    if (input.shape != expected)
      return node.inputError(i + 1)
             << "has shape " << toString(input.shape)
             << ", which does not go behind " << toString(shape);
    shape[*axis] += input.shape[*axis];
  }
  if (failed(importer.checkSize(node, shape)))
    return failure();
  bool allConstant = llvm::all_of(
      inputs, [](const Tensor &tensor) { return bool(tensor.constant); });
  if (allConstant) {
    ConstantArray array;
    array.isFloat = inputs.front().constant->isFloat;
    int64_t outer = *countElements(ArrayRef(shape).take_front(*axis));
    for (int64_t o = 0; o < outer; ++o)
      for (const Tensor &input : inputs) {
        const ConstantArray &from = *input.constant;
        if (from.isFloat != array.isFloat)
          return node.error() << "some of its inputs hold floats, others "
                                 "integers";
        int64_t size = *countElements(input.shape) / outer;
        auto append = [&](const auto &values, auto &to) {
          if (!values.empty())
            to.insert(to.end(), values.begin() + o * size,
                      values.begin() + (o + 1) * size);
        };
        append(from.floats, array.floats);
        append(from.integers, array.integers);
      }
    return setConstant(importer, node, std::move(array), shape);
  }
  // Images stay channels last, unless all are in the model's order.
  Shape order = rank == 4 ? channelsLast(4) : Shape();
  if (llvm::all_of(inputs, [](const Tensor &tensor) {
        return !tensor.constant && tensor.layout.isIdentity();
      }))
    order.clear();
  SmallVector<Value> values;
  int64_t physical =
      order.empty() ? *axis : llvm::find(order, *axis) - order.begin();
  bool isCodes = llvm::all_of(inputs, [&](const Tensor &tensor) {
    return tensor.isCodes() && tensor.integers == inputs[0].integers;
  });
  if (isCodes) {
    // Provisional levels, the same for all.
    auto type = cast<mbn::MultiBitType>(
        codesType(importer, permute(shape, order), inputs[0].integers.size()));
    for (const Tensor &input : inputs)
      values.push_back(relabel(importer, importer.materialize(input, order),
                               input.integers.size(), type.getLevels()));
    Value result =
        mbn::ConcatOp::create(importer.builder(), type, values, physical);
    Tensor tensor = Importer::makeTensor(result, shape, order);
    tensor.integers = inputs[0].integers;
    return importer.setResult(node, std::move(tensor));
  }
  for (int i = 0; i < node.getProto().input_size(); ++i) {
    FailureOr<Tensor> input = importer.data(node, i);
    if (failed(input))
      return failure();
    values.push_back(importer.materialize(*input, order));
  }
  Value result = tosa::ConcatOp::create(
      importer.builder(), importer.floatType(permute(shape, order)), values,
      importer.builder().getI32IntegerAttr(physical));
  return importer.setResult(node, Importer::makeTensor(result, shape, order));
}

//===----------------------------------------------------------------------===//
// Slice, Pad
//===----------------------------------------------------------------------===//

namespace {
/// `count` elements of a dimension from `start` on, `step` apart.
struct Range {
  int64_t start, step, count;
};
} // namespace

/// Starts, ends, axes, steps: attributes before opset 10.
static FailureOr<SmallVector<Range>> readRanges(Importer &importer, Node &node,
                                                ArrayRef<int64_t> shape) {
  Shape lists[4];
  if (importer.opset() < 10) {
    for (auto [list, name] :
         llvm::zip(lists, ArrayRef<StringRef>{"starts", "ends", "axes"}))
      if (const onnx::AttributeProto *attribute = node.find(name))
        list.assign(attribute->ints().begin(), attribute->ints().end());
  } else {
    for (int i = 1; i < 5; ++i)
      if (node.hasInput(i)) {
        FailureOr<Shape> list = importer.integers(node, i);
        if (failed(list))
          return failure();
        lists[i - 1] = *list;
      }
  }
  auto &[starts, ends, axes, steps] = lists;
  size_t count = starts.size();
  if (axes.empty())
    axes = llvm::to_vector<4>(llvm::seq<int64_t>(0, count));
  if (steps.empty())
    steps.assign(count, 1);
  if (ends.size() != count || axes.size() != count || steps.size() != count)
    return node.error() << "its starts, ends, axes and steps differ in length";
  SmallVector<Range> ranges;
  for (int64_t size : shape)
    ranges.push_back({0, 1, size});
  int64_t rank = shape.size();
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = axes[i] + (axes[i] < 0 ? rank : 0), step = steps[i];
    if (axis < 0 || axis >= rank || step == 0 ||
        step == std::numeric_limits<int64_t>::min())
      return node.error() << "has axis " << axes[i] << " and step " << step
                          << " for an input of rank " << rank;
    int64_t size = shape[axis];
    // Counted from the end where negative, then clamped to the dimension.
    auto place = [&](int64_t x, int64_t least, int64_t most) {
      if (x < 0)
        x = x < -size ? -1 : x + size;
      return std::clamp(x, least, most);
    };
    int64_t start, end, length;
    if (step > 0) {
      start = place(starts[i], 0, size);
      end = place(ends[i], 0, size);
      length = end > start ? (end - start - 1) / step + 1 : 0;
    } else {
      start = place(starts[i], -1, size - 1);
      end = ends[i] < -size ? -1 : place(ends[i], -1, size - 1);
      length = start > end ? (start - end - 1) / -step + 1 : 0;
    }
    ranges[axis] = {start, step, length};
  }
  return ranges;
}

/// Every `step`-th element of height and width, as 1x1 pooling, which knows
/// codes; of a slice that ends with the last one taken.
static Value sliceValue(Importer &importer, Value value,
                        ArrayRef<Range> ranges) {
  auto &b = importer.builder();
  Shape starts, sizes;
  bool strided = false;
  for (const Range &range : ranges) {
    starts.push_back(range.start);
    sizes.push_back((range.count - 1) * range.step + 1);
    strided |= range.step != 1;
  }
  if (cast<RankedTensorType>(value.getType()).getShape() !=
      ArrayRef<int64_t>(sizes)) {
    Value start = importer.shapeConstant(starts);
    Value size = importer.shapeConstant(sizes);
    value =
        tosa::SliceOp::create(b, importer.floatType(sizes), value, start, size);
  }
  if (!strided)
    return value;
  Shape result;
  for (const Range &range : ranges)
    result.push_back(range.count);
  return tosa::MaxPool2dOp::create(
      b, importer.floatType(result), value, ArrayRef<int64_t>{1, 1},
      ArrayRef<int64_t>{ranges[1].step, ranges[2].step},
      ArrayRef<int64_t>{0, 0, 0, 0});
}

static LogicalResult convertSlice(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  auto ranges = readRanges(importer, node, input->shape);
  if (failed(ranges))
    return failure();
  Shape shape;
  for (const Range &range : *ranges)
    shape.push_back(range.count);
  if (input->constant) {
    std::vector<int64_t> indices = {0};
    for (auto [size, range] : llvm::zip_equal(input->shape, *ranges)) {
      std::vector<int64_t> next;
      for (int64_t index : indices)
        for (int64_t i = 0; i < range.count; ++i)
          next.push_back(index * size + range.start + i * range.step);
      indices = std::move(next);
    }
    return setConstant(importer, node,
                       selectElements(*input->constant, indices), shape);
  }
  if (failed(input = importer.data(node, 0)))
    return failure();
  Shape order = input->rank() == 4 ? channelsLast(4) : Shape();
  SmallVector<Range> physical(*ranges);
  for (auto [i, dim] : llvm::enumerate(order))
    physical[i] = (*ranges)[dim];
  for (auto [i, range] : llvm::enumerate(physical)) {
    bool mayStride = order.size() == 4 && (i == 1 || i == 2);
    if (range.count == 0 || range.step < 1 || (range.step != 1 && !mayStride))
      return node.error() << "takes " << range.count
                          << " elements of a dimension, " << range.step
                          << " apart; steps above 1 are supported for height "
                             "and width of images, results must not be empty";
  }
  Value value =
      sliceValue(importer, importer.materialize(*input, order), physical);
  return importer.setResult(node, Importer::makeTensor(value, shape, order));
}

static LogicalResult convertPad(Importer &importer, Node &node) {
  FailureOr<std::string> mode = node.getString("mode", "constant");
  FailureOr<Tensor> input;
  if (failed(mode) || failed(input = importer.data(node, 0)))
    return failure();
  if (*mode != "constant")
    return node.attributeError("mode", *mode) << "expected 'constant'";
  FailureOr<Shape> pads = Shape();
  FailureOr<float> fill = 0.0f;
  if (importer.opset() < 11) {
    if (const onnx::AttributeProto *attribute = node.find("pads"))
      pads->assign(attribute->ints().begin(), attribute->ints().end());
    fill = node.getFloat("value", 0);
  } else {
    pads = importer.integers(node, 1);
    if (node.hasInput(2)) {
      FailureOr<Parameter> value = importer.parameter(node, 2);
      if (failed(value))
        return failure();
      if (value->values.size() != 1)
        return node.inputError(2) << "has more or less than one element";
      fill = value->values[0];
    }
  }
  if (failed(pads) || failed(fill))
    return failure();
  if (node.hasInput(3))
    return node.inputError(3) << "gives axes, which is not supported; pad all "
                                 "dimensions";
  size_t rank = input->rank();
  if (pads->size() != 2 * rank ||
      llvm::any_of(*pads, [](int64_t p) { return p < 0 || p > kMaxExtent; }))
    return node.error() << "has pads " << listString(*pads) << ", expected "
                        << 2 * rank << " numbers from 0 on";
  Shape shape = input->shape;
  for (size_t dim = 0; dim < rank; ++dim)
    shape[dim] += (*pads)[dim] + (*pads)[rank + dim];
  if (failed(importer.checkSize(node, shape)))
    return failure();
  Shape order = rank == 4 ? channelsLast(4) : Shape();
  Shape padding;
  for (size_t i = 0; i < rank; ++i) {
    int64_t dim = order.empty() ? i : order[i];
    padding.append({(*pads)[dim], (*pads)[rank + dim]});
  }
  auto &b = importer.builder();
  Value result = tosa::PadOp::create(
      b, importer.floatType(permute(shape, order)),
      importer.materialize(*input, order), importer.shapeConstant(padding),
      importer.constant({1}, {*fill}, "pad"));
  return importer.setResult(node, Importer::makeTensor(result, shape, order));
}

void importer::registerSlicing(OperatorTable &table) {
  constexpr int kMany = std::numeric_limits<int>::max();
  table["Shape"] = {convertShape, 1, 1};
  table["Gather"] = {convertGather, 2, 2};
  table["ConstantOfShape"] = {convertConstantOfShape, 1, 1};
  table["Cast"] = {convertCast, 1, 1};
  table["Unsqueeze"] = {convertUnsqueeze, 1, 2};
  table["Squeeze"] = {convertSqueeze, 1, 2};
  table["Concat"] = {convertConcat, 1, kMany};
  table["Slice"] = {convertSlice, 1, 5};
  table["Pad"] = {convertPad, 1, 4};
}
