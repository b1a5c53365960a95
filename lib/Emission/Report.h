//===- Report.h - Sizes of a compiled network ----------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_REPORT_H
#define SUBBIT_EMISSION_REPORT_H

#include "lib/Emission/Entry.h"
#include "lib/Emission/Object.h"
#include "lib/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"

namespace subbit {

/// One layer's weights by both counts.
struct LayerSize {
  std::string layer;
  std::string arithmetic; ///< "integer" or "float"
  int64_t weights = 0;    ///< of the layer
  int64_t groups = 0;     ///< 0 if the weights are plain floats
  int64_t signs = 0;      ///< of all bases, 8 per integer, 32 per float
  /// The ALQ paper's count (numerics::formulaBits); 32 per plain float.
  int64_t formulaBits = 0;
  /// Everything that the object stores for the layer.
  int64_t exactBytes = 0;

  /// Bases that a weight of the model takes part in, on average.
  double averageBits() const {
    return weights ? static_cast<double>(signs) / weights : 0;
  }
};

/// The layers of a fused module, in order, without exact sizes.
std::vector<LayerSize> getLayerSizes(mlir::ModuleOp module);

/// Adds the layer of each array of version `version`'s bufferized module, by
/// symbol.
void addArrayLayers(mlir::ModuleOp module, const Entry &entry, unsigned version,
                    llvm::StringMap<std::string> &layers);

/// Adds up the arrays' sizes in an object; returns the bytes of constants that
/// belong to no layer.
int64_t addExactSizes(std::vector<LayerSize> &layers,
                      const llvm::StringMap<std::string> &arrays,
                      const llvm::StringMap<int64_t> &symbols);

/// The content of PREFIX.json; without memory if that is not known.
llvm::json::Value makeReport(const Entry &entry, const TargetSpec &target,
                             llvm::ArrayRef<LayerSize> layers,
                             int64_t otherBytes,
                             const std::optional<ObjectMemory> &memory);

/// The same for people.
void printReport(const Entry &entry, llvm::ArrayRef<LayerSize> layers,
                 int64_t otherBytes, const ObjectMemory &memory,
                 llvm::raw_ostream &os);

} // namespace subbit

#endif // SUBBIT_EMISSION_REPORT_H
