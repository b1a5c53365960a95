/*===- main.c - Digits on a board without an operating system
--------------===*\
|*                                                                            *|
|* Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.        *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

/* Prints the class of each digit beside its label; the exit code is the number
   of digits in which they differ. */

#include <stdalign.h>
#include <stdio.h>

#include "digits.h"
#include "network.h"

static alignas(NETWORK_SCRATCH_ALIGNMENT) char scratch[NETWORK_SCRATCH_BYTES];

int main(void) {
  int wrong = 0;
  for (int i = 0; i < NUM_DIGITS; ++i) {
    SCORE scores[10];
    network_args args = {sizeof(args), digits[i], scores, scratch};
    if (network_run(&args))
      return 100;
    int best = 0;
    for (int c = 1; c < 10; ++c)
      if (scores[c] > scores[best])
        best = c;
    printf("%d", best);
    wrong += best != labels[i];
  }
  printf(" %d of %d right\n", NUM_DIGITS - wrong, NUM_DIGITS);
  return wrong;
}
