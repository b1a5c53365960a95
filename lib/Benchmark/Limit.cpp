//===- Limit.cpp - What a CPU's instructions allow ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/Limit.h"
#include "lib/Emission/Object.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicsAArch64.h"
#include "llvm/IR/IntrinsicsX86.h"
#include <chrono>
#include <random>

using namespace llvm;
using namespace subbit;

/// Turns of one call: some fifty microseconds, beside which it does not count
/// that the code is cold behind a long layer.
static constexpr int64_t kTurns = 16384;

namespace {

/// The loop for one target.
class LimitBuilder {
public:
  LimitBuilder(Module &module, const Triple &triple, const TargetInfo &info,
               LimitKind kind, StringRef dot)
      : module(module), context(module.getContext()), b(context),
        triple(triple), info(info), kind(kind), dot(dot) {
    // The limit counts each word, also where layers add carries.
    StringRef counting = kind == LimitKind::Bits && !info.countsWords()
                             ? StringRef(info.counting)
                             : "words";
    byTable = counting == "pmadd" && StringRef(info.name) != "avx512-bitalg";
    bool inBytes = counting != "words" && counting != "pairs" &&
                   StringRef(info.name) != "scalar";
    unsigned bits = counting == "pairs" ? 64 : inBytes ? 8 : 32;
    element = b.getIntNTy(bits);
    vector = element;
    elements = std::max<int64_t>(1, info.lanes * 32 / bits);
    bool isScalable = StringRef(info.scaling) != "none";
    if (info.lanes > 1)
      vector = VectorType::get(element, elements, isScalable);
    // Accumulators, operands and a weight have registers. Two products a cycle,
    // each of which takes five, need ten.
    vectors = info.registers < 32 ? 6 : kind == LimitKind::Bits ? 8 : 12;
  }

  /// Multiply-adds, which may be for each unit of the vectors' length.
  double perTurn() const {
    if (kind == LimitKind::Floats)
      return double(elements) * vectors;
    if (kind == LimitKind::Codes)
      return double(elements) * (dot == "pmaddwd" ? 2 : 4) * vectors;
    double bits = double(elements) * element->getIntegerBitWidth() * vectors;
    // A byte is a place in a table of four bits.
    return byTable ? bits / 2 : bits;
  }
  std::string name() const {
    if (kind == LimitKind::Floats)
      return "multiply + add";
    if (kind == LimitKind::Codes)
      return (dot + (dot.starts_with("pmadd") ? " + add" : "")).str();
    return byTable ? "table lookup + add" : "xor + popcount + add";
  }

  void build() {
    Type *pointer = b.getPtrTy();
    auto *function = Function::Create(
        FunctionType::get(b.getVoidTy(), {b.getInt64Ty(), pointer}, false),
        Function::ExternalLinkage, "limit", module);
    Value *end = function->getArg(0), *memory = function->getArg(1);
    auto *entry = BasicBlock::Create(context, "entry", function);
    auto *loop = BasicBlock::Create(context, "loop", function);
    auto *done = BasicBlock::Create(context, "done", function);
    b.SetInsertPoint(entry);
    SmallVector<Value *> operands;
    auto place = [&](Value *from, int64_t v) {
      return b.CreateGEP(vector, from, b.getInt64(v));
    };
    // Instructions without VEX take operands from aligned memory alone.
    uint64_t bytes = elements * element->getIntegerBitWidth() / 8;
    Align align(byTable ? bytes : 1);
    auto load = [&](Value *from, int64_t v) {
      return b.CreateAlignedLoad(vector, place(from, v), align);
    };
    for (int64_t v = 0; v < vectors; ++v)
      operands.push_back(load(memory, v));
    Value *anyWeight = load(memory, vectors);
    b.CreateBr(loop);
    b.SetInsertPoint(loop);
    PHINode *turn = b.CreatePHI(b.getInt64Ty(), 2);
    turn->addIncoming(b.getInt64(0), entry);
    SmallVector<PHINode *> counts;
    for (int64_t v = 0; v < vectors; ++v) {
      counts.push_back(b.CreatePHI(vector, 2));
      counts.back()->addIncoming(Constant::getNullValue(vector), entry);
    }
    Value *weight = hide(anyWeight);
    // A lookup takes what it looks up from memory.
    Value *patches = byTable ? hide(memory) : nullptr;
    for (int64_t v = 0; v < vectors; ++v)
      counts[v]->addIncoming(
          add(counts[v], patches ? load(patches, v) : operands[v], weight),
          loop);
    Value *next = b.CreateAdd(turn, b.getInt64(1));
    turn->addIncoming(next, loop);
    b.CreateCondBr(b.CreateICmpULT(next, end), loop, done);
    b.SetInsertPoint(done);
    for (int64_t v = 0; v < vectors; ++v)
      b.CreateAlignedStore(counts[v]->getIncomingValueForBlock(loop),
                           place(memory, vectors + 1 + v), Align(1));
    b.CreateRetVoid();
  }

private:
  Value *add(Value *sum, Value *operand, Value *weight) {
    switch (kind) {
    case LimitKind::Bits:
      return b.CreateAdd(sum, count(weight, operand));
    case LimitKind::Codes:
      return addProducts(sum, operand, weight);
    case LimitKind::Floats:
      break;
    }
    Type *floats = vector->getWithNewType(b.getFloatTy());
    auto as = [&](Value *x) { return b.CreateBitCast(x, floats); };
    Value *product = b.CreateFMul(as(operand), as(weight));
    return b.CreateBitCast(b.CreateFAdd(as(sum), product), vector);
  }

  Value *count(Value *weight, Value *operand) {
    if (!byTable)
      return b.CreateUnaryIntrinsic(Intrinsic::ctpop,
                                    b.CreateXor(weight, operand));
    Intrinsic::ID id = elements == 64   ? Intrinsic::x86_avx512_pshuf_b_512
                       : elements == 32 ? Intrinsic::x86_avx2_pshuf_b
                                        : Intrinsic::x86_ssse3_pshuf_b_128;
    return b.CreateIntrinsic(id, {}, {weight, operand});
  }

  Value *addProducts(Value *sum, Value *codes, Value *weights) {
    auto as = [&](Value *x, unsigned bits) {
      return b.CreateBitCast(
          x, VectorType::get(b.getIntNTy(bits), elements * (32 / bits), false));
    };
    if (dot == "usdot" || dot == "sdot")
      return b.CreateIntrinsic(dot == "sdot" ? Intrinsic::aarch64_neon_sdot
                                             : Intrinsic::aarch64_neon_usdot,
                               {sum->getType(), as(codes, 8)->getType()},
                               {sum, as(codes, 8), as(weights, 8)});
    if (dot == "dpbusd")
      return b.CreateIntrinsic(elements == 16
                                   ? Intrinsic::x86_avx512_vpdpbusd_512
                                   : Intrinsic::x86_avx512_vpdpbusd_256,
                               {}, {sum, as(codes, 8), as(weights, 8)});
    if (dot == "pmaddubsw") {
      Intrinsic::ID id = elements == 16  ? Intrinsic::x86_avx512_pmaddubs_w_512
                         : elements == 8 ? Intrinsic::x86_avx2_pmadd_ub_sw
                                         : Intrinsic::x86_ssse3_pmadd_ub_sw_128;
      Value *products =
          b.CreateIntrinsic(id, {}, {as(codes, 8), as(weights, 8)});
      return b.CreateBitCast(b.CreateAdd(as(sum, 16), products),
                             sum->getType());
    }
    Intrinsic::ID id = elements == 16  ? Intrinsic::x86_avx512_pmaddw_d_512
                       : elements == 8 ? Intrinsic::x86_avx2_pmadd_wd
                                       : Intrinsic::x86_sse2_pmadd_wd;
    return b.CreateAdd(
        sum, b.CreateIntrinsic(id, {}, {as(codes, 16), as(weights, 16)}));
  }

  /// The same value, of which the optimizer knows nothing.
  Value *hide(Value *value) {
    StringRef registers = info.lanes == 1 || value->getType()->isPointerTy()
                              ? "r"
                          : triple.isX86()   ? "v"
                          : triple.isRISCV() ? "vr"
                                             : "w";
    auto *type = FunctionType::get(value->getType(), {value->getType()}, false);
    auto *hidden = InlineAsm::get(type, "", ("=" + registers + ",0").str(),
                                  /*hasSideEffects=*/true);
    return b.CreateCall(hidden, {value});
  }

  Module &module;
  LLVMContext &context;
  IRBuilder<> b;
  const Triple &triple;
  const TargetInfo &info;
  IntegerType *element;
  Type *vector;
  int64_t elements, vectors;
  LimitKind kind;
  StringRef dot;
  bool byTable;
};

} // namespace

Limit::Limit() = default;
Limit::Limit(Limit &&) = default;
Limit::~Limit() = default;

Expected<Limit> Limit::compile(const TargetSpec &target, LimitKind kind,
                               StringRef dot) {
  auto info = describeTarget(target);
  if (!info)
    return info.takeError();
  auto machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  auto context = std::make_unique<LLVMContext>();
  auto module = std::make_unique<Module>("limit", *context);
  module->setTargetTriple((*machine)->getTargetTriple());
  module->setDataLayout((*machine)->createDataLayout());
  LimitBuilder builder(*module, (*machine)->getTargetTriple(), *info, kind,
                       dot);
  builder.build();
  // The context, and the types in it, live as long as the JIT needs them.
  double perTurn = builder.perTurn();
  for (Function &function : *module)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", (*machine)->getTargetCPU());
      function.addFnAttr("target-features",
                         (*machine)->getTargetFeatureString());
      function.addFnAttr("prefer-vector-width", "512");
    }
  optimize(*module, **machine);

  orc::JITTargetMachineBuilder host((*machine)->getTargetTriple());
  host.setCPU((*machine)->getTargetCPU().str());
  host.addFeatures({});
  SubtargetFeatures features((*machine)->getTargetFeatureString());
  host.addFeatures(features.getFeatures());
  auto jit = orc::LLJITBuilder().setJITTargetMachineBuilder(host).create();
  if (!jit)
    return jit.takeError();
  if (Error error =
          (*jit)->addIRModule({std::move(module), std::move(context)}))
    return std::move(error);
  auto address = (*jit)->lookup("limit");
  if (!address)
    return address.takeError();
  Limit limit;
  limit.jit = std::move(*jit);
  limit.function = address->toPtr<void(int64_t, void *)>();
  limit.perTurn = perTurn;
  limit.isFloat = kind == LimitKind::Floats;
  limit.description = builder.name();
  return std::move(limit);
}

double Limit::measure() const {
  // Bits like those of a layer, which take power, or floats from 1 to 2; and
  // room for sums.
  constexpr size_t vectors = 12 + 1 + 12;
  alignas(64) uint32_t memory[16 * vectors];
  std::minstd_rand random;
  for (uint32_t &word : memory)
    word = isFloat ? 0x3f800000 | (random() & 0x7fffff)
                   : random() << 16 ^ random();
  auto start = std::chrono::steady_clock::now();
  function(kTurns, memory);
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  return perTurn * kTurns / elapsed.count();
}
