//===- Dispatch.cpp - Choosing a version at run time ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Dispatch.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Module.h"
#include <map>

using namespace llvm;
using namespace subbit;

namespace {

/// Builds the function, block by block.
class ChoiceBuilder {
public:
  ChoiceBuilder(Module &module, StringRef name)
      : module(module), name(name), b(module.getContext()),
        i32(b.getInt32Ty()) {}

  Function *build(ArrayRef<CPUTests> versions) {
    auto *chosen = new GlobalVariable(module, i32, /*isConstant=*/false,
                                      GlobalValue::InternalLinkage,
                                      b.getInt32(0), name + ".chosen");
    chosen->setAlignment(Align(4));
    function = Function::Create(FunctionType::get(i32, false),
                                GlobalValue::InternalLinkage, name + ".version",
                                module);
    function->addFnAttr(Attribute::NoInline);
    BasicBlock *start = block(), *ask = block(), *known = block();
    b.SetInsertPoint(start);
    LoadInst *value = b.CreateLoad(i32, chosen);
    value->setAtomic(AtomicOrdering::Monotonic);
    value->setAlignment(Align(4));
    b.CreateCondBr(b.CreateIsNull(value), ask, known);
    b.SetInsertPoint(known);
    b.CreateRet(value);

    b.SetInsertPoint(ask);
    // Which leaves there are; asking for others gives those of another.
    most = cpuid(0, 0)[0];
    mostExtended = cpuid(0x80000000, 0)[0];
    Value *best = b.getInt32(-1);
    for (auto [i, version] : enumerate(versions))
      best = b.CreateSelect(passes(version), b.getInt32(i + 1), best);
    StoreInst *store = b.CreateStore(best, chosen);
    store->setAtomic(AtomicOrdering::Monotonic);
    store->setAlignment(Align(4));
    b.CreateRet(best);
    return function;
  }

private:
  BasicBlock *block() {
    return BasicBlock::Create(module.getContext(), "", function);
  }

  /// The four registers of a leaf.
  SmallVector<Value *, 4> cpuid(uint32_t leaf, uint32_t subleaf) {
    Type *result = StructType::get(i32, i32, i32, i32);
    auto *code = InlineAsm::get(
        FunctionType::get(result, {i32, i32}, false), "cpuid",
        "={ax},={bx},={cx},={dx},{ax},{cx},~{dirflag},~{fpsr},~{flags}",
        /*hasSideEffects=*/false);
    Value *all = b.CreateCall(code, {b.getInt32(leaf), b.getInt32(subleaf)});
    SmallVector<Value *, 4> values;
    for (unsigned reg = 0; reg < 4; ++reg)
      values.push_back(b.CreateExtractValue(all, reg));
    return values;
  }

  /// The same, zeros if there is no such leaf.
  Value *registerOf(const CPUIDTest &test) {
    auto [at, isNew] = leaves.insert({{test.leaf, test.subleaf}, {}});
    if (isNew) {
      at->second = cpuid(test.leaf, test.subleaf);
      Value *last = test.leaf >> 31 ? mostExtended : most;
      Value *exists = b.CreateICmpUGE(last, b.getInt32(test.leaf));
      for (Value *&value : at->second)
        value = b.CreateSelect(exists, value, b.getInt32(0));
    }
    return at->second[test.reg];
  }

  Value *hasBits(Value *value, uint32_t mask) {
    return b.CreateICmpEQ(b.CreateAnd(value, b.getInt32(mask)),
                          b.getInt32(mask));
  }

  /// XCR0, or 0 where the instruction that reads it does not exist.
  Value *xcr0() {
    if (state)
      return state;
    Value *exists = hasBits(registerOf({1, 0, 2, 0}), 1u << 27);
    BasicBlock *before = b.GetInsertBlock(), *read = block(), *after = block();
    b.CreateCondBr(exists, read, after);
    b.SetInsertPoint(read);
    auto *code = InlineAsm::get(
        FunctionType::get(StructType::get(i32, i32), {i32}, false), "xgetbv",
        "={ax},={dx},{cx},~{dirflag},~{fpsr},~{flags}",
        /*hasSideEffects=*/true);
    Value *low = b.CreateExtractValue(b.CreateCall(code, {b.getInt32(0)}), 0);
    b.CreateBr(after);
    b.SetInsertPoint(after);
    PHINode *phi = b.CreatePHI(i32, 2);
    phi->addIncoming(b.getInt32(0), before);
    phi->addIncoming(low, read);
    return state = phi;
  }

  Value *passes(const CPUTests &tests) {
    Value *result = b.getTrue();
    for (const CPUIDTest &test : tests.cpuid)
      result = b.CreateAnd(result, hasBits(registerOf(test), test.mask));
    if (tests.xcr0)
      result = b.CreateAnd(result, hasBits(xcr0(), tests.xcr0));
    return result;
  }

  Module &module;
  std::string name;
  IRBuilder<> b;
  Type *i32;
  Function *function = nullptr;
  Value *most = nullptr, *mostExtended = nullptr, *state = nullptr;
  std::map<std::pair<uint32_t, uint32_t>, SmallVector<Value *, 4>> leaves;
};

} // namespace

Function *subbit::buildVersionChoice(Module &module, StringRef name,
                                     ArrayRef<CPUTests> versions) {
  return ChoiceBuilder(module, name).build(versions);
}
