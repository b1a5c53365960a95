//===- Entry.cpp - The C interface of a compiled network ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Entry.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "include/subbit/Description.h"
#include "lib/Emission/Dispatch.h"
#include "lib/Emission/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace subbit;

/// Keywords of C17 and C++20, and what the header itself uses.
static constexpr StringRef kReservedWords =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch "
    "char char16_t char32_t char8_t class co_await co_return co_yield compl "
    "concept const const_cast consteval constexpr constinit continue "
    "decltype default delete do double dynamic_cast else enum explicit "
    "export extern false float for friend goto if inline int int32_t long "
    "mutable namespace new noexcept not not_eq nullptr operator or or_eq "
    "private protected public register reinterpret_cast requires restrict "
    "return short signed size_t sizeof static static_assert static_cast "
    "struct switch template this thread_local throw true try typedef typeid "
    "typename typeof uint8_t union unsigned using virtual void volatile "
    "wchar_t while xor xor_eq";

std::string subbit::toIdentifier(StringRef text) {
  std::string result;
  for (char c : text)
    result += llvm::isAlnum(c) ? c : '_';
  if (result.empty() || llvm::isDigit(result[0]))
    result = "_" + result;
  return result;
}

/// What the symbols of all versions but the first end in.
static std::string versionSuffix(unsigned version) {
  return version ? ".v" + std::to_string(version + 1) : "";
}

std::string subbit::arraySymbol(const Entry &entry, StringRef array,
                                unsigned version) {
  std::string name = entry.name + ".";
  for (char c : array)
    name += llvm::isAlnum(c) || c == '.' || c == '_' ? c : '_';
  return name + versionSuffix(version);
}

static std::string functionSymbol(const Entry &entry, StringRef function,
                                  unsigned version) {
  return (entry.name + "." + function).str() + versionSuffix(version);
}

void subbit::nameSymbols(llvm::Module &module, const Entry &entry,
                         unsigned version) {
  // Versions share what is the same.
  for (llvm::GlobalVariable &global : module.globals()) {
    global.setName(arraySymbol(entry, global.getName(), version));
    global.setLinkage(llvm::GlobalValue::ExternalLinkage);
    global.setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  }
  // `main`, its tasks and what runs these, and `main.init`.
  for (llvm::Function &function : module) {
    StringRef name = function.getName();
    if (name == "main" || name.starts_with("main.task") ||
        name == kInitFunction)
      function.setName(functionSymbol(entry, name, version));
  }
}

//===----------------------------------------------------------------------===//
// Reading it off main
//===----------------------------------------------------------------------===//

FailureOr<Entry> subbit::getEntry(ModuleOp module, StringRef name) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return emitError(module.getLoc()) << "the module has no function 'main'";
  auto target = bitserial::getTargetInfo(module);
  if (failed(target))
    return failure();
  Entry entry;
  entry.name = name.str();
  entry.scratchAlignment = target->bufferAlignment;
  // The names that the tensors' fields of the argument block must not take.
  llvm::StringSet<> taken;
  for (StringRef field : {"size", "scratch", "trace", "trace_context",
                          "parallel", "pool", "weights"})
    taken.insert(field);
  for (StringRef word : llvm::split(kReservedWords, ' '))
    taken.insert(word);
  module.walk([&](bitserial::TraceOp) { ++entry.traces; });
  if (auto threads =
          module->getAttrOfType<IntegerAttr>(bitserial::kThreadsAttr))
    entry.threads = threads.getInt();
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    auto type = cast<MemRefType>(main.getArgument(i).getType());
    if (main.getArgAttr(i, kScratchAttr)) {
      entry.scratchBytes = type.getNumElements();
      continue;
    }
    if (main.getArgAttr(i, kWeightsAttr)) {
      entry.hasInit = true;
      entry.weightsBytes = type.getNumElements();
      continue;
    }
    bool output = static_cast<bool>(main.getArgAttr(i, kOutputAttr));
    std::vector<EntryTensor> &list = output ? entry.outputs : entry.inputs;
    EntryTensor tensor;
    auto nameAttr = main.getArgAttrOfType<StringAttr>(i, kNameAttr);
    tensor.name =
        nameAttr ? nameAttr.str()
                 : (output ? "output" : "input") + std::to_string(list.size());
    Type element = type.getElementType();
    if (element.isF32())
      tensor.type = SUBBIT_F32;
    else if (element.isInteger(32))
      tensor.type = SUBBIT_I32;
    else if (element.isInteger(8))
      tensor.type = SUBBIT_U8;
    else
      return main.emitError() << "'" << tensor.name << "' has elements of type "
                              << element << ", which no interface has";
    tensor.shape.assign(type.getShape().begin(), type.getShape().end());
    tensor.bytes =
        type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
    tensor.identifier = toIdentifier(tensor.name);
    while (!taken.insert(tensor.identifier).second)
      tensor.identifier += "_";
    list.push_back(std::move(tensor));
  }
  return entry;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

namespace {

/// Builds the entry function and the constants around it.
class EntryBuilder {
public:
  EntryBuilder(llvm::Module &module, const Entry &entry)
      : module(module), entry(entry), context(module.getContext()),
        pointer(llvm::PointerType::get(context, 0)),
        word(module.getDataLayout().getIntPtrType(context)),
        i32(llvm::Type::getInt32Ty(context)), b(context) {}

  void build() {
    for (llvm::GlobalVariable &global : module.globals())
      global.setLinkage(llvm::GlobalValue::InternalLinkage);
    if (llvm::Function *trace = module.getFunction("subbit.trace"))
      buildTrace(trace);
    SmallVector<llvm::Function *> tasks;
    for (llvm::Function &function : module)
      if (isTask(function))
        tasks.push_back(&function);
    for (llvm::Function *task : tasks)
      buildTask(task);
    buildRun();
    llvm::Constant *init = llvm::ConstantPointerNull::get(pointer);
    if (entry.hasInit)
      init = buildInit();
    buildDescription(init);
  }

private:
  int64_t wordBytes() const { return module.getDataLayout().getPointerSize(); }
  /// Words of the argument block: size, tensors, scratch, trace, context, with
  /// several threads the hook that runs tasks, and its pool, and last the
  /// unpacked weights, if that is done once.
  int64_t numTensors() const {
    return entry.inputs.size() + entry.outputs.size();
  }
  int64_t argsWords() const {
    return numTensors() + (entry.threads > 1 ? 6 : 4) + entry.hasInit;
  }

  llvm::Value *loadWord(llvm::Value *args, int64_t index, llvm::Type *type) {
    return b.CreateLoad(type, b.CreateConstInBoundsGEP1_64(word, args, index));
  }

  void buildTrace(llvm::Function *function) {
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    function->addFnAttr(llvm::Attribute::NoInline);
    auto *start = llvm::BasicBlock::Create(context, "", function);
    auto *call = llvm::BasicBlock::Create(context, "", function);
    auto *end = llvm::BasicBlock::Create(context, "", function);
    b.SetInsertPoint(start);
    llvm::Value *args = function->getArg(0);
    llvm::Value *callee = loadWord(args, numTensors() + 2, pointer);
    b.CreateCondBr(b.CreateIsNotNull(callee), call, end);
    b.SetInsertPoint(call);
    auto *type =
        llvm::FunctionType::get(b.getVoidTy(), {pointer, i32, pointer}, false);
    b.CreateCall(type, callee,
                 {loadWord(args, numTensors() + 3, pointer),
                  function->getArg(1), function->getArg(2)});
    b.CreateBr(end);
    b.SetInsertPoint(end);
    b.CreateRetVoid();
  }

  static bool isTask(const llvm::Function &function) {
    return function.getName().contains(".main.task") &&
           !function.isDeclaration();
  }

  /// The pointers that `main` takes, from the argument block: scratch is last.
  SmallVector<llvm::Value *> loadPointers(llvm::Value *args) {
    SmallVector<llvm::Value *> values;
    for (int64_t i = 0; i < numTensors(); ++i)
      values.push_back(loadWord(args, i + 1, pointer));
    if (entry.hasInit)
      values.push_back(loadWord(args, argsWords() - 1, pointer));
    values.push_back(loadWord(args, numTensors() + 1, pointer));
    return values;
  }

  /// Gives a task's function the form that a hook calls, and defines what
  /// `main` calls to have all tasks run.
  void buildTask(llvm::Function *function) {
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    auto *hooked = llvm::Function::Create(
        llvm::FunctionType::get(b.getVoidTy(), {pointer, i32}, false),
        llvm::GlobalValue::InternalLinkage, symbolOf(*function, ".hooked"),
        module);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", hooked));
    SmallVector<llvm::Value *> values = loadPointers(hooked->getArg(0));
    values.truncate(function->arg_size() - 1);
    values.push_back(b.CreateZExt(hooked->getArg(1), word));
    b.CreateCall(function, values);
    b.CreateRetVoid();

    llvm::Function *run = module.getFunction(symbolOf(*function, ".run"));
    run->setLinkage(llvm::GlobalValue::InternalLinkage);
    llvm::Value *args = run->getArg(0), *count = run->getArg(1);
    auto block = [&] { return llvm::BasicBlock::Create(context, "", run); };
    auto *start = block(), *loop = block(), *end = block();
    b.SetInsertPoint(start);
    if (entry.threads > 1) {
      auto *parallel = block(), *serial = block();
      llvm::Value *hook = loadWord(args, numTensors() + 4, pointer);
      b.CreateCondBr(b.CreateIsNotNull(hook), parallel, serial);
      b.SetInsertPoint(parallel);
      auto *type = llvm::FunctionType::get(
          b.getVoidTy(), {pointer, i32, pointer, pointer}, false);
      b.CreateCall(
          type, hook,
          {loadWord(args, numTensors() + 5, pointer), count, hooked, args});
      b.CreateBr(end);
      b.SetInsertPoint(serial);
      start = serial;
    }
    b.CreateBr(loop);
    b.SetInsertPoint(loop);
    llvm::PHINode *i = b.CreatePHI(i32, 2);
    i->addIncoming(b.getInt32(0), start);
    b.CreateCall(hooked, {args, i});
    llvm::Value *next = b.CreateAdd(i, b.getInt32(1));
    i->addIncoming(next, loop);
    b.CreateCondBr(b.CreateICmpULT(next, count), loop, end);
    b.SetInsertPoint(end);
    b.CreateRetVoid();
  }

  /// NAME.main.task0.run.v2 of NAME.main.task0.v2 and ".run".
  static std::string symbolOf(const llvm::Function &task, StringRef suffix) {
    auto [name, version] = task.getName().rsplit(".v");
    std::string symbol = (name + suffix).str();
    return version.empty() ? symbol : symbol + ".v" + version.str();
  }

  /// Begins a function of the interface, `int NAME<suffix>(pointer)`.
  llvm::Function *beginFunction(StringRef suffix) {
    auto *function = llvm::Function::Create(
        llvm::FunctionType::get(i32, {pointer}, false),
        llvm::GlobalValue::ExternalLinkage, entry.name + suffix, module);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
    return function;
  }

  llvm::BasicBlock *addBlock() {
    return llvm::BasicBlock::Create(context, "",
                                    b.GetInsertBlock()->getParent());
  }

  /// Returns `code` unless a condition holds.
  void check(llvm::Value *good, int code) {
    auto *next = addBlock(), *bad = addBlock();
    b.CreateCondBr(good, next, bad);
    b.SetInsertPoint(bad);
    b.CreateRet(llvm::ConstantInt::get(i32, code));
    b.SetInsertPoint(next);
  }

  void checkAligned(llvm::Value *memory) {
    llvm::Value *low =
        b.CreateAnd(b.CreatePtrToInt(memory, word),
                    llvm::ConstantInt::get(word, entry.scratchAlignment - 1));
    check(b.CreateIsNull(low), SUBBIT_MISALIGNED);
  }

  void buildRun() {
    llvm::Value *args = beginFunction("_run")->getArg(0);
    check(b.CreateIsNotNull(args), SUBBIT_BAD_SIZE);
    llvm::Value *size = loadWord(args, 0, word);
    check(b.CreateICmpUGE(
              size, llvm::ConstantInt::get(word, argsWords() * wordBytes())),
          SUBBIT_BAD_SIZE);
    SmallVector<llvm::Value *> values = loadPointers(args);
    for (llvm::Value *value : ArrayRef(values).take_front(numTensors()))
      check(b.CreateIsNotNull(value), SUBBIT_NULL_POINTER);
    // A network may need no memory for weights or temporaries.
    llvm::Value *scratch = values.back(), *weights = values[numTensors()];
    if (entry.scratchBytes)
      check(b.CreateIsNotNull(scratch), SUBBIT_NULL_POINTER);
    if (entry.weightsBytes)
      check(b.CreateIsNotNull(weights), SUBBIT_NULL_POINTER);
    checkAligned(scratch);
    if (entry.hasInit)
      checkAligned(weights);
    values.push_back(args);
    callVersion("main", values);
  }

  llvm::Constant *buildInit() {
    llvm::Function *init = beginFunction("_init");
    if (entry.weightsBytes)
      check(b.CreateIsNotNull(init->getArg(0)), SUBBIT_NULL_POINTER);
    checkAligned(init->getArg(0));
    callVersion(kInitFunction, init->getArg(0));
    return init;
  }

  /// Calls the version of a function that suits the CPU, and returns. A `main`
  /// takes the argument block only if it calls a hook.
  void callVersion(StringRef function, ArrayRef<llvm::Value *> values) {
    auto call = [&](unsigned version) {
      llvm::Function *callee =
          module.getFunction(functionSymbol(entry, function, version));
      callee->setLinkage(llvm::GlobalValue::InternalLinkage);
      b.CreateCall(callee, values.take_front(callee->arg_size()));
      b.CreateRet(llvm::ConstantInt::get(i32, SUBBIT_OK));
    };
    if (entry.versions.empty()) {
      call(0);
      return;
    }
    if (!choice)
      choice = buildVersionChoice(module, entry.name, entry.versions);
    auto *none = addBlock();
    llvm::SwitchInst *branch = b.CreateSwitch(b.CreateCall(choice), none);
    b.SetInsertPoint(none);
    b.CreateRet(llvm::ConstantInt::get(i32, SUBBIT_UNSUPPORTED_CPU));
    for (size_t i = 0; i < entry.versions.size(); ++i) {
      auto *block = addBlock();
      branch->addCase(b.getInt32(i + 1), block);
      b.SetInsertPoint(block);
      call(i);
    }
  }

  llvm::Constant *global(llvm::Constant *value, const Twine &name) {
    auto *result = new llvm::GlobalVariable(
        module, value->getType(), /*isConstant=*/true,
        llvm::GlobalValue::InternalLinkage, value, entry.name + "." + name);
    return result;
  }

  llvm::Constant *size(int64_t v) { return llvm::ConstantInt::get(word, v); }

  llvm::Constant *string(StringRef text, const Twine &name) {
    return global(llvm::ConstantDataArray::getString(context, text), name);
  }

  llvm::Constant *tensors(const std::vector<EntryTensor> &list,
                          StringRef kind) {
    SmallVector<llvm::Constant *> values;
    for (auto [i, tensor] : llvm::enumerate(list)) {
      std::string name = (kind + std::to_string(i)).str();
      llvm::Constant *shape = global(
          llvm::ConstantDataArray::get(
              context, ArrayRef<uint64_t>(reinterpret_cast<const uint64_t *>(
                                              tensor.shape.data()),
                                          tensor.shape.size())),
          name + ".shape");
      values.push_back(llvm::ConstantStruct::getAnon(
          {string(tensor.name, name + ".name"),
           llvm::ConstantInt::get(i32, tensor.type),
           llvm::ConstantInt::get(i32, tensor.shape.size()), shape,
           size(tensor.bytes)}));
    }
    if (values.empty())
      return llvm::ConstantPointerNull::get(pointer);
    auto *type = llvm::ArrayType::get(values[0]->getType(), values.size());
    return global(llvm::ConstantArray::get(type, values), kind);
  }

  void buildDescription(llvm::Constant *init) {
    llvm::Constant *value = llvm::ConstantStruct::getAnon(
        {llvm::ConstantInt::get(i32, SUBBIT_ABI_VERSION),
         llvm::ConstantInt::get(i32, entry.traces), string(entry.name, "name"),
         size(argsWords() * wordBytes()), size(entry.scratchBytes),
         size(entry.scratchAlignment), size(entry.weightsBytes), init,
         size(entry.threads), size(entry.inputs.size()),
         tensors(entry.inputs, "inputs"), size(entry.outputs.size()),
         tensors(entry.outputs, "outputs")});
    new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                             llvm::GlobalValue::ExternalLinkage, value,
                             entry.name + "_description");
  }

  llvm::Module &module;
  const Entry &entry;
  llvm::LLVMContext &context;
  llvm::PointerType *pointer;
  llvm::IntegerType *word;
  llvm::IntegerType *i32;
  llvm::IRBuilder<> b;
  /// What tells the versions apart, if there are several.
  llvm::Function *choice = nullptr;
};

} // namespace

void subbit::buildEntry(llvm::Module &module, const Entry &entry) {
  EntryBuilder(module, entry).build();
}

void subbit::embedModule(llvm::Module &module, const Entry &entry,
                         StringRef bytecode) {
  llvm::LLVMContext &context = module.getContext();
  auto add = [&](llvm::Constant *value, const Twine &name) {
    new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                             llvm::GlobalValue::ExternalLinkage, value, name);
  };
  add(llvm::ConstantDataArray::getString(context, bytecode, /*AddNull=*/false),
      entry.name + "_module");
  add(llvm::ConstantInt::get(module.getDataLayout().getIntPtrType(context),
                             bytecode.size()),
      entry.name + "_module_size");
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

static StringRef typeName(int32_t type) {
  return type == SUBBIT_F32   ? "float"
         : type == SUBBIT_I32 ? "int32_t"
                              : "uint8_t";
}

std::string subbit::makeHeader(const Entry &entry) {
  std::string text;
  llvm::raw_string_ostream os(text);
  std::string upper = StringRef(entry.name).upper();
  auto field = [&](const EntryTensor &tensor, bool isConst) {
    os << "  " << (isConst ? "const " : "") << typeName(tensor.type) << " *"
       << tensor.identifier << "; /* ";
    llvm::interleave(tensor.shape, os, " x ");
    os << (isConst ? ", input" : ", output") << " */\n";
  };
  os << "/* Generated by subbit-compile; C and C++. */\n"
     << "#ifndef SUBBIT_" << upper << "_H\n#define SUBBIT_" << upper << "_H\n\n"
     << "#include <stddef.h>\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "#define " << upper << "_ABI_VERSION " << SUBBIT_ABI_VERSION << "\n"
     << "/* Bytes and alignment of the scratch memory. */\n"
     << "#define " << upper << "_SCRATCH_BYTES " << entry.scratchBytes << "\n"
     << "#define " << upper << "_SCRATCH_ALIGNMENT " << entry.scratchAlignment
     << "\n";
  if (entry.hasInit)
    os << "/* Bytes of the memory for weights, aligned like scratch. */\n"
       << "#define " << upper << "_WEIGHTS_BYTES " << entry.weightsBytes
       << "\n";
  if (entry.threads > 1)
    os << "/* Tasks that a run may share out. */\n"
       << "#define " << upper << "_THREADS " << entry.threads << "\n";
  os << "\n"
     << "typedef struct " << entry.name << "_args {\n"
     << "  size_t size; /* sizeof(" << entry.name << "_args) */\n";
  for (const EntryTensor &tensor : entry.inputs)
    field(tensor, true);
  for (const EntryTensor &tensor : entry.outputs)
    field(tensor, false);
  os << "  void *scratch; /* " << upper << "_SCRATCH_BYTES, aligned */\n"
     << "  /* Called after each layer of an object compiled with tracing; may "
        "be "
        "null. */\n"
     << "  void (*trace)(void *context, int32_t number, const void *values);\n"
     << "  void *trace_context;\n";
  if (entry.threads > 1)
    os << "  /* Calls task(data, i) once for each i from 0 to count - 1, at "
          "once "
          "or one\n     after the other, and returns when all have returned; "
          "count is at most\n     "
       << upper << "_THREADS. May be null. See subbit/Threads.h. */\n"
       << "  void (*parallel)(void *pool, int32_t count,\n"
       << "                   void (*task)(void *data, int32_t i), void "
          "*data);\n"
       << "  void *pool;\n";
  if (entry.hasInit)
    os << "  const void *weights; /* what " << entry.name
       << "_init filled */\n";
  os << "} " << entry.name << "_args;\n\n";
  if (entry.hasInit)
    os << "/* Unpacks weights to " << upper
       << "_WEIGHTS_BYTES of memory, once. Runs only read it,\n"
          "   any number of them at a time. Returns what "
       << entry.name << "_run does. */\n"
       << "int " << entry.name << "_init(void *weights);\n\n";
  os << "/* Runs the network. Re-entrant: all memory is the caller's. Returns "
        "0, "
        "or\n"
     << "   1: args is null or its size is too small\n"
     << "   2: an input, an output" << (entry.hasInit ? ", weights" : "")
     << " or scratch is null\n"
     << "   3: " << (entry.hasInit ? "weights or " : "")
     << "scratch is not aligned"
     << (entry.versions.empty()
             ? ""
             : "\n   4: no version of the object suits this CPU")
     << " */\n"
     << "int " << entry.name << "_run(const " << entry.name
     << "_args *args);\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}
