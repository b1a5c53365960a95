//===- FuseBands.cpp - Layers band by band --------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/Bands.h"
#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace subbit::bitserial {
#define GEN_PASS_DEF_FUSEBANDSPASS
#include "dialects/Bitserial/Transforms/Passes.h.inc"
} // namespace subbit::bitserial

using namespace mlir;
using namespace subbit::bitserial;

namespace {
struct FuseBandsPass
    : public subbit::bitserial::impl::FuseBandsPassBase<FuseBandsPass> {
  void runOnOperation() override;

private:
  LogicalResult fuse(ProductOp product);
};
} // namespace

/// The packings that read codes and nothing else; false if something else does.
static bool findPackings(Value codes, SmallVectorImpl<PackOp> &packings) {
  for (Operation *user : codes.getUsers()) {
    if (auto pack = dyn_cast<PackOp>(user)) {
      if (!pack.getImage())
        return false;
      packings.push_back(pack);
    } else if (!isa<tensor::ReshapeOp, tensor::CollapseShapeOp,
                    tensor::ExpandShapeOp>(user) ||
               user->getOperand(0) != codes ||
               !findPackings(user->getResult(0), packings)) {
      return false;
    }
  }
  return !packings.empty();
}

/// Bits of memory for codes of `levels` levels.
static int64_t storedBits(int64_t levels) {
  int64_t bits = llvm::Log2_64_Ceil(levels);
  return std::max<int64_t>(1, llvm::PowerOf2Ceil(bits));
}

static ImageAttr withBits(ImageAttr image, int64_t bits) {
  return ImageAttr::get(image.getContext(), image.getSize(), image.getPad(),
                        bits, image.getOutside(), image.getMarked());
}

/// Classes of the rows or columns that windows are made of: the last ones may
/// be in none.
static DenseI64ArrayAttr pooledClasses(DenseI64ArrayAttr classes,
                                       int64_t window) {
  if (!classes)
    return classes;
  int64_t size = classes.size() / window * window;
  return DenseI64ArrayAttr::get(classes.getContext(),
                                classes.asArrayRef().take_front(size));
}

/// Loops over the bands; returns the codes of all.
static Value buildBands(LoopBuilder &b, const BandChain &chain,
                        ArrayRef<int64_t> band, ImageAttr image) {
  PackOp pack = chain.pack;
  ProductOp product = chain.product;
  ThresholdOp threshold = chain.threshold;
  SmallVector<int64_t, 2> window = chain.window;
  int64_t steps[2] = {band[0] / window[0], band[1] / window[1]};
  GeometryAttr g = product.getGeometry();
  auto geometry =
      GeometryAttr::get(g.getContext(), g.getInput(), g.getKernel(),
                        g.getGroup(), {g.getOutput()[0], band[0], band[1]},
                        g.getStride(), g.getDilation(), g.getGroups());
  auto schedule = ScheduleAttr::get(
      g.getContext(), Orientation::Pixels, 1, band[0] * band[1],
      product.getSchedule().getCounting(), Scaling::None, /*passes=*/1);
  int64_t rows = cast<ShapedType>(pack.getOutput().getType()).getDimSize(1);
  int64_t count =
      chain.images * image.getSize()[0] * image.getSize()[1] * g.getOutput()[0];
  auto empty = [&](ArrayRef<int64_t> shape, Type type) -> Value {
    return tensor::EmptyOp::create(b.b, b.loc, shape, type);
  };
  auto place = [&](Value at, int d) -> Value {
    // The last band is moved back over its neighbour.
    if (image.getSize()[d] % steps[d])
      return b.least(at, b.index(image.getSize()[d] - steps[d]));
    return at;
  };

  int64_t bytes = (count * image.getBits() + 7) / 8;
  Value all = empty({bytes}, b.b.getI8Type());
  auto body = [&](Value n, Value row, Value column, Value state) -> Value {
    Value y = place(row, 0), x = place(column, 1);
    Value none = empty({1, rows, band[0] * band[1]}, b.b.getI32Type());
    auto patches = PackOp::create(
        b.b, b.loc, none.getType(), pack.getInput(), none,
        ValueRange{n, b.mul(y, window[0]), b.mul(x, window[1])}, geometry,
        schedule, pack.getPlanesAttr(), pack.getImageAttr());
    return BandOp::create(b.b, b.loc, state.getType(), patches->getResult(0),
                          product.getWords(), product.getCoordinates(),
                          product.getWidths(), product.getInit(),
                          threshold.getThresholds(), state, ValueRange{n, y, x},
                          product.getLayerAttr(), product.getMultipliersAttr(),
                          geometry, schedule, b.b.getDenseI64ArrayAttr(window),
                          image,
                          pooledClasses(threshold.getRowsAttr(), window[0]),
                          pooledClasses(threshold.getColumnsAttr(), window[1]))
        ->getResult(0);
  };
  using Values = LoopBuilder::Values;
  return b.loop(chain.images, all, [&](Value n, ValueRange state) {
    return b.loop(b.index(0), b.index(image.getSize()[0]), steps[0], state,
                  [&](Value y, ValueRange state) {
                    return b.loop(b.index(0), b.index(image.getSize()[1]),
                                  steps[1], state,
                                  [&](Value x, ValueRange state) -> Values {
                                    return {body(n, y, x, state[0])};
                                  });
                  });
  })[0];
}

LogicalResult FuseBandsPass::fuse(ProductOp product) {
  Attribute attr = product->getAttr(kBandAttr);
  if (!attr)
    return success();
  auto band = dyn_cast<DenseI64ArrayAttr>(attr);
  if (!band)
    return product.emitOpError()
           << "of layer '" << product.getLayer() << "' has the band " << attr
           << ", expects an array<i64: ROWS, COLUMNS>";
  product->removeAttr(kBandAttr);
  auto chain = BandChain::match(product);
  if (!chain)
    return product.emitOpError()
           << "of layer '" << product.getLayer()
           << "' has a band, but no thresholds alone read its sums";
  SmallVector<int64_t, 2> window = chain->window, size = chain->size;
  for (int d = 0; d < 2; ++d)
    if (band.size() != 2 || band[d] < 1 || band[d] % window[d] ||
        band[d] / window[d] > size[d])
      return product.emitOpError()
             << "of layer '" << product.getLayer() << "' has the band ["
             << band.asArrayRef() << "], expects whole windows of [" << window
             << "], at most [" << size << "] of them";

  if (band[0] * band[1] > kMostPositions)
    return product.emitOpError()
           << "of layer '" << product.getLayer() << "' has a band of "
           << band[0] * band[1] << " positions, expects at most "
           << kMostPositions;

  Value result = chain->result;
  SmallVector<PackOp> readers;
  bool isNarrow = findPackings(result, readers);
  int64_t thresholds =
      cast<ShapedType>(chain->threshold.getThresholds().getType())
          .getShape()
          .back();
  int64_t bits = isNarrow ? storedBits(thresholds + 1) : 8;
  auto image = ImageAttr::get(&getContext(), size, {0, 0}, bits, 0, false);

  OpBuilder builder(result.getDefiningOp());
  LoopBuilder b(builder, product.getLoc());
  Value codes = buildBands(b, *chain, band, image);
  if (isNarrow) {
    numNarrow += bits < 8;
    for (PackOp reader : readers) {
      reader.getInputMutable().assign(codes);
      reader.setImageAttr(withBits(*reader.getImage(), bits));
    }
  } else {
    auto type = cast<RankedTensorType>(result.getType());
    ReassociationIndices all;
    for (int64_t d = 0; d < type.getRank(); ++d)
      all.push_back(d);
    result.replaceAllUsesWith(
        tensor::ExpandShapeOp::create(builder, product.getLoc(), type, codes,
                                      ArrayRef<ReassociationIndices>{all}));
  }
  return success();
}

void FuseBandsPass::runOnOperation() {
  SmallVector<ProductOp> products;
  getOperation().walk([&](ProductOp product) { products.push_back(product); });
  for (ProductOp product : products)
    if (failed(fuse(product)))
      return signalPassFailure();
}
