//===- Sketch.cpp - Replace float weights by binary bases -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Sketch.h"
#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GlobPattern.h"
#include <cmath>

using namespace mlir;
using namespace subbit;

namespace subbit::mbn {
#define GEN_PASS_DEF_SKETCHPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace subbit::mbn;

/// A slice of about this many weights keeps the cost of coordinates low
/// (Sec. 5.1 of the ALQ paper recommends 32 to 512).
static constexpr int64_t kUsualSlice = 256;
/// Kernels with more positions than this get a group per input channel.
static constexpr int64_t kPixelKernel = 16;

FailureOr<SmallVector<int64_t>> mbn::groupShape(StringRef name,
                                                ArrayRef<int64_t> weights) {
  SmallVector<int64_t> group(weights);
  group[0] = 1;
  bool convolution = weights.size() == 4;
  int64_t slices = 0;
  if (name == "auto") {
    if (!convolution)
      slices = (weights[1] + kUsualSlice - 1) / kUsualSlice;
    else if (weights[1] * weights[2] > kPixelKernel || weights[3] == 1)
      name = "kernel";
    else
      name = "pixel";
  } else if (name.consume_front("sub-channel(") && name.consume_back(")")) {
    if (name.getAsInteger(10, slices) || slices < 1 || slices > weights.back())
      return failure();
  }
  if (slices) {
    group.back() = (weights.back() + slices - 1) / slices;
  } else if (name == "kernel" && convolution) {
    group[3] = 1;
  } else if (name == "pixel" && convolution) {
    group[1] = group[2] = 1;
  } else if (name == "layer") {
    group[0] = weights[0];
  } else if (name != "channel") {
    return failure();
  }
  return group;
}

namespace {
struct SketchPass : public mbn::impl::SketchPassBase<SketchPass> {
  using SketchPassBase::SketchPassBase;

  LogicalResult checkOptions();
  LogicalResult sketchLayer(Operation *op, Value weights, StringRef layer);
  void runOnOperation() override;
};
} // namespace

LogicalResult SketchPass::checkOptions() {
  Location loc = getOperation().getLoc();
  if (maxBits < 0 || maxBits > 8)
    return emitError(loc) << "max-bits must be from 0 to 8, found "
                          << maxBits.getValue();
  if (!(tolerance >= 0) || tolerance > 1)
    return emitError(loc) << "tolerance must be from 0 to 1, found "
                          << tolerance.getValue();
  if (maxInteger < 1 || maxInteger > 127)
    return emitError(loc) << "max-integer must be from 1 to 127, found "
                          << maxInteger.getValue();
  if (step != "per-output" && step != "per-layer")
    return emitError(loc) << "step must be 'per-output' or 'per-layer', found '"
                          << step << "'";
  return success();
}

/// "1.97 bits, relative error 0.0123, 10.2 times smaller".
static std::string describe(const numerics::Grouping &grouping,
                            const numerics::Bases &bases,
                            ArrayRef<float> weights, int64_t maxBits) {
  double error = 0, energy = 0, bits = 0;
  for (auto [w, decoded] :
       llvm::zip_equal(weights, numerics::decodeFloats(grouping, bases))) {
    double e = static_cast<double>(w) - decoded;
    error += e * e;
    energy += static_cast<double>(w) * w;
  }
  for (auto [g, width] : llvm::enumerate(bases.widths))
    bits += static_cast<double>(width) * grouping.groupSize(g);
  return llvm::formatv("{0:f2} bits, relative error {1:f5}, {2:f2} times "
                       "smaller",
                       bits / weights.size(), energy > 0 ? error / energy : 0,
                       32.0 * weights.size() /
                           numerics::formulaBits(grouping, bases, maxBits));
}

LogicalResult SketchPass::sketchLayer(Operation *op, Value weights,
                                      StringRef layer) {
  FailureOr<std::vector<float>> values = getConstantFloats(weights);
  // Weights that are computed, quantized already, or none, are left alone.
  if (failed(values) || values->empty())
    return success();
  for (auto [i, value] : llvm::enumerate(*values))
    if (!std::isfinite(value))
      return op->emitError()
             << "layer '" << layer << "' has weight " << value << " at index "
             << i << "; only finite weights can be quantized";
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(weights.getType()).getShape();
  FailureOr<SmallVector<int64_t>> groupDims = groupShape(group, shape);
  if (failed(groupDims))
    return op->emitError()
           << "layer '" << layer << "': group '" << group
           << "' does not fit its weights; choose channel, kernel or pixel "
              "(convolutions), sub-channel(k) with k from 1 to "
           << shape.back() << ", layer or auto";

  numerics::Grouping grouping(shape, *groupDims);
  numerics::SketchOptions options{maxBits, tolerance, step == "per-output",
                                  maxInteger};
  numerics::Bases bases = numerics::sketch(grouping, *values, options);
  numBases += bases.coordinates.size();
  ++numLayers;

  if (explain)
    op->emitRemark() << "layer '" << layer
                     << "': " << describe(grouping, bases, *values, maxBits);
  OpBuilder builder(op);
  auto type = MultiBitType::get(&getContext(), shape, *groupDims, 0, maxBits);
  auto constant = mbn::ConstantOp::create(
      builder, weights.getLoc(), type, makeBases(&getContext(), bases, layer));
  Attribute floats;
  if (keepFloats && matchPattern(weights, m_Constant(&floats)))
    constant->setAttr(kFloatsAttr, floats);
  Value decoded = DecodeOp::create(builder, weights.getLoc(),
                                   type.getDecodedType(), constant);
  op->setOperand(1, decoded);
  return success();
}

void SketchPass::runOnOperation() {
  if (failed(checkOptions()))
    return signalPassFailure();
  auto glob = llvm::GlobPattern::create(layers);
  if (!glob) {
    emitError(getOperation().getLoc())
        << "layers: '" << layers
        << "' is no glob: " << llvm::toString(glob.takeError());
    return signalPassFailure();
  }
  auto sketchMatching = [&](auto op) {
    if (!glob->match(op.getLayer()))
      return WalkResult::advance();
    return WalkResult(sketchLayer(op, op.getWeights(), op.getLayer()));
  };
  if (getOperation()
          .walk([&](Conv2DOp op) { return sketchMatching(op); })
          .wasInterrupted() ||
      getOperation()
          .walk([&](MatmulOp op) { return sketchMatching(op); })
          .wasInterrupted())
    signalPassFailure();
}
