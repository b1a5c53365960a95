//===- CompiledNetwork.cpp - Running compiled networks --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/CompiledNetwork.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/TargetParser/Host.h"
#include <cstring>
#include <dlfcn.h>

using namespace subbit;
using llvm::StringRef;
using llvm::Twine;

TensorValue subbit::makeTensorValue(const subbit_tensor &tensor) {
  TensorValue value;
  value.shape.assign(tensor.shape, tensor.shape + tensor.rank);
  if (tensor.type == SUBBIT_F32)
    value.data = std::vector<float>(tensor.bytes / sizeof(float));
  else if (tensor.type == SUBBIT_I32)
    value.data = std::vector<int32_t>(tensor.bytes / sizeof(int32_t));
  else
    value.data = std::vector<uint8_t>(tensor.bytes);
  return value;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static void endThreads(subbit_threads *pool) {
  subbit_threads_stop(pool);
  delete pool;
}

CompiledNetwork::AlignedMemory::AlignedMemory(size_t bytes, size_t alignment) {
  memory.reset(new char[bytes + alignment]);
  std::memset(memory.get(), 0xA5, bytes + alignment);
  aligned = reinterpret_cast<void *>(
      llvm::alignAddr(memory.get(), llvm::Align(alignment)));
}

CompiledNetwork::Scratch::Scratch(const subbit_description &description,
                                  int32_t mostThreads)
    : memory(description.scratch_bytes, description.scratch_alignment),
      pool(nullptr, endThreads) {
  int32_t threads = std::min<int64_t>(description.threads, mostThreads);
  if (threads < 2)
    return;
  // Where threads cannot be had, one does all.
  auto started = std::make_unique<subbit_threads>();
  if (subbit_threads_start(started.get(), threads) == 0)
    pool.reset(started.release());
}

llvm::Error CompiledNetwork::fail(const Twine &message) const {
  return llvm::createStringError("'" + path + "' " + message);
}

/// Checks what the dynamic loader does not, or crashes on: that the file is a
/// shared object for this machine and has all the bytes that it announces.
/// Empty if there is no fault.
static std::string findFault(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return "cannot be read: " + buffer.getError().message();
  auto object =
      llvm::object::ObjectFile::createObjectFile((*buffer)->getMemBufferRef());
  if (!object)
    return "is no shared object: " + llvm::toString(object.takeError());
  auto *elf = llvm::dyn_cast<llvm::object::ELFObjectFileBase>(object->get());
  if (!elf || elf->getEType() != llvm::ELF::ET_DYN)
    return "is no ELF shared object; compile the model with --emit=so";
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (elf->getArch() != host.getArch())
    return ("is for " + llvm::Triple::getArchTypeName(elf->getArch()) +
            ", this machine is " + host.getArchName() +
            "; compile the model for it, or run both under QEMU")
        .str();
  auto *elf64 = llvm::dyn_cast<llvm::object::ELF64LEObjectFile>(elf);
  if (!elf64)
    return "";
  auto segments = elf64->getELFFile().program_headers();
  if (!segments)
    return "is damaged: " + llvm::toString(segments.takeError());
  uint64_t size = (*buffer)->getBufferSize();
  for (auto &segment : *segments)
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
      return "is truncated: a segment ends behind the end of the file";
  return "";
}

llvm::Expected<std::unique_ptr<CompiledNetwork>>
CompiledNetwork::load(StringRef path, StringRef name) {
  std::unique_ptr<CompiledNetwork> network(new CompiledNetwork(path, name));
  if (std::string fault = findFault(path); !fault.empty())
    return network->fail(fault);
  // A path without a slash would be searched for elsewhere.
  llvm::SmallString<256> absolute(path);
  llvm::sys::fs::make_absolute(absolute);
  network->library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!network->library)
    return network->fail(Twine("cannot be loaded: ") + dlerror());
  auto function = network->find("_run");
  if (!function)
    return function.takeError();
  auto description = network->find("_description");
  if (!description)
    return description.takeError();
  network->function = reinterpret_cast<int (*)(const void *)>(*function);
  network->description = static_cast<const subbit_description *>(*description);
  if (llvm::Error error = network->checkDescription())
    return std::move(error);
  return std::move(network);
}

CompiledNetwork::~CompiledNetwork() {
  if (library)
    dlclose(library);
}

llvm::Expected<void *> CompiledNetwork::find(StringRef suffix) const {
  std::string symbol = (name + suffix).str();
  if (void *address = dlsym(library, symbol.c_str()))
    return address;
  return fail("has no symbol '" + symbol +
              "'; expected what subbit-compile --emit=so made, under the name "
              "that it was made with");
}

llvm::Error CompiledNetwork::unpackWeights() const {
  if (!description->init)
    return llvm::Error::success();
  std::call_once(isUnpacked, [&] {
    weights = AlignedMemory(description->weights_bytes,
                            description->scratch_alignment);
    initCode = description->init(weights.data());
  });
  if (initCode != SUBBIT_OK)
    return fail("failed: " + name + "_init returned " + Twine(initCode));
  return llvm::Error::success();
}

llvm::Error CompiledNetwork::checkDescription() const {
  const subbit_description &d = *description;
  if (d.abi_version != SUBBIT_ABI_VERSION)
    return fail("has ABI version " + Twine(d.abi_version) + ", expected " +
                Twine(SUBBIT_ABI_VERSION) +
                "; compile the model again with the same version of Subbit");
  auto contradiction = [&](const Twine &what) {
    return fail("has a description that contradicts itself: " + what);
  };
  if (d.threads < 1 || d.threads > SUBBIT_MOST_THREADS)
    return contradiction(Twine(d.threads) + " threads");
  // Size, scratch, trace and its context, those of threads, the tensors, and
  // weights.
  size_t words = d.args_size / sizeof(void *), others = d.threads > 1 ? 6 : 4;
  others += d.init != nullptr;
  if (d.args_size % sizeof(void *) || words < others ||
      d.num_inputs > words - others ||
      d.num_outputs != words - others - d.num_inputs)
    return contradiction(Twine(d.num_inputs) + " inputs, " +
                         Twine(d.num_outputs) + " outputs, " +
                         Twine(d.args_size) + " bytes of arguments");
  if (!llvm::isPowerOf2_64(d.scratch_alignment))
    return contradiction("scratch memory aligned to " +
                         Twine(d.scratch_alignment) + " bytes");
  llvm::ArrayRef<subbit_tensor> inputs(d.inputs, d.num_inputs);
  llvm::ArrayRef<subbit_tensor> outputs(d.outputs, d.num_outputs);
  for (const subbit_tensor &tensor :
       llvm::concat<const subbit_tensor>(inputs, outputs)) {
    if (tensor.type < SUBBIT_F32 || tensor.type > SUBBIT_U8 || tensor.rank < 0)
      return contradiction(Twine("'") + tensor.name + "' has type " +
                           Twine(tensor.type) + " and rank " +
                           Twine(tensor.rank));
    llvm::ArrayRef<int64_t> shape(tensor.shape, tensor.rank);
    uint64_t bytes = tensor.type == SUBBIT_U8 ? 1 : 4;
    for (int64_t dim : shape)
      bytes *= dim;
    if (bytes != tensor.bytes)
      return contradiction(Twine("'") + tensor.name + "' has shape " +
                           shapeToString(shape) + " and " +
                           Twine(tensor.bytes) + " bytes");
  }
  return llvm::Error::success();
}

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
CompiledNetwork::readModule(mlir::MLIRContext *context) const {
  auto bytes = find("_module");
  if (!bytes)
    return bytes.takeError();
  auto size = find("_module_size");
  if (!size)
    return size.takeError();
  // Bytecode has to be aligned, which arrays in an object need not be.
  auto buffer = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      *static_cast<const size_t *>(*size), path, llvm::Align(64));
  std::memcpy(buffer->getBufferStart(), *bytes, buffer->getBufferSize());
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(sources, context);
  if (!module)
    return fail("holds no module that can be read");
  return std::move(module);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

llvm::Error
CompiledNetwork::checkInputs(llvm::ArrayRef<TensorValue> inputs) const {
  if (inputs.size() != description->num_inputs)
    return fail("takes " + Twine(description->num_inputs) + " inputs, found " +
                Twine(inputs.size()));
  for (auto [i, input] : llvm::enumerate(inputs)) {
    const subbit_tensor &tensor = description->inputs[i];
    llvm::ArrayRef<int64_t> shape(tensor.shape, tensor.rank);
    size_t elementSize = tensor.type == SUBBIT_U8 ? 1 : 4;
    if (input.data.index() != static_cast<size_t>(tensor.type) ||
        llvm::ArrayRef(input.shape) != shape ||
        input.size() * elementSize != tensor.bytes)
      return fail(Twine("takes '") + tensor.name + "' of shape " +
                  shapeToString(shape) + ", found another type or shape " +
                  shapeToString(input.shape));
  }
  return llvm::Error::success();
}

static intptr_t addressOf(const TensorValue &value) {
  return std::visit(
      [](auto &values) { return reinterpret_cast<intptr_t>(values.data()); },
      value.data);
}

static void callTrace(void *context, int32_t number, const void *values) {
  (*static_cast<CompiledNetwork::Trace *>(context))(number, values);
}

llvm::Expected<CompiledNetwork::Call>
CompiledNetwork::prepare(llvm::ArrayRef<TensorValue> inputs,
                         const Scratch &scratch) const {
  if (llvm::Error error = checkInputs(inputs))
    return std::move(error);
  if (llvm::Error error = unpackWeights())
    return std::move(error);
  Call call;
  call.network = this;
  call.arguments.push_back(description->args_size);
  for (const TensorValue &input : inputs)
    call.arguments.push_back(addressOf(input));
  for (size_t i = 0; i < description->num_outputs; ++i)
    call.results.push_back(makeTensorValue(description->outputs[i]));
  for (const TensorValue &result : call.results)
    call.arguments.push_back(addressOf(result));
  call.arguments.push_back(reinterpret_cast<intptr_t>(scratch.data()));
  // The trace function and its context.
  call.arguments.insert(call.arguments.end(), 2, 0);
  if (description->threads > 1) {
    subbit_parallel run = scratch.threads() ? subbit_threads_run : nullptr;
    call.arguments.push_back(reinterpret_cast<intptr_t>(run));
    call.arguments.push_back(reinterpret_cast<intptr_t>(scratch.threads()));
  }
  if (description->init)
    call.arguments.push_back(reinterpret_cast<intptr_t>(weights.data()));
  return std::move(call);
}

void CompiledNetwork::Call::setTrace(void (*function)(void *, int32_t,
                                                      const void *),
                                     void *context) {
  const subbit_description &d = network->getDescription();
  size_t at = 2 + d.num_inputs + d.num_outputs;
  arguments[at] = reinterpret_cast<intptr_t>(function);
  arguments[at + 1] = reinterpret_cast<intptr_t>(context);
}

llvm::Error CompiledNetwork::Call::run() const {
  if (int code = network->function(arguments.data()))
    return network->fail("failed: " + network->name + "_run returned " +
                         Twine(code));
  return llvm::Error::success();
}

llvm::Expected<std::vector<TensorValue>>
CompiledNetwork::run(llvm::ArrayRef<TensorValue> inputs, const Scratch &scratch,
                     Trace trace) const {
  auto call = prepare(inputs, scratch);
  if (!call)
    return call.takeError();
  if (trace)
    call->setTrace(callTrace, &trace);
  if (llvm::Error error = call->run())
    return std::move(error);
  return std::move(call->results);
}
