/*===- Description.h - What a compiled network says of itself ---- C11 ----===*/
/*                                                                            */
/* Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.        */
/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    */
/*                                                                            */
/*===----------------------------------------------------------------------===*/
/*                                                                            */
/* A compiled network NAME has two symbols:                                   */
/*                                                                            */
/*   int NAME_run(const NAME_args *args);                                     */
/*   extern const subbit_description NAME_description;                        */
/*                                                                            */
/* and, compiled with --init, a third that unpacks weights once, before runs: */
/*                                                                            */
/*   int NAME_init(void *weights);                                            */
/*                                                                            */
/* NAME_args is declared in the generated header. It is a row of pointer      */
/* sized words: its own size in bytes, one pointer per input, one per output, */
/* the scratch memory, a trace function and the trace function's context; in  */
/* objects compiled with --threads also a function that runs tasks, and its   */
/* context; in those compiled with --init last the unpacked weights.          */
/* Programs that know a network only by its description can build it so.      */
/*                                                                            */
/* A shared object made by `subbit-compile --emit=so` also has NAME_module,   */
/* the quantized module as MLIR bytecode, NAME_module_size bytes of it.       */
/*                                                                            */
/*===----------------------------------------------------------------------===*/

#ifndef SUBBIT_DESCRIPTION_H
#define SUBBIT_DESCRIPTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of everything described here. */
#define SUBBIT_ABI_VERSION 3

/* What NAME_run and NAME_init return. */
enum {
  SUBBIT_OK = 0,
  SUBBIT_BAD_SIZE = 1,     /* args is null or args->size is too small */
  SUBBIT_NULL_POINTER = 2, /* an input, output, weights or scratch is null */
  SUBBIT_MISALIGNED = 3,   /* weights or scratch not aligned as described */
  /* Of an object with several versions: none of them suits this CPU. */
  SUBBIT_UNSUPPORTED_CPU = 4
};

/* Element types. */
enum { SUBBIT_F32 = 0, SUBBIT_I32 = 1, SUBBIT_U8 = 2 };

typedef struct subbit_tensor {
  const char *name;     /* the model's */
  int32_t type;         /* SUBBIT_F32, ... */
  int32_t rank;         /* number of dimensions */
  const int64_t *shape; /* rank dimensions; data is row-major */
  size_t bytes;
} subbit_tensor;

typedef struct subbit_description {
  uint32_t abi_version; /* SUBBIT_ABI_VERSION */
  uint32_t traces;      /* layer results handed to the trace function */
  const char *name;
  size_t args_size; /* of NAME_args */
  size_t scratch_bytes;
  size_t scratch_alignment; /* of weights, too */
  size_t weights_bytes;
  int (*init)(void *weights); /* NAME_init; null without --init */
  size_t
      threads; /* most tasks that are run at once; 1 without such a function */
  size_t num_inputs;
  const subbit_tensor *inputs;
  size_t num_outputs;
  const subbit_tensor *outputs;
} subbit_description;

/* Called after each traced layer, in the order of the layers. */
typedef void (*subbit_trace)(void *context, int32_t number, const void *values);

/* Calls task(data, i) once for each i from 0 to count - 1, at once or one after
   the other, and returns when all have returned; see subbit/Threads.h. */
typedef void (*subbit_parallel)(void *pool, int32_t count,
                                void (*task)(void *data, int32_t i),
                                void *data);

#ifdef __cplusplus
}
#endif

#endif /* SUBBIT_DESCRIPTION_H */
