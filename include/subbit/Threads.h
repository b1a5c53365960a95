/*===- Threads.h - Threads for compiled networks ----------------- C11 ----===*/
/*                                                                            */
/* Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.        */
/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    */
/*                                                                            */
/*===----------------------------------------------------------------------===*/
/*                                                                            */
/* Networks compiled with --threads share their work out by a function that   */
/* the caller gives them. This is one, on POSIX threads:                      */
/*                                                                            */
/*   subbit_threads pool;                                                     */
/*   if (subbit_threads_start(&pool, NAME_THREADS) != 0) ...                  */
/*   NAME_args args = {...};                                                  */
/*   args.parallel = subbit_threads_run;                                      */
/*   args.pool = &pool;                                                       */
/*   NAME_run(&args);                                                         */
/*   subbit_threads_stop(&pool);                                              */
/*                                                                            */
/* Compile Threads.c along (runtime/ of the source, share/subbit/ where it is */
/* installed), or link libSubbitThreads. Any other                            */
/* function of the type `subbit_parallel` (subbit/Description.h) does too.    */
/*                                                                            */
/*===----------------------------------------------------------------------===*/

#ifndef SUBBIT_THREADS_H
#define SUBBIT_THREADS_H

#include <pthread.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SUBBIT_MOST_THREADS 64

struct subbit_threads;

typedef struct subbit_thread {
  struct subbit_threads *pool;
  int32_t number; /* 1 for the first behind the caller */
  pthread_t id;
} subbit_thread;

/* Threads that wait for work, and the caller, which does its part. Its memory
   is the caller's and must stay where it is. One run at a time. */
typedef struct subbit_threads {
  int32_t threads; /* with the caller */
  int32_t ends;
  uint32_t run;     /* counts runs */
  int32_t busy;     /* threads that have not finished the run */
  int32_t sleeping; /* threads that wait to be woken */
  int32_t count;    /* tasks of the run */
  void (*task)(void *data, int32_t i);
  void *data;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  subbit_thread others[SUBBIT_MOST_THREADS - 1];
} subbit_threads;

/* Starts `threads` - 1 threads, 1 to SUBBIT_MOST_THREADS. Returns 0, or the
   number of an error of pthread_create, or EINVAL; nothing is left running
   then. Threads look for work for some microseconds, then sleep. */
int subbit_threads_start(subbit_threads *pool, int32_t threads);

/* Calls task(data, i) once for each i from 0 to count - 1 on the pool's threads
   and returns when all have returned. `pool` is a subbit_threads. */
void subbit_threads_run(void *pool, int32_t count,
                        void (*task)(void *data, int32_t i), void *data);

/* Ends the threads. */
void subbit_threads_stop(subbit_threads *pool);

#ifdef __cplusplus
}
#endif

#endif /* SUBBIT_THREADS_H */
