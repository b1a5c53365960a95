//===- subbit-bench.cpp - Time one layer ----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Benchmark/BenchmarkReport.h"
#include "lib/Pipelines/Diagnostics.h"
#include "lib/Pipelines/Registration.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace subbit;

static cl::SubCommand conv("conv", "a convolution of codes");
static cl::SubCommand matmul("matmul", "a matrix product of codes");
static cl::SubCommand gates("gates", "the gates of a recurrent layer");
static const cl::sub onConv(conv), onMatmul(matmul), onGates(gates);

static cl::opt<std::string>
    input("input", cl::Required, onConv, cl::value_desc("HxWxC"),
          cl::desc("height, width and channels of the image"));
static cl::opt<int64_t> inputs("inputs", cl::Required, onMatmul, onGates,
                               cl::value_desc("N"), cl::desc("channels"));
static cl::opt<int64_t> outputs("outputs", cl::Required, onConv, onMatmul,
                                onGates, cl::value_desc("N"),
                                cl::desc("output channels"));
static cl::opt<int64_t> kernel("kernel", cl::init(3), onConv,
                               cl::value_desc("N"),
                               cl::desc("height and width (default 3)"));
static cl::opt<int64_t> padding("pad", cl::init(0), onConv, cl::value_desc("N"),
                                cl::desc("on all sides (default 0)"));
static cl::opt<int64_t> stride("stride", cl::init(1), onConv,
                               cl::value_desc("N"), cl::desc("default 1"));
static cl::opt<int64_t> dilation("dilation", cl::init(1), onConv,
                                 cl::value_desc("N"), cl::desc("default 1"));
static cl::opt<int64_t> groups("groups", cl::init(1), onConv,
                               cl::value_desc("N"),
                               cl::desc("of the convolution (default 1)"));
static cl::opt<int64_t> batch("batch", cl::init(1), onConv, onMatmul, onGates,
                              cl::value_desc("N"), cl::desc("default 1"));
static cl::opt<std::string>
    group("group", cl::init("auto"), onConv, onMatmul, onGates,
          cl::value_desc("NAME"),
          cl::desc("of weights, as in recipes (default auto)"));
static cl::opt<int64_t> subChannels("sub-channels", cl::init(0), onMatmul,
                                    onGates, cl::value_desc("K"),
                                    cl::desc("short for sub-channel(K)"));
static cl::opt<double> weightBits("weight-bits", cl::init(1), onConv, onMatmul,
                                  onGates, cl::value_desc("B"),
                                  cl::desc("bases per group, from "
                                           "Binomial(4, B/4) (default 1)"));
static cl::opt<int64_t> activationBits("activation-bits", cl::init(1), onConv,
                                       onMatmul, onGates, cl::value_desc("B"),
                                       cl::desc("default 1"));
static cl::opt<bool> floatActivations("float-activations", onConv, onMatmul,
                                      onGates, cl::desc("floats in and out"));
static cl::opt<bool> floatWeights("float-weights", onConv, onMatmul, onGates,
                                  cl::desc("weights that are floats too"));
static cl::opt<uint64_t> seed("seed", cl::init(1), onConv, onMatmul, onGates,
                              cl::value_desc("N"), cl::desc("default 1"));
static cl::opt<std::string>
    family("family", onConv, onMatmul, cl::value_desc("NAME"),
           cl::desc("popcount, table or dense, instead of the best"));
static cl::opt<bool>
    fusedEncode("fused-encode", cl::init(true), onConv, onMatmul,
                cl::desc("codes come out, made of sums in registers; "
                         "=false: the sums (default true)"));
static cl::opt<std::string>
    schedule("schedule", onConv, onMatmul, cl::value_desc("ATTRIBUTE"),
             cl::desc("instead of the one that the cost model chooses"));
static cl::opt<std::string> cpu("mcpu", cl::init("native"), onConv, onMatmul,
                                onGates, cl::value_desc("CPU"),
                                cl::desc("as in llc (default native)"));
static cl::opt<std::string> features("mattr", onConv, onMatmul, onGates,
                                     cl::value_desc("+A,-B"),
                                     cl::desc("as in llc"));
static cl::opt<double> seconds("seconds", cl::init(0.5), onConv, onMatmul,
                               onGates, cl::value_desc("S"),
                               cl::desc("how long to measure (default 0.5)"));
static cl::opt<unsigned>
    threads("threads", cl::init(1), onConv, onMatmul, onGates,
            cl::value_desc("N"),
            cl::desc("share the layer out to N threads (default 1)"));
static cl::opt<bool>
    unpackOnce("init", cl::init(true), onConv, onMatmul, onGates,
               cl::desc("unpack weights before the layer is timed (default); "
                        "--init=false for in each call"));
static cl::opt<bool>
    compareFloat("compare-float", onConv, onMatmul, onGates,
                 cl::desc("time the same product in float by OpenBLAS and "
                          "oneDNN, and name the faster"));
static cl::opt<bool>
    compareInt8("compare-int8", onConv, onMatmul, onGates,
                cl::desc("time it in int8 by oneDNN, without matrix tiles"));
static cl::opt<bool> asJSON("json", onConv, onMatmul, onGates,
                            cl::desc("print one JSON object"));

static Expected<BenchmarkLayer> makeLayer() {
  BenchmarkLayer layer;
  numerics::ConvGeometry &g = layer.geometry;
  layer.isMatmul = !conv;
  g.batch = batch;
  g.outputs = outputs;
  g.channels = inputs;
  if (conv) {
    SmallVector<StringRef> sizes;
    StringRef(input).split(sizes, 'x');
    if (sizes.size() != 3 || sizes[0].getAsInteger(10, g.height) ||
        sizes[1].getAsInteger(10, g.width) ||
        sizes[2].getAsInteger(10, g.channels))
      return createStringError(
          "--input must be HEIGHTxWIDTHxCHANNELS, found '" + input + "'");
    g.kernelHeight = g.kernelWidth = kernel;
    g.padTop = g.padBottom = g.padLeft = g.padRight = padding;
    g.strideY = g.strideX = stride;
    g.dilationY = g.dilationX = dilation;
    g.groups = groups;
  }
  layer.group = group;
  if (subChannels.getNumOccurrences())
    layer.group = ("sub-channel(" + Twine(subChannels) + ")").str();
  layer.weightBits = weightBits;
  layer.activationBits = activationBits;
  layer.floatActivations = floatActivations || floatWeights;
  layer.floatWeights = floatWeights;
  layer.encodes = fusedEncode;
  layer.seed = seed;
  layer.schedule = schedule;
  layer.family = family;
  return layer;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  // Outside of the commands there are LLVM's options alone.
  cl::OptionCategory none("none");
  cl::HideUnrelatedOptions(none);
  cl::ParseCommandLineOptions(
      argc, argv,
      R"(Times one layer, without a model, beside what the CPU's instructions allow
  subbit-bench conv --input 32x32x128 --outputs 128 --kernel 3 --pad 1 \
               --weight-bits 0.66 --activation-bits 2 --group pixel
  subbit-bench matmul --inputs 1024 --outputs 1024 --sub-channels 2
)");
  ExitOnError check("subbit-bench: error: ");
  if (!conv && !matmul && !gates)
    check(createStringError("give conv, matmul or gates; --help lists them"));
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, "subbit-bench");
  BenchmarkOptions options;
  options.target = {"", cpu, features};
  options.seconds = seconds;
  options.threads = threads;
  options.init = unpackOnce;
  if (threads < 1 || threads > bitserial::kMostThreads)
    check(createStringError("--threads must be from 1 to %d, found %u",
                            int(bitserial::kMostThreads), unsigned(threads)));
  if (threads > 1 && (compareFloat || compareInt8))
    check(createStringError("--compare-float and --compare-int8 are of one "
                            "thread; leave out --threads"));
  if (floatWeights && weightBits.getNumOccurrences())
    check(createStringError("--weight-bits is of bases; leave it out, or "
                            "--float-weights"));
  options.compareFloat = compareFloat;
  options.compareInt8 = compareInt8;
  BenchmarkResult result =
      check(runBenchmark(check(makeLayer()), options, context));
  (asJSON ? printJSON : printText)(result, outs());
  return 0;
}
