/* Runs a network with pools of several sizes, with a hook of its own and
   without any, and compares the results; then what a pool does with any number
   of tasks. */
#include "subbit/Threads.h"
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 50, SIZE = 28 * 28 };

static _Alignas(NET_SCRATCH_ALIGNMENT) char scratch[NET_SCRATCH_BYTES];
static uint8_t images[DIGITS][SIZE];

static void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

typedef void hook(void *, int32_t, void (*)(void *, int32_t), void *);

static void run_all(hook *parallel, void *pool, float scores[DIGITS][10]) {
  memset(scratch, 0x5a, sizeof scratch);
  for (int i = 0; i < DIGITS; ++i) {
    net_args args = {.size = sizeof args,
                     .image = images[i],
                     .logits = scores[i],
                     .scratch = scratch,
                     .parallel = parallel,
                     .pool = pool};
    if (net_run(&args))
      fail("net_run fails");
  }
}

static int runs;

static void last_first(void *pool, int32_t count, void (*task)(void *, int32_t),
                       void *data) {
  if (pool != &runs || count < 1 || count > NET_THREADS)
    fail("the hook is called wrongly");
  runs += count == 3;
  while (count-- > 0)
    task(data, count);
}

static void count_task(void *data, int32_t i) {
  __atomic_add_fetch((int32_t *)data + i, 1, __ATOMIC_RELAXED);
}

int main(void) {
  static float expected[DIGITS][10], found[DIGITS][10];
  uint32_t random = 1;
  for (int i = 0; i < DIGITS; ++i)
    for (int p = 0; p < SIZE; ++p)
      images[i][p] = (random = random * 1664525 + 1013904223) >> 24;
  run_all(0, 0, expected);

  printf("pools:");
  for (int32_t threads = 1; threads <= 5; threads += threads == 2 ? 3 : 1) {
    subbit_threads pool;
    if (subbit_threads_start(&pool, threads))
      fail("no threads");
    memset(found, 0, sizeof found);
    run_all(subbit_threads_run, &pool, found);
    subbit_threads_stop(&pool);
    if (memcmp(found, expected, sizeof found))
      fail("a pool gives other results");
    printf(" %d", (int)threads);
  }
  printf(" threads, the same results\n");

  run_all(last_first, &runs, found);
  if (memcmp(found, expected, sizeof found))
    fail("the hook gives other results");
  printf("own hook: %d runs of 3 tasks, the same results\n", runs);
  run_all(0, 0, found);
  if (memcmp(found, expected, sizeof found))
    fail("no hook gives other results");
  printf("no hook: the same results\n");

  subbit_threads pool;
  if (!subbit_threads_start(&pool, 0) || !subbit_threads_start(&pool, 65))
    fail("a wrong number of threads is taken");
  printf("refused: 0 and 65 threads\n");

  if (subbit_threads_start(&pool, 4))
    fail("no threads");
  printf("counted");
  for (int32_t count = 0; count < 10; ++count) {
    int32_t calls[10] = {0};
    for (int i = 0; i < 1000; ++i)
      subbit_threads_run(&pool, count, count_task, calls);
    for (int32_t i = 0; i < 10; ++i)
      if (calls[i] != (i < count ? 1000 : 0))
        fail("a task is not called once");
    printf(" %d", (int)count);
  }
  printf(" tasks\n");
  subbit_threads_stop(&pool);
  return 0;
}
