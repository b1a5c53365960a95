/* Runs the network "two" once and prints which of its versions ran, from 1 on;
   its word for that has been made global. */

#include "two.h"
#include <stdalign.h>
#include <stdio.h>

extern int chosen __asm__("two.chosen");

int main(void) {
  static unsigned char image[784];
  static alignas(TWO_SCRATCH_ALIGNMENT) char scratch[TWO_SCRATCH_BYTES];
  float logits[10];
  two_args args = {sizeof(args), image, logits, scratch, NULL, NULL};
  int error = two_run(&args);
  printf("version %d\n", chosen);
  return error;
}
