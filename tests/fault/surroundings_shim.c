/* LD_PRELOAD library that gives a process a wrong clock, and signals that never end.
 *
 *   CRM_SHIM_CLOCK_SHIFT_S     how far the clock of the day is ahead; negative: behind
 *   CRM_SHIM_CLOCK_STANDS      set: the clock of the day stands still as the process began
 *   CRM_SHIM_MONOTONIC_STANDS  set: the clocks that only go forward stand still, as they do in a
 *                              machine that is suspended
 *   CRM_SHIM_SIGNAL_EVERY_US   a signal so often, with a handler that lets no system call go on
 *   CRM_SHIM_SIGNALS_REPORT    file that gets how many signals came, at exit
 *
 * What waits for a time still waits for the kernel's own clocks.
 * Built by: gcc -Wall -Wextra -Werror -shared -fPIC surroundings_shim.c -o surroundings_shim.so
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long signals;
static long shift_s;
static int clock_stands, monotonic_stands;
static struct timespec clock_at_start, monotonic_at_start;

static int real_clock(clockid_t clock, struct timespec* now) {
  return (int)syscall(SYS_clock_gettime, clock, now);
}

static void count_signal(int number) {
  (void)number;
  atomic_fetch_add(&signals, 1);
}

static void interrupt_every(long interval_us) {
  struct sigaction action = {.sa_handler = count_signal}; /* without SA_RESTART */
  struct itimerval timer = {{0, interval_us}, {0, interval_us}};
  if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &timer, NULL) != 0) abort();
}

__attribute__((constructor)) static void configure(void) {
  const char* shift = getenv("CRM_SHIM_CLOCK_SHIFT_S");
  const char* interval = getenv("CRM_SHIM_SIGNAL_EVERY_US");
  if (real_clock(CLOCK_REALTIME, &clock_at_start) != 0) abort();
  if (real_clock(CLOCK_MONOTONIC, &monotonic_at_start) != 0) abort();
  if (shift != NULL) shift_s = atol(shift);
  clock_stands = getenv("CRM_SHIM_CLOCK_STANDS") != NULL;
  monotonic_stands = getenv("CRM_SHIM_MONOTONIC_STANDS") != NULL;
  if (interval != NULL) interrupt_every(atol(interval));
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("CRM_SHIM_SIGNALS_REPORT");
  const struct itimerval never = {{0, 0}, {0, 0}};
  FILE* file;
  if (path == NULL) return;
  setitimer(ITIMER_REAL, &never, NULL);
  file = fopen(path, "we");
  if (file == NULL) return;
  fprintf(file, "%ld\n", atomic_load(&signals));
  fclose(file);
}

static int is_monotonic(clockid_t clock) {
  return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
         clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int status = real_clock(clock, now);
  if (status != 0) return status;
  if (is_monotonic(clock) && monotonic_stands) *now = monotonic_at_start;
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return 0;
  if (clock_stands) *now = clock_at_start;
  now->tv_sec += shift_s;
  return 0;
}

int gettimeofday(struct timeval* now, void* zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* seconds) {
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
  if (seconds != NULL) *seconds = precise.tv_sec;
  return precise.tv_sec;
}
