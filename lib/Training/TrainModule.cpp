//===- TrainModule.cpp - Training the constants of a module ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/TrainModule.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Execution/TensorValue.h"
#include "lib/Training/CheckpointFile.h"
#include "lib/Training/ModuleGraph.h"
#include "lib/Training/ProgressReport.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/xxhash.h"
#include <cmath>
#include <csignal>

using namespace mlir;
using namespace subbit;
using namespace subbit::training;

using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Reads the rows as floats; the network's outputs say how many classes there
/// are.
static Expected<Data> readData(const TrainingSettings &settings,
                               ArrayRef<int64_t> inputShape, int64_t classes) {
  if (settings.data.empty())
    return createStringError(
        "training needs data, and none are given; name them with --train-data "
        "FILE and --train-labels FILE, or in the recipe");
  auto dataset = readDataset(settings.data, settings.labels, settings.count);
  if (!dataset)
    return dataset.takeError();
  const DataArray &images = dataset->images;
  if (dataset->labels.empty())
    return createStringError("'" + settings.data +
                             "' brings no labels; name them with "
                             "--train-labels FILE");
  int64_t size = 1;
  for (int64_t dim : inputShape)
    size *= dim;
  if (images.rowSize() != size)
    return createStringError("'" + settings.data + "' is " + images.describe() +
                             ", the network takes " +
                             shapeToString(inputShape) + " per row");
  bool floats = images.type == DataArray::Type::Float32 ||
                images.type == DataArray::Type::Float64;
  if (!settings.pixels && !floats)
    return createStringError(
        "'" + settings.data + "' is " + images.describe() +
        ", the network takes floats; state the input's normalization");
  for (auto [i, label] : llvm::enumerate(dataset->labels))
    if (label >= classes)
      return createStringError("label " + llvm::Twine(label).str() +
                               " of row " + llvm::Twine(i).str() +
                               " is out of range; the network has " +
                               llvm::Twine(classes).str() + " outputs");
  Data data;
  data.labels = dataset->labels;
  data.inputs.resize(data.labels.size() * size);
  for (int64_t i = 0; i < data.rows(); ++i)
    if (Error error =
            normalize(settings.normalization, images, i, inputShape,
                      llvm::MutableArrayRef(data.inputs).slice(i * size, size)))
      return std::move(error);
  for (auto [i, x] : llvm::enumerate(data.inputs))
    if (!std::isfinite(x))
      return createStringError("'%s' holds %g in row %lld",
                               settings.data.c_str(), x,
                               static_cast<long long>(i / size));
  return data;
}

/// The last rows are for validation.
static Expected<Data> splitValidation(Data &data, int64_t rows) {
  if (rows < 0 || rows >= data.rows())
    return createStringError("of " + llvm::Twine(data.rows()).str() + " rows " +
                             llvm::Twine(rows).str() +
                             " are for validation; leave some to train on");
  int64_t size = data.inputs.size() / data.rows();
  Data validation;
  int64_t left = data.rows() - rows;
  validation.inputs.assign(data.inputs.begin() + left * size,
                           data.inputs.end());
  validation.labels.assign(data.labels.begin() + left, data.labels.end());
  data.inputs.resize(left * size);
  data.labels.resize(left);
  return validation;
}

//===----------------------------------------------------------------------===//
// The module's constants
//===----------------------------------------------------------------------===//

/// What a batch normalization has of its own may be one constant with
/// another's.
static void separateConstants(func::FuncOp main) {
  main.walk([](mbn::BatchNormOp op) {
    for (OpOperand &operand : op->getOpOperands().drop_front()) {
      Operation *constant = operand.get().getDefiningOp();
      if (constant && constant->hasTrait<OpTrait::ConstantLike>() &&
          !constant->hasOneUse())
        operand.set(OpBuilder(op).clone(*constant)->getResult(0));
    }
  });
}

static FailureOr<State> readState(ModuleGraph &module, int64_t maxInteger) {
  State state;
  for (auto [i, constant] : llvm::enumerate(module.constants)) {
    state.values.push_back(readValues(constant));
    Parameter &parameter = module.graph.parameters[i];
    if (parameter.role == Role::Levels) {
      auto type = cast<mbn::MultiBitType>(constant.getType());
      state.activations.push_back({i, type.getLevels().toNumerics()});
    }
    mbn::ConstantOp bases = basesOf(constant);
    if (!bases)
      continue;
    // What is not a layer's coordinates stays as it is.
    auto attr = dyn_cast<mbn::BasesAttr>(bases.getValue());
    parameter.isFrozen = !attr || parameter.role != Role::Weights;
    if (parameter.isFrozen)
      continue;
    numerics::Bases arrays = mbn::readBases(attr);
    if (!arrays.offsets.empty())
      return bases.emitError()
             << "has offsets, which training does not know; sketch the float "
                "weights instead";
    state.tensors.push_back(
        {i,
         MultiBit(mbn::getGrouping(bases.getType()), arrays),
         {arrays.steps.size() > 1, maxInteger}});
    Attribute floats = bases->getAttr(mbn::kFloatsAttr);
    if (!floats)
      continue;
    auto read = mbn::readElements<float>(floats);
    if (failed(read) || static_cast<int64_t>(read->size()) !=
                            state.tensors.back().weights.numElements())
      return bases.emitError() << "has " << mbn::kFloatsAttr
                               << " that are not one float per weight";
    state.tensors.back().floats = std::move(*read);
  }
  return state;
}

/// Sets the ties of the float layers that these globs name.
static LogicalResult tieWeights(ModuleGraph &module, const State &state,
                                ArrayRef<std::string> globs, Tie tie,
                                Location loc) {
  std::vector<Parameter *> layers;
  std::string names;
  for (auto [i, parameter] : llvm::enumerate(module.graph.parameters)) {
    if (parameter.role != Role::Weights || parameter.isFrozen ||
        llvm::any_of(state.tensors,
                     [&, i = i](const Tensor &t) { return t.parameter == i; }))
      continue;
    layers.push_back(&parameter);
    names += (names.empty() ? "'" : ", '") + parameter.name + "'";
  }
  StringRef option = tie == Tie::Zeros ? "masked" : "shared";
  for (const std::string &text : globs) {
    auto glob = llvm::GlobPattern::create(text);
    if (!glob)
      return emitError(loc)
             << option << ": '" << text
             << "' is no glob: " << llvm::toString(glob.takeError());
    bool matches = false;
    for (Parameter *layer : layers)
      if (glob->match(layer->name)) {
        layer->tie = tie;
        matches = true;
      }
    if (!matches)
      return emitError(loc)
             << option << ": no layer with float weights matches '" << text
             << "'; there " << (layers.empty() ? "are none" : "are ") << names;
  }
  return success();
}

static void writeState(const ModuleGraph &module, const State &state) {
  for (const ActivationLevels &activations : state.activations) {
    Value codes = module.constants[activations.parameter];
    auto type = cast<mbn::MultiBitType>(codes.getType());
    codes.setType(mbn::MultiBitType::get(
        type.getShape(),
        mbn::LevelsAttr::get(type.getContext(), activations.levels)));
  }
  for (const Tensor &tensor : state.tensors) {
    Value constant = module.constants[tensor.parameter];
    mbn::ConstantOp old = basesOf(constant);
    numerics::Bases bases = tensor.weights.round(tensor.grid);
    int64_t most = *std::max_element(bases.widths.begin(), bases.widths.end());
    mbn::MultiBitType type = old.getType();
    OpBuilder builder(old);
    auto newType =
        mbn::MultiBitType::get(builder.getContext(), type.getShape(),
                               type.getGroup(), 0, std::max<int64_t>(most, 1));
    const std::string &name = module.graph.parameters[tensor.parameter].name;
    Value written = mbn::ConstantOp::create(
        builder, old.getLoc(), newType,
        mbn::makeBases(builder.getContext(), bases, name));
    Operation *decode = constant.getDefiningOp();
    decode->setOperand(0, written);
    if (old->use_empty())
      old->erase();
  }
  for (auto [i, parameter] : llvm::enumerate(module.graph.parameters)) {
    Value constant = module.constants[i];
    if (parameter.role == Role::Fixed || parameter.role == Role::Levels ||
        basesOf(constant))
      continue;
    OpBuilder builder(constant.getContext());
    builder.setInsertionPointAfterValue(constant);
    Value written = arith::ConstantOp::create(
        builder, constant.getLoc(),
        mbn::makeElements<float>(builder.getContext(), parameter.shape,
                                 state.values[i], parameter.name));
    constant.replaceAllUsesWith(written);
    constant.getDefiningOp()->erase();
  }
}

/// Reads a teacher whose rows are as those of the network that learns.
static FailureOr<Teacher> readTeacher(MLIRContext *context,
                                      const TrainingSettings &settings,
                                      const Graph &student, Location loc) {
  if (!(settings.teacherWeight >= 0 && settings.teacherWeight <= 1))
    return emitError(loc) << "teacher-weight must be from 0 to 1, found "
                          << settings.teacherWeight;
  auto module = parseSourceFile<ModuleOp>(settings.teacher, context);
  auto main =
      module ? module->lookupSymbol<func::FuncOp>("main") : func::FuncOp();
  if (!main || main.isDeclaration())
    return emitError(loc) << "the teacher '" << settings.teacher
                          << "' is no module with a function 'main'; write one "
                             "by subbit-compile MODEL --emit=model";
  FailureOr<ModuleGraph> graph = buildGraph(main);
  if (failed(graph))
    return failure();
  auto output = dyn_cast<RankedTensorType>(main.getResultTypes().front());
  const Graph &found = graph->graph;
  if (!output || output.getRank() != 2)
    return emitError(loc) << "the teacher returns "
                          << main.getResultTypes().front()
                          << "; it must give a score for each class";
  if (found.inputShape != student.inputShape ||
      found.outputSize != student.outputSize)
    return emitError(loc) << "the teacher takes "
                          << shapeToString(found.inputShape) << " and gives "
                          << found.outputSize << " scores, the network takes "
                          << shapeToString(student.inputShape) << " and gives "
                          << student.outputSize;
  std::string error;
  Teacher teacher{found, makeEngine(found, error), {}};
  for (Value constant : graph->constants)
    teacher.values.push_back(readValues(constant));
  if (!teacher.engine)
    return emitError(loc) << error;
  return teacher;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

namespace {
/// While it lives Ctrl-C is noted; a second one ends the program as ever.
class InterruptNote {
public:
  InterruptNote() {
    struct sigaction action = {};
    action.sa_handler = [](int) { noted = 1; };
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, &before);
  }
  ~InterruptNote() { sigaction(SIGINT, &before, nullptr); }
  static bool isNoted() { return noted; }

private:
  static volatile sig_atomic_t noted;
  struct sigaction before;
};
volatile sig_atomic_t InterruptNote::noted = 0;
} // namespace

/// All that the result of a run depends on, as text.
static std::string describeRun(const TrainingSettings &settings,
                               const ALQOptions &options,
                               ArrayRef<Phase> phases, const Graph &graph,
                               const Data &train, const Data &validation,
                               const State &state,
                               const std::optional<Teacher> &teacher) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto hash = [&](const auto &values) {
    os << " "
       << llvm::xxh3_64bits(
              ArrayRef(reinterpret_cast<const uint8_t *>(values.data()),
                       values.size() * sizeof(values[0])));
  };
  for (const Data *data : {&train, &validation}) {
    os << data->rows();
    hash(data->inputs);
    hash(data->labels);
  }
  for (const Parameter &parameter : graph.parameters)
    os << parameter.name << shapeToString(parameter.shape)
       << int(parameter.role) << int(parameter.tie);
  for (const std::vector<float> &values : state.values)
    hash(values);
  for (const Tensor &tensor : state.tensors)
    hash(tensor.floats);
  for (const ActivationLevels &activations : state.activations) {
    os << " " << activations.levels.step << " " << activations.levels.zero
       << " " << activations.levels.low;
    hash(activations.levels.multipliers);
  }
  const TrainerOptions &trainer = settings.trainer;
  os << settings.maxInteger << " " << trainer.batch << " " << trainer.seed
     << " " << int(trainer.loss) << " " << settings.teacherWeight << " "
     << trainer.floatRate << " " << trainer.levelMomentum << " "
     << trainer.shift << " " << trainer.flip << " " << options.share << " "
     << options.basisRate << " " << options.coordinateRate << " "
     << options.pruneRate << " " << options.rateDecay << " "
     << options.weightDecay;
  if (teacher)
    for (const std::vector<float> &values : teacher->values)
      hash(values);
  for (const Phase &phase : phases)
    os << " " << phase.name() << phase.epochs << "to" << phase.goal << "by"
       << phase.rate << int(phase.projection);
  return text;
}

/// Runs the phases of `alq`, with what the settings say of files.
static Error runPhases(Location loc, const TrainingSettings &settings,
                       const ALQOptions &options, Trainer &trainer,
                       const std::string &checkpointRun,
                       ArrayRef<Phase> phases) {
  // Before files of an earlier run are touched.
  if (Error error = ALQ(trainer, options, {}).check(phases))
    return error;
  std::optional<Checkpoint> from;
  if (settings.resume) {
    if (settings.checkpoint.empty())
      return createStringError("a run goes on from a checkpoint, and none is "
                               "named; give checkpoint=FILE as well");
    auto read =
        readCheckpoint(settings.checkpoint, checkpointRun, trainer.getState());
    if (!read)
      return read.takeError();
    from = std::move(*read);
  }
  auto listener =
      makeListener(settings.quiet, settings.log, from ? from->finished : 0);
  if (!listener)
    return listener.takeError();
  // A file that cannot be written is an error before anything is trained; later
  // on it is no reason to lose what was.
  ALQ::Keeper keeper;
  bool hasWritten = false;
  if (!settings.checkpoint.empty())
    keeper = [&](const Checkpoint &checkpoint) -> Error {
      Error error =
          writeCheckpoint(settings.checkpoint, checkpointRun, checkpoint);
      if (error && hasWritten)
        emitWarning(loc) << llvm::toString(std::move(error));
      else if (error)
        return error;
      hasWritten = true;
      return Error::success();
    };
  // What a run behind this one left belongs to other weights.
  if (!settings.checkpoint.empty() && !from)
    llvm::sys::fs::remove(settings.checkpoint + ".activations");
  InterruptNote interrupt;
  trainer.stopWhen(InterruptNote::isNoted);
  return ALQ(trainer, options, *listener, keeper).run(phases, std::move(from));
}

FailureOr<int64_t> training::trainModule(
    ModuleOp module, const TrainingSettings &settings, const ALQOptions &alq,
    llvm::function_ref<std::vector<Phase>(const ALQ &)> plan) {
  auto fail = [&](Error error) {
    return emitError(module.getLoc()) << llvm::toString(std::move(error));
  };
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.isDeclaration())
    return emitError(module.getLoc()) << "the module has no function 'main'";
  // What an earlier pass was told to end is not begun again.
  if (InterruptNote::isNoted())
    return 0;
  if (settings.trainer.batch < 1)
    return emitError(module.getLoc())
           << "batch must be at least 1, found " << settings.trainer.batch;
  if (settings.maxInteger < 1 || settings.maxInteger > 127)
    return emitError(module.getLoc()) << "max-integer must be from 1 to 127, "
                                      << "found " << settings.maxInteger;
  double floatRate = settings.trainer.floatRate;
  if (!(floatRate >= 0 && std::isfinite(floatRate)))
    return emitError(module.getLoc())
           << "float-rate must not be negative, found " << floatRate;
  double momentum = settings.trainer.levelMomentum;
  if (!(momentum >= 0 && momentum <= 1))
    return emitError(module.getLoc())
           << "level-momentum must be from 0 to 1, found " << momentum;
  if (settings.trainer.shift < 0)
    return emitError(module.getLoc())
           << "shift must not be negative, found " << settings.trainer.shift;
  separateConstants(main);
  FailureOr<ModuleGraph> graph = buildGraph(main);
  if (failed(graph))
    return failure();
  FailureOr<State> state = readState(*graph, settings.maxInteger);
  if (failed(state) ||
      failed(tieWeights(*graph, *state, settings.masked, Tie::Zeros,
                        module.getLoc())) ||
      failed(tieWeights(*graph, *state, settings.shared, Tie::Values,
                        module.getLoc())))
    return failure();
  bool hasStatistics =
      llvm::any_of(graph->graph.parameters, [](const Parameter &parameter) {
        return parameter.role == Role::Statistic;
      });
  if (hasStatistics && settings.trainer.batch == 1)
    return emitError(module.getLoc()) << "batch normalization needs batches of "
                                         "several rows, found batch 1";
  auto output = dyn_cast<RankedTensorType>(main.getResultTypes().front());
  if (!output || output.getRank() != 2)
    return main.emitError() << "returns " << main.getResultTypes().front()
                            << "; training needs a score for each class";

  auto data = readData(settings, graph->graph.inputShape, output.getDimSize(1));
  if (!data)
    return fail(data.takeError());
  auto validation = splitValidation(*data, settings.validation);
  if (!validation)
    return fail(validation.takeError());
  TrainerOptions options = settings.trainer;
  bool moves = options.shift || options.flip;
  if (moves && graph->graph.inputShape.size() != 3)
    return emitError(module.getLoc())
           << "images are moved where they are channels, rows and columns; the "
              "network takes "
           << shapeToString(graph->graph.inputShape);
  if (moves) {
    // What a pixel of 0 becomes.
    const Normalization &n = settings.normalization;
    for (int64_t c = 0; c < graph->graph.inputShape[0]; ++c)
      options.background.push_back(-n.mean[n.mean.size() > 1 ? c : 0] /
                                   n.std[n.std.size() > 1 ? c : 0]);
  }
  std::string error;
  std::unique_ptr<Engine> engine = makeEngine(graph->graph, error);
  if (!engine)
    return emitError(module.getLoc()) << error;
  Trainer trainer(graph->graph, std::move(engine), *data, *validation,
                  std::move(*state), options);
  std::optional<Teacher> teacher;
  if (!settings.teacher.empty()) {
    FailureOr<Teacher> read = readTeacher(module.getContext(), settings,
                                          graph->graph, module.getLoc());
    if (failed(read))
      return failure();
    teacher = std::move(*read);
  }
  std::vector<Phase> phases = plan(ALQ(trainer, alq, {}));
  std::string run;
  if (!settings.checkpoint.empty())
    run = describeRun(settings, alq, phases, graph->graph, *data, *validation,
                      trainer.getState(), teacher);
  if (teacher)
    trainer.learnFrom(std::move(*teacher), settings.teacherWeight);
  if (Error failed =
          runPhases(module.getLoc(), settings, alq, trainer, run, phases))
    return fail(std::move(failed));
  if (trainer.isStopped())
    emitWarning(module.getLoc())
        << "training was interrupted; the best weights so far are kept";
  writeState(*graph, trainer.getState());
  return trainer.getState().numBases();
}
