/* Runs the network NETWORK on inputs from stdin, one after the other; its
   outputs go to stdout as they are. With FILES, for machines that have no
   streams, the files "input" and "output" take their places. */

#include <stdio.h>
#include <stdlib.h>
#include <subbit/Description.h>

#define JOIN(a, b) a##b
#define SYMBOL(name, suffix) JOIN(name, suffix)
extern const subbit_description SYMBOL(NETWORK, _description);
int SYMBOL(NETWORK, _run)(const void *args);

static void *allocate(size_t bytes, size_t alignment) {
  char *memory = malloc(bytes + alignment);
  if (!memory)
    exit(3);
  return memory + alignment - (uintptr_t)memory % alignment;
}

int main(void) {
  FILE *in = stdin, *out = stdout;
#ifdef FILES
  in = fopen("input", "rb");
  out = fopen("output", "wb");
  if (!in || !out)
    return 4;
#endif
  const subbit_description *d = &SYMBOL(NETWORK, _description);
  if (d->abi_version != SUBBIT_ABI_VERSION || d->num_inputs != 1)
    return 2;
  /* The size, input, outputs, scratch, trace function and its context. */
  void *args[32] = {0};
  if (d->args_size > sizeof(args))
    return 2;
  args[0] = (void *)d->args_size;
  args[1] = allocate(d->inputs[0].bytes, 64);
  for (size_t i = 0; i < d->num_outputs; ++i)
    args[2 + i] = allocate(d->outputs[i].bytes, 64);
  args[2 + d->num_outputs] = allocate(d->scratch_bytes, d->scratch_alignment);
  if (d->init) {
    void *weights = allocate(d->weights_bytes, d->scratch_alignment);
    int error = d->init(weights);
    if (error != SUBBIT_OK)
      return error;
    args[d->args_size / sizeof(void *) - 1] = weights;
  }
  while (fread(args[1], d->inputs[0].bytes, 1, in) == 1) {
    int error = SYMBOL(NETWORK, _run)(args);
    if (error != SUBBIT_OK)
      return error;
    for (size_t i = 0; i < d->num_outputs; ++i)
      fwrite(args[2 + i], d->outputs[i].bytes, 1, out);
  }
  return fclose(out) ? 4 : 0;
}
