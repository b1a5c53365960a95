/*===- Threads.c - Threads for compiled networks ----------------- C11 ----===*/
/*                                                                            */
/* Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.        */
/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    */
/*                                                                            */
/*===----------------------------------------------------------------------===*/

#include "subbit/Threads.h"

#include <errno.h>
#include <sched.h>

/* Looks for work before a thread sleeps. On x86, where a pause is some dozen
   cycles, that is some hundred microseconds, longer than what a network does
   between two products, or between the last of one image and the first of the
   next: to wake a thread takes some ten of them. On other CPUs it is less. */
enum { LOOKS = 20000 };
/* The caller looks for the end of its tasks before it gives its core away,
   which may be the one that a task waits for. */
enum { LOOKS_FOR_END = 2000 };

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* The tasks of one thread of the pool. */
static void do_part(subbit_threads *pool, int32_t number) {
  for (int32_t i = number; i < pool->count; i += pool->threads)
    pool->task(pool->data, i);
}

/* Waits for a run other than `seen`, or the end; the number of the run. */
static uint32_t wait_for_run(subbit_threads *pool, uint32_t seen) {
  for (int look = 0; look < LOOKS; ++look) {
    uint32_t run = __atomic_load_n(&pool->run, __ATOMIC_ACQUIRE);
    if (run != seen)
      return run;
    pause_briefly();
  }
  pthread_mutex_lock(&pool->mutex);
  __atomic_add_fetch(&pool->sleeping, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&pool->run, __ATOMIC_SEQ_CST) == seen)
    pthread_cond_wait(&pool->wake, &pool->mutex);
  __atomic_sub_fetch(&pool->sleeping, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(&pool->mutex);
  return __atomic_load_n(&pool->run, __ATOMIC_ACQUIRE);
}

static void *work(void *argument) {
  subbit_thread *self = argument;
  subbit_threads *pool = self->pool;
  uint32_t seen = 0;
  while (1) {
    seen = wait_for_run(pool, seen);
    if (pool->ends)
      return 0;
    do_part(pool, self->number);
    __atomic_sub_fetch(&pool->busy, 1, __ATOMIC_RELEASE);
  }
}

/* Lets all threads see what was written to the pool. */
static void begin_run(subbit_threads *pool) {
  __atomic_add_fetch(&pool->run, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&pool->sleeping, __ATOMIC_SEQ_CST) == 0)
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
}

int subbit_threads_start(subbit_threads *pool, int32_t threads) {
  if (threads < 1 || threads > SUBBIT_MOST_THREADS)
    return EINVAL;
  pool->threads = 1;
  pool->ends = 0;
  pool->run = 0;
  pool->busy = 0;
  pool->sleeping = 0;
  pool->count = 0;
  int error = pthread_mutex_init(&pool->mutex, 0);
  if (error)
    return error;
  error = pthread_cond_init(&pool->wake, 0);
  if (error) {
    pthread_mutex_destroy(&pool->mutex);
    return error;
  }
  for (int32_t number = 1; number < threads; ++number) {
    subbit_thread *thread = &pool->others[number - 1];
    thread->pool = pool;
    thread->number = number;
    error = pthread_create(&thread->id, 0, work, thread);
    if (error) {
      subbit_threads_stop(pool);
      return error;
    }
    pool->threads = number + 1;
  }
  return 0;
}

void subbit_threads_run(void *of, int32_t count,
                        void (*task)(void *data, int32_t i), void *data) {
  subbit_threads *pool = of;
  pool->task = task;
  pool->data = data;
  pool->count = count;
  pool->busy = pool->threads - 1;
  begin_run(pool);
  do_part(pool, 0);
  for (int look = 0; __atomic_load_n(&pool->busy, __ATOMIC_ACQUIRE) > 0; ++look)
    if (look < LOOKS_FOR_END)
      pause_briefly();
    else
      sched_yield();
}

void subbit_threads_stop(subbit_threads *pool) {
  pool->ends = 1;
  begin_run(pool);
  for (int32_t number = 1; number < pool->threads; ++number)
    pthread_join(pool->others[number - 1].id, 0);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
}
