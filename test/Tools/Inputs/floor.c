/* Compares a compiled tosa.floor with C's, -0 and infinities included. */
#include "floor.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static _Alignas(FLOOR_SCRATCH_ALIGNMENT) char scratch[FLOOR_SCRATCH_BYTES + 1];

int main(void) {
  float x[16] = {0.0f,       -0.0f,       0.5f,     -0.5f,    1.0f, -1.0f,
                 2.75f,      -2.75f,      1e-40f,   -1e-40f,  3e9f, -3e9f,
                 8388607.5f, -8388607.5f, INFINITY, -INFINITY};
  float y[16];
  floor_args args = {sizeof(args), x, y, scratch, NULL, NULL};
  if (floor_run(&args))
    return 1;
  for (int i = 0; i < 16; ++i) {
    float expected = floorf(x[i]);
    if (memcmp(&y[i], &expected, sizeof(float))) {
      printf("floor(%a) is %a, expected %a\n", x[i], y[i], expected);
      return 1;
    }
  }
  return 0;
}
