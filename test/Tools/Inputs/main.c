/* Calls LeNet-5 rightly and in every wrong way. */
#include "lenet5.h"

#ifdef __cplusplus
#define _Alignas alignas
#endif

static struct {
  _Alignas(LENET5_SCRATCH_ALIGNMENT) char bytes[LENET5_SCRATCH_BYTES + 1];
} scratch;

int main(void) {
  static uint8_t image[28 * 28];
  float logits[10] = {0};
  lenet5_args args = {sizeof(args), image, logits, scratch.bytes, NULL, NULL};
  if (lenet5_run(&args) != 0 || logits[0] == logits[1])
    return 1;
  if (lenet5_run(NULL) != 1)
    return 2;
  args.size = sizeof(args) - 1;
  if (lenet5_run(&args) != 1)
    return 3;
  args.size = sizeof(args);
  args.image = NULL;
  if (lenet5_run(&args) != 2)
    return 4;
  args.image = image;
  args.scratch = scratch.bytes + 1;
  if (lenet5_run(&args) != 3)
    return 5;
  return 0;
}
