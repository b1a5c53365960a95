#ifndef SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIALATTRIBUTES_TD
#define SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIALATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Bitserial_Dialect : Dialect {
  let name = "bitserial";
  let cppNamespace = "::subbit::bitserial";
  let summary = "Packed binary products on words, in destination-passing style";
  let description = [{
    Codes, packed words and integer sums on builtin tensors, with layouts and
    schedules explicit. Codes are bytes that hold level indices, in the shape of
    the tensor they stand for.

    A product has one of two orientations, two layouts of the same rows:
    `pixels` puts output positions (or the batch) into the lanes of a vector and
    broadcasts one weight word; `outputs` puts outputs into lanes and broadcasts
    one activation word. Sums are `[batch, outputs, positions]` in the first and
    `[batch, outputs]` in the second, both padded to whole vectors.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def Bitserial_Orientation : I32EnumAttr<"Orientation", "what the lanes of a vector hold", [
    I32EnumAttrCase<"Pixels", 0, "pixels">,
    I32EnumAttrCase<"Outputs", 1, "outputs">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::subbit::bitserial";
}

def Bitserial_Counting : I32EnumAttr<"Counting", "how the bits of words are counted, or codes multiplied", [
    I32EnumAttrCase<"Words", 0, "words">,
    I32EnumAttrCase<"Bytes", 1, "bytes">,
    I32EnumAttrCase<"Pmadd", 2, "pmadd">,
    I32EnumAttrCase<"Uaddlp", 3, "uaddlp">,
    I32EnumAttrCase<"Vpaddl", 4, "vpaddl">,
    I32EnumAttrCase<"Udot", 5, "udot">,
    I32EnumAttrCase<"Pairs", 6, "pairs">,
    I32EnumAttrCase<"Dpbusd", 7, "dpbusd">,
    I32EnumAttrCase<"Usdot", 8, "usdot">,
    I32EnumAttrCase<"Pmaddwd", 9, "pmaddwd">,
    I32EnumAttrCase<"Tables", 10, "tables">,
    I32EnumAttrCase<"Sdot", 11, "sdot">,
    I32EnumAttrCase<"Pmaddubsw", 12, "pmaddubsw">,
    I32EnumAttrCase<"Carries", 13, "carries">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::subbit::bitserial";
}

def Bitserial_Scaling : I32EnumAttr<"Scaling", "how vectors grow with the CPU's", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Offsets", 1, "offsets">,
    I32EnumAttrCase<"Pointers", 2, "pointers">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::subbit::bitserial";
}

def Bitserial_ScheduleAttr : AttrDef<Bitserial_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "how a product is laid out and blocked";
  let description = [{
    `lanes` is the number of 32-bit lanes of a vector, `vectors` the number of
    vectors of positions that a block holds in registers (1 for `outputs`).

    `count` is `words` where bits are counted in the lanes. CPUs that count bits of
    bytes, or of nibbles by a table, do so for up to 31 words before the bytes of
    a lane are summed, by an instruction of x86 (`pmadd`, 4, 8 or 16 lanes), AArch64
    (`uaddlp`, 4 lanes) or ARMv7 (`vpaddl`, 4). With `udot` (AArch64, 4 lanes) one
    instruction adds the bytes of a lane to its word. With `bytes` no instruction
    counts: fields of two, four and eight bits are added, and bytes summed, by shifts.
    With `carries` (AVX-512, 16 lanes) the words of a row are added bit by bit first: a
    carry-save adder takes two words to the bits of those before them, and only what it
    carries is counted, twice, besides the bits that are left at the end. Each of its three
    functions of three operands, exclusive ors with weights included, is one VPTERNLOGD.
    With `tables` (x86 with SSSE3; 4, 8 or 16 lanes) patches hold four bits in a byte,
    which index one of 16 tables, that of four bits of weights: the bytes of a vector
    are as many positions. Counts of up to 7 words are kept in bytes, of several planes at
    once where there are registers for them, sums in memory.
    Of floats (`float_product`, AVX2 and AVX-512) a table holds all sums of as many
    activations as index a vector of it.

    A dense product multiplies codes by weights instead: four codes to a word with
    x86's `dpbusd` (8 or 16 lanes) or AArch64's `usdot` or `sdot` (4), two with x86's
    `pmaddwd`. Of codes of at most four bits x86's `pmaddubsw` multiplies four to a word,
    whose sums stay in 16 bits for as many words as fit.

    With `pairs`, on 64-bit CPUs without vectors, two words of a position lie side by
    side and are counted at once.

    Behind an `x` stands how vectors scale: a product's vectors have so many lanes
    for each unit of the length of vectors then, which only the CPU knows. What is
    in memory does not depend on that length; the last vector of positions is
    masked. Loads have `offsets` in multiples of the length (SVE), or vectors take
    `pointers` of their own (RVV).

    A tiled product goes over its groups `in` several `passes`, so that the patches of one
    pass fit the first cache.

    ```mlir
    #bitserial.schedule<pixels, lanes = 16, vectors = 4>
    #bitserial.schedule<pixels, lanes = 16, vectors = 8 in 3 passes>
    #bitserial.schedule<pixels, lanes = 4, vectors = 8, count = uaddlp>
    #bitserial.schedule<pixels, lanes = 4 x pointers, vectors = 4>
    ```

    Constraints:
    - schedule_c1: lanes and vectors are from 1 to 1024.
    - schedule_c2: there is an instruction of the kind for so many lanes.
    - schedule_c3: pairs are of one lane of positions; scalable vectors are of
      positions, and their bits are counted in words or bytes.
    - schedule_c4: there is at least one pass; more are of positions in lanes of
      fixed vectors.
    - schedule_c5: codes are multiplied at positions in lanes; tables are used there,
      by a multiple of 4 vectors, or for outputs in 8 or 16 lanes.
  }];
  let parameters = (ins "::subbit::bitserial::Orientation":$orientation,
                        "int64_t":$lanes, "int64_t":$vectors,
                        DefaultValuedParameter<"::subbit::bitserial::Counting",
                            "::subbit::bitserial::Counting::Words">:$counting,
                        DefaultValuedParameter<"::subbit::bitserial::Scaling",
                            "::subbit::bitserial::Scaling::None">:$scaling,
                        DefaultValuedParameter<"int64_t", "1">:$passes);
  let assemblyFormat = [{`<` $orientation `,` `lanes` `=` $lanes (`x` $scaling^)? `,`
    `vectors` `=` $vectors (`in` $passes^ `passes`)? (`,` `count` `=` $counting^)? `>`}];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Elements of a word of patches: bits, or codes that are multiplied.
    int64_t getPerWord() const {
      switch (getCounting()) {
      case Counting::Dpbusd:
      case Counting::Usdot:
      case Counting::Sdot:
      case Counting::Pmaddubsw:
        return 4;
      case Counting::Pmaddwd:
        return 2;
      default:
        return 32;
      }
    }
    /// Whether codes are multiplied.
    bool isDense() const { return getPerWord() < 32; }
    /// Whether codes are multiplied as signed bytes, 128 less than they are.
    bool hasSignedCodes() const { return getCounting() == Counting::Sdot; }
    /// Words of a row that are counted at once, side by side in memory.
    int64_t getWordsAtOnce() const {
      return getCounting() == Counting::Pairs ? 2 : 1;
    }
    /// Whether bytes of patches index tables.
    bool usesTables() const { return getCounting() == Counting::Tables; }
    /// Vectors come in such multiples: a byte of a table's vector is a position.
    int64_t getVectorUnit() const { return usesTables() && inPixels() ? 4 : 1; }
    /// Rows of the patches of a tile that hold one word of each position.
    int64_t getRowsPerWord() const { return usesTables() ? 2 : 1; }
    /// Vectors of sums whose comparisons, in 16 bits, are packed to a mask of 32:
    /// of AVX-512, or AVX2 where there are as many; else 0.
    int64_t getPackedVectors() const {
      if (isScalable() || !inPixels())
        return 0;
      return getLanes() == 16 ? 2 : getLanes() == 8 && usesTables() ? 4 : 0;
    }
    /// Whether comparisons of vectors are masks of bits, as of AVX-512.
    bool hasMaskRegisters() const { return getPackedVectors() == 2; }
    bool isScalable() const { return getScaling() != Scaling::None; }
    bool inPixels() const { return getOrientation() == Orientation::Pixels; }
    /// A vector of `perLane` elements in each lane.
    ::mlir::VectorType getVector(::mlir::Type element, int64_t perLane = 1) const {
      return ::mlir::VectorType::get({perLane * getLanes()}, element, {isScalable()});
    }
    /// Vectors that hold so many positions.
    int64_t padVectors(int64_t positions) const {
      int64_t unit = getLanes() * getVectorUnit();
      return (positions + unit - 1) / unit * getVectorUnit();
    }
    /// `count` rounded up to whole blocks.
    int64_t pad(int64_t count) const {
      int64_t block = getLanes() * getVectors();
      return (count + block - 1) / block * block;
    }
  }];
}

def Bitserial_GeometryAttr : AttrDef<Bitserial_Dialect, "Geometry"> {
  let mnemonic = "geometry";
  let summary = "the shape of a product";
  let description = [{
    `input` is the padded image `[channels, height, width]` (a vector's elements
    are channels), `kernel` and `group` are `[height, width, channels]` of one
    output's weights and of a group of them, `output` is `[outputs, height,
    width]`, `groups` the convolution's groups.

    Constraints:
    - geometry_c1: input, kernel, group and output have three dimensions, stride
      and dilation two; each, and groups, is positive.
    - geometry_c2: a group is not larger than the kernel.
    - geometry_c3: the input's channels are the kernel's times `groups`; `groups`
      divides the outputs.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$input,
                        ArrayRefParameter<"int64_t">:$kernel,
                        ArrayRefParameter<"int64_t">:$group,
                        ArrayRefParameter<"int64_t">:$output,
                        ArrayRefParameter<"int64_t">:$stride,
                        ArrayRefParameter<"int64_t">:$dilation,
                        "int64_t":$groups);
  let assemblyFormat = [{`<` `input` `=` `[` $input `]` `,` `kernel` `=` `[` $kernel `]`
    `,` `group` `=` `[` $group `]` `,` `output` `=` `[` $output `]`
    `,` `stride` `=` `[` $stride `]` `,` `dilation` `=` `[` $dilation `]`
    `,` `groups` `=` $groups `>`}];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Groups of weights along each dimension of one output's kernel.
    ::llvm::SmallVector<int64_t, 3> getGrid() const;
    /// Whether the elements of each group lie side by side in the kernel.
    bool hasContiguousGroups() const;
    /// Groups of weights of one output.
    int64_t getNumGroups() const;
    /// Words of one row: those of a whole group; smaller ones are padded.
    int64_t getWords() const;
    int64_t getPositions() const { return getOutput()[1] * getOutput()[2]; }
  }];
}

def Bitserial_ImageAttr : AttrDef<Bitserial_Dialect, "Image"> {
  let mnemonic = "image";
  let summary = "how codes lie in memory that patches are made of";
  let description = [{
    Codes in the order `[batch, height, width, channels]`, `bits` each, the first
    in the lowest bits of its byte, or one bit in each of their planes; `size` is
    `[height, width]`. `pad` is how far
    the padded image of a geometry reaches above and to the left of it; codes
    outside are `outside`. Where `marked`, the last plane of a product tells the
    inside, where it is set, from the outside.

    ```mlir
    #bitserial.image<size = [28, 28], pad = [1, 1], bits = 2, outside = 0>
    ```

    Constraints:
    - image_c1: size and pad have two dimensions; size is positive, pad is not
      negative.
    - image_c2: bits are 1, 2, 4 or 8, and a code outside has so many.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$size,
                        ArrayRefParameter<"int64_t">:$pad, "int64_t":$bits,
                        "int64_t":$outside, DefaultValuedParameter<"bool", "false">:$marked);
  let assemblyFormat = [{`<` `size` `=` `[` $size `]` `,` `pad` `=` `[` $pad `]` `,` `bits` `=` $bits
    `,` `outside` `=` $outside (`,` `marked` `=` $marked^)? `>`}];
  let genVerifyDecl = 1;
}

def Bitserial_TargetAttr : AttrDef<Bitserial_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "what code is generated for, as llc names it";
  let description = [{
    The module's attribute `bitserial.target`; passes look the target up in the
    target table.

    ```mlir
    #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
    ```
  }];
  let parameters = (ins StringRefParameter<>:$triple, StringRefParameter<>:$cpu,
                        StringRefParameter<>:$features);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif
