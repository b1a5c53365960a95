/* Runs two objects of the same network, of which one unpacks its weights once,
   and calls that one wrongly. */
#include "each.h"
#include "once.h"
#include "subbit/Description.h"

#include <stdio.h>
#include <string.h>

enum { PIXELS = 7 * 9 * 40, SCORES = 4 * 5 * 5 };

static _Alignas(64) char scratch[1 << 20], weights[ONCE_WEIGHTS_BYTES + 64];
static float image[PIXELS], expected[SCORES], found[SCORES], again[SCORES];

static int run_once(const void *unpacked, float *scores) {
  once_args args = {.size = sizeof args,
                    .x = image,
                    .y = scores,
                    .scratch = scratch,
                    .weights = unpacked};
  memset(scratch, 0x5a, sizeof scratch);
  return once_run(&args);
}

int main(void) {
  uint32_t random = 1;
  if (sizeof scratch < ONCE_SCRATCH_BYTES ||
      sizeof scratch < EACH_SCRATCH_BYTES)
    return 1;
  for (int i = 0; i < PIXELS; ++i)
    image[i] = ((random = random * 1664525 + 1013904223) >> 16) / 16384.f - 2;
  each_args args = {
      .size = sizeof args, .x = image, .y = expected, .scratch = scratch};
  if (each_run(&args) != SUBBIT_OK)
    return 1;
  int null = once_init(0), misaligned = once_init(weights + 1);
  printf("init: %d %d %d\n", null, misaligned, once_init(weights));
  null = run_once(0, found);
  misaligned = run_once(weights + 1, found);
  printf("run: %d %d %d\n", null, misaligned, run_once(weights, found));
  run_once(weights, again);
  if (memcmp(found, expected, sizeof found) ||
      memcmp(again, expected, sizeof again))
    return 1;
  printf("%d scores, the same, of two runs with the same weights\n", SCORES);
  return 0;
}
