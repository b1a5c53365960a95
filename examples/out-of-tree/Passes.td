#ifndef MYPASSES_PASSES_TD
#define MYPASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def PruneGroupsPass : Pass<"prune-groups"> {
  let summary = "Drop the bases of groups of small weights";
  let description = [{
    Removes all binary bases of every group of an `mbn.constant` whose
    coordinates sum to less than `below`: no weight of such a group is larger
    than that. The group's weights become 0, or its offset where it has one.
    Groups cost no time without bases. Weights stored as int8 are left alone.

    Before:

    ```mlir
    %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<[1, 9]> : tensor<2xi16>,
        signs = dense<[5, 3]> : tensor<2xi32>, steps = dense<0.5> : tensor<1xf32>> : !mbn.tensor<2x3xf32, group = 1x3, bits = 1 to 1>
    ```

    After, with `below=4`:

    ```mlir
    %w = mbn.constant bases<widths = dense<[0, 1]> : tensor<2xi8>, coordinates = dense<9> : tensor<1xi16>,
        signs = dense<3> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
    ```
  }];
  let options = [
    Option<"below", "below", "int64_t", "1", "Groups whose coordinates sum to less lose their bases">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect"];
}

#endif
