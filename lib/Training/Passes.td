#ifndef SUBBIT_TRAINING_PASSES_TD
#define SUBBIT_TRAINING_PASSES_TD

include "mlir/Pass/PassBase.td"

// What every pass that trains takes, its own options first.
class TrainingPass<string name, list<Option> own> : Pass<name, "::mlir::ModuleOp"> {
  let options = !listconcat(own, [
    Option<"data", "data", "std::string", "\"\"", "Training data: .npy, IDX or CIFAR file">,
    Option<"labels", "labels", "std::string", "\"\"", "Their classes (CIFAR files bring them)">,
    Option<"count", "count", "int64_t", "0", "Rows of the data to use, 0 for all">,
    Option<"validation", "validation", "int64_t", "0", "Last rows of these, kept from training, to choose the best state by">,
    Option<"scale", "input-scale", "double", "1", "Pixels are multiplied by this">,
    ListOption<"mean", "input-mean", "double", "Then this is subtracted: one value, or one per channel">,
    ListOption<"stddev", "input-std", "double", "Then they are divided by this: one value, or one per channel">,
    Option<"batch", "batch", "int64_t", "128", "Rows of a batch">,
    Option<"seed", "seed", "int64_t", "1", "Of the order of the data, and of what is random about them">,
    Option<"loss", "loss", "std::string", "\"cross-entropy\"", "cross-entropy, squared-hinge or mean-squared-error (scores 1 for the right class, 0 for others)">,
    Option<"teacher", "teacher", "std::string", "\"\"", "A module, MLIR of tensors, whose scores are learned from as well">,
    Option<"teacherWeight", "teacher-weight", "double", "0.5", "Part of the loss that is the cross-entropy to the teacher's scores">,
    Option<"floatRate", "float-rate", "double", "1e-4", "Learning rate of what has no bases: biases, normalization, float weights">,
    ListOption<"masked", "masked", "std::string", "Float layers (globs) whose weights that are 0 stay 0">,
    ListOption<"shared", "shared", "std::string", "Float layers (globs) whose equal weights stay equal, and 0 stays 0">,
    Option<"levelMomentum", "level-momentum", "double", "0.99", "Weight of the past in the running averages of activation levels; 1 keeps them">,
    Option<"shift", "shift", "int64_t", "0", "Move images by up to this many positions">,
    Option<"flip", "flip", "bool", "false", "Mirror half of the images">,
    Option<"maxInteger", "max-integer", "int64_t", "127", "Largest |W| after rounding, 1 to 127">,
    Option<"checkpoint", "checkpoint", "std::string", "\"\"", "Leave in this file, after each epoch, what a run needs to go on">,
    Option<"resume", "resume", "bool", "false", "Go on from the checkpoint, if it is there, to the same result">,
    Option<"log", "log", "std::string", "\"\"", "Write a line of JSON after each epoch to this file">,
    Option<"quiet", "quiet", "bool", "false", "Print no line after each epoch">,
  ]);
  let statistics = [
    Statistic<"numBases", "bases", "Binary bases after the pass">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect"];
}

def ALQPass : TrainingPass<"mbn-alq", [
    Option<"recoveryEpochs", "recovery-epochs", "int64_t", "1", "Epochs of bases before anything is pruned">,
    Option<"rounds", "rounds", "int64_t", "4", "Rounds of pruning, bases, coordinates">,
    Option<"prune", "prune", "double", "0.4", "Part of the size that a round takes, without a target">,
    Option<"share", "share", "double", "0.5", "Part of its bases that a tensor offers to be pruned at a time">,
    Option<"basisEpochs", "basis-epochs", "int64_t", "2", "Epochs of bases in a round">,
    Option<"coordinateEpochs", "coordinate-epochs", "int64_t", "3", "Epochs of coordinates in a round">,
    Option<"finalEpochs", "final-epochs", "int64_t", "3", "Epochs of coordinates at the end, with weights on the grid">,
    Option<"basisStep", "basis-step", "std::string", "\"bases\"", "bases (Alg. 3); in its place straight-through by reconstruction (Sec. 5.3) or loss-aware">,
    Option<"straightThroughEpochs", "straight-through-epochs", "int64_t", "0", "Straight-through epochs behind the rounds, with loss-aware projection">,
    Option<"basisRate", "basis-rate", "double", "1e-3", "Learning rate of bases">,
    Option<"straightThroughRate", "straight-through-rate", "double", "1e-4", "Learning rate of the straight-through epochs">,
    Option<"coordinateRate", "coordinate-rate", "double", "1e-4", "Learning rate of coordinates">,
    Option<"pruneRate", "prune-rate", "double", "1e-4", "Learning rate in the scores of pruning">,
    Option<"rateDecay", "rate-decay", "double", "0.8", "Factor of a rate from one epoch of a step to the next">,
    Option<"weightDecay", "weight-decay", "double", "1e-6", "L2 penalty of coordinates">,
    Option<"targetBits", "target-bits", "double", "-1", "Prune to this mean number of bases per weight">,
    Option<"targetRatio", "target-ratio", "double", "-1", "Prune until all weights take 32 bits over this by the paper's formula">,
    Option<"targetBytes", "target-bytes", "double", "-1", "Prune until all weights take this many bytes by the paper's formula">,
  ]> {
  let summary = "Prune and train binary bases by the loss (ALQ)";
  let description = [{
    Alg. 5 of the ALQ paper on the `mbn.constant`s of a network, on real data:
    recovery of what sketching lost, then rounds of `mbn-prune-coordinates`,
    `mbn-optimize-bases` and `mbn-optimize-coordinates`, each with learning rates
    that begin anew and fall, and at last coordinates with rounding in the loop.
    Biases, normalization and weights that are floats are trained along by
    AMSGrad.

    Size falls by the same factor in each round, to the target or by `prune`.
    What is validated, chosen and written back is the network on the grid of
    integer coordinates. Among the states since the last pruning the best on the
    validation data is kept, the last rows of the data; without any, on the
    training data.

    Where an operation has no gradient, the data do not fit, the loss is no
    number or the target cannot be met, the pass says so and the module stays as
    it was.

    Before:

    ```mlir
    %q = mbn.constant bases<...> : !mbn.tensor<500x800xf32, group = 1x400, bits = 0 to 3>
    ```

    After:

    ```mlir
    %q = mbn.constant bases<...> : !mbn.tensor<500x800xf32, group = 1x400, bits = 0 to 2>
    ```
  }];
}

def PruneCoordinatesPass : TrainingPass<"mbn-prune-coordinates", [
    Option<"prune", "prune", "double", "0.4", "Part of the size to take, without a target">,
    Option<"share", "share", "double", "0.5", "Part of its bases that a tensor offers at a time">,
    Option<"pruneRate", "prune-rate", "double", "1e-4", "Learning rate in the scores">,
    Option<"targetBits", "target-bits", "double", "-1", "Prune to this mean number of bases per weight">,
    Option<"targetRatio", "target-ratio", "double", "-1", "Prune until all weights take 32 bits over this by the paper's formula">,
    Option<"targetBytes", "target-bytes", "double", "-1", "Prune until all weights take this many bytes by the paper's formula">,
  ]> {
  let summary = "Remove the bases that the loss misses least (Alg. 2)";
  let description = [{
    In one epoch, a few after each batch, removes the coordinates whose loss
    raises the network's least by its second-order estimate, with their bases.
    Each tensor offers its lowest `share`; the lowest of all offers go, whatever
    tensor they are in. Groups may lose all of their bases. See `mbn-alq`.

    Before, two groups with two bases each:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [2, 2], coordinates = [5, 2, 7, 1], ...> : !mbn.tensor<1x64xf32, group = 1x32, bits = 0 to 2>
    ```

    After `mbn-prune-coordinates{target-bits=1}`:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [1, 1], coordinates = [5, 7], ...> : !mbn.tensor<1x64xf32, group = 1x32, bits = 0 to 1>
    ```
  }];
}

def OptimizeBasesPass : TrainingPass<"mbn-optimize-bases", [
    Option<"epochs", "epochs", "int64_t", "1", "Epochs">,
    Option<"basisRate", "rate", "double", "1e-3", "Learning rate">,
    Option<"rateDecay", "rate-decay", "double", "0.8", "Factor of the rate from one epoch to the next">,
  ]> {
  let summary = "Train bases and their coordinates (Alg. 3)";
  let description = [{
    After each batch every weight takes the sum of its group's coordinates that
    is nearest to where AMSGrad would move it, and then coordinates minimize the
    distance to there, weighted by curvature, in closed form. See `mbn-alq`.

    Before:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [1], coordinates = [5], signs = [0x0000000b], ...> : !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 1>
    ```

    After, another sign and another coordinate:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [1], coordinates = [7], signs = [0x00000009], ...> : !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 1>
    ```
  }];
}

def StraightThroughPass : TrainingPass<"mbn-straight-through", [
    Option<"epochs", "epochs", "int64_t", "1", "Epochs">,
    Option<"rate", "rate", "double", "1e-3", "Learning rate">,
    Option<"rateDecay", "rate-decay", "double", "0.8", "Factor of the rate from one epoch to the next">,
    Option<"projection", "projection", "std::string", "\"loss-aware\"", "reconstruction, loss-aware, binary-connect, bwn, lab, ter-connect, twn or lat">,
  ]> {
  let summary = "Train float weights through the bases they project to";
  let description = [{
    The baselines of ALQ. AMSGrad moves float weights by the gradient of the
    bases, as if projecting them had the derivative 1; after each batch bases
    are projected from them anew. They begin at the model's weights where
    `mbn-sketch{keep-floats}` kept them, else at what the bases stand for.

    | projection | of a group |
    |---|---|
    | `reconstruction` | as many bases as it has; least squares |
    | `loss-aware` | the same, weighted by AMSGrad's curvature |
    | `binary-connect` | sign(w) |
    | `bwn` | sign(w) times the mean of \|w\| |
    | `lab` | sign(w) times the mean of \|w\| weighted by curvature |
    | `ter-connect` | sign(w), and 0 where \|w\| is at most 0.7 of its mean |
    | `twn` | the same times the mean of \|w\| of the others |
    | `lat` | 0 where \|w\| is at most half of the weighted mean of the others, else their sign times it |

    The last six are for groups of whole layers (`mbn-sketch{group=layer}`), and
    take any. Two bases with equal coordinates are ternary weights, for which
    `max-integer` is rounded down to an even number.

    Before:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [2], coordinates = [5, 2], ...> : !mbn.tensor<4x64xf32, group = 4x64, bits = 0 to 2>
    ```

    After `mbn-straight-through{projection=bwn}`:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [1], coordinates = [127], ...> : !mbn.tensor<4x64xf32, group = 4x64, bits = 0 to 1>
    ```
  }];
}

def OptimizeCoordinatesPass : TrainingPass<"mbn-optimize-coordinates", [
    Option<"epochs", "epochs", "int64_t", "1", "Epochs">,
    Option<"coordinateRate", "rate", "double", "1e-4", "Learning rate">,
    Option<"rateDecay", "rate-decay", "double", "0.8", "Factor of the rate from one epoch to the next">,
    Option<"weightDecay", "weight-decay", "double", "1e-6", "L2 penalty of coordinates">,
    Option<"rounded", "rounded", "bool", "false", "Take the loss of weights on the grid">,
  ]> {
  let summary = "Train coordinates, with their bases as they are (Alg. 4)";
  let description = [{
    AMSGrad on the coordinates. Signs of bases stay, but those of a coordinate
    that turns negative flip. See `mbn-alq`.

    Before:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [2], coordinates = [5, 2], signs = [0x0000000b, 0x00000006], ...> : !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 2>
    ```

    After, with the same signs:

    ```mlir
    %q = mbn.constant #mbn.bases<widths = [2], coordinates = [6, 1], signs = [0x0000000b, 0x00000006], ...> : !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 2>
    ```
  }];
}

#endif
