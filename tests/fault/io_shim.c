/* LD_PRELOAD library that counts and breaks the I/O of a process below one folder.
 *
 *   CRM_SHIM_DIR     the folder; everything outside of it is left alone
 *   CRM_SHIM_REPORT  file that gets "fsyncs=N\nwrites=N\nopens=N\nfailed=N\n..." at exit
 *   CRM_SHIM_FAIL    enospc | eio  the N-th and every later write fails with that error
 *                    fsync         the N-th and every later fsync or fdatasync fails with EIO
 *                    erofs         the N-th and every later opening for writing, creation, renaming
 *                                  or removal fails with EROFS
 *                    eintr         every other write, fsync and opening for writing is interrupted
 *                                  by a signal, as on file systems that wait for a server
 *   CRM_SHIM_AFTER   N, from 1 (default 1)
 *   CRM_SHIM_FAULTS  how many fail before the disk is well again (default: all that follow)
 *   CRM_SHIM_ACK     absolute path of an acknowledgement log, which lies outside of the folder: the
 *                    report then also has "acks=N\nunsynced_acks=N\n", the writes to it, and those
 *                    of them before which nothing was synced since the last one
 *
 *   CRM_SHIM_LOG    file that gets every change in the order they were made, one at a time: what a
 *                   power cut leaves can be told from it. Records of a struct log_head, the path,
 *                   and the data. Writes to the acknowledgement log are in it, too.
 *
 *   CRM_SHIM_NO_ZONES  set: the system's time zones are missing; needs no CRM_SHIM_DIR
 *
 * Counted as fsyncs: fsync, fdatasync. As writes: write, pwrite, writev, pwritev, fwrite,
 * ftruncate, fallocate. As opens: what erofs stops. Writes through mmap are not seen (SQLite's
 * -shm file), nor is a process that ends by a signal or _exit reported.
 * Built by: gcc -Wall -Wextra -Werror -shared -fPIC io_shim.c -o io_shim.so
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum failure { FAIL_NONE, FAIL_ENOSPC, FAIL_EIO, FAIL_FSYNC, FAIL_EROFS, FAIL_EINTR };

static atomic_long fsyncs, writes, opens, failed, acks, unsynced_acks, fsyncs_at_last_ack;
static char folder[PATH_MAX];
static size_t folder_bytes;
static enum failure failure;
static long first_failing = 1;
static long faults = LONG_MAX;
static int log_fd = -1;

/* libc's own definition of a function, resolved at each use: fast enough for tests. */
#define REAL(name) (__extension__((__typeof__(&name))real_symbol(#name)))

static void* real_symbol(const char* name) {
  void* symbol = dlsym(RTLD_NEXT, name);
  if (symbol == NULL) abort();
  return symbol;
}

static enum failure failure_named(const char* name) {
  if (name == NULL || *name == '\0') return FAIL_NONE;
  if (strcmp(name, "enospc") == 0) return FAIL_ENOSPC;
  if (strcmp(name, "eio") == 0) return FAIL_EIO;
  if (strcmp(name, "fsync") == 0) return FAIL_FSYNC;
  if (strcmp(name, "erofs") == 0) return FAIL_EROFS;
  if (strcmp(name, "eintr") == 0) return FAIL_EINTR;
  fprintf(stderr, "io_shim: CRM_SHIM_FAIL=%s is not one of enospc, eio, fsync, erofs, eintr\n",
          name);
  abort();
}

__attribute__((constructor)) static void configure(void) {
  const char* wanted = getenv("CRM_SHIM_DIR");
  const char* after = getenv("CRM_SHIM_AFTER");
  const char* wanted_faults = getenv("CRM_SHIM_FAULTS");
  if (wanted == NULL) return;
  if (realpath(wanted, folder) == NULL) {
    fprintf(stderr, "io_shim: CRM_SHIM_DIR=%s: %s\n", wanted, strerror(errno));
    abort();
  }
  failure = failure_named(getenv("CRM_SHIM_FAIL"));
  if (after != NULL && *after != '\0') first_failing = atol(after);
  if (wanted_faults != NULL && *wanted_faults != '\0') faults = atol(wanted_faults);
  if (getenv("CRM_SHIM_LOG") != NULL) {
    log_fd = REAL(open)(getenv("CRM_SHIM_LOG"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log_fd < 0) abort();
  }
  folder_bytes = strlen(folder); /* last: nothing is watched before all is known */
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("CRM_SHIM_REPORT");
  char text[256];
  int fd, length;
  if (path == NULL || folder_bytes == 0) return;
  length = snprintf(text, sizeof text,
                    "fsyncs=%ld\nwrites=%ld\nopens=%ld\nfailed=%ld\n"
                    "acks=%ld\nunsynced_acks=%ld\n",
                    atomic_load(&fsyncs), atomic_load(&writes), atomic_load(&opens),
                    atomic_load(&failed), atomic_load(&acks), atomic_load(&unsynced_acks));
  fd = REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) return;
  if (REAL(write)(fd, text, (size_t)length) != length) abort();
  close(fd);
}

int stat(const char* path, struct stat* status) {
  static const char zones[] = "/usr/share/zoneinfo";
  if (strncmp(path, zones, sizeof zones - 1) == 0 && getenv("CRM_SHIM_NO_ZONES") != NULL) {
    errno = ENOENT;
    return -1;
  }
  return REAL(stat)(path, status);
}

/* Where things are ----------------------------------------------------------------------------- */

static int is_below(const char* path) {
  return strncmp(path, folder, folder_bytes) == 0 &&
         (path[folder_bytes] == '/' || path[folder_bytes] == '\0');
}

static int path_of_fd(int fd, char* path, size_t size) {
  char link[40];
  ssize_t length;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return 1;
}

static int watches_fd(int fd) {
  char path[PATH_MAX];
  int keep = errno, yes;
  if (folder_bytes == 0) return 0;
  yes = path_of_fd(fd, path, sizeof path) && is_below(path);
  errno = keep;
  return yes;
}

/* Whether `path` (relative to dirfd) lies below the folder; the last part need not exist. */
static int watches_path(int dirfd, const char* path) {
  char joined[2 * PATH_MAX], parent[PATH_MAX], *slash;
  int keep = errno, yes = 0;
  if (folder_bytes == 0 || path == NULL || strlen(path) >= PATH_MAX) return 0;
  joined[0] = '\0';
  if (path[0] != '/' && dirfd != AT_FDCWD) {
    if (!path_of_fd(dirfd, joined, PATH_MAX)) goto out;
    strcat(joined, "/");
  } else if (path[0] != '/') {
    strcpy(joined, "./");
  }
  strcat(joined, path);
  if (realpath(joined, parent) == NULL) {
    slash = strrchr(joined, '/');
    if (slash == joined)
      slash[1] = '\0';
    else
      *slash = '\0';
    if (realpath(joined, parent) == NULL) goto out;
  }
  yes = is_below(parent);
out:
  errno = keep;
  return yes;
}

static int is_ack_log(int fd) {
  const char* log = getenv("CRM_SHIM_ACK");
  char path[PATH_MAX];
  int keep = errno, yes;
  yes = log != NULL && path_of_fd(fd, path, sizeof path) && strcmp(path, log) == 0;
  errno = keep;
  return yes;
}

/* Notes a write to the acknowledgement log. */
static void note_ack(int fd) {
  if (is_ack_log(fd)) {
    long now = atomic_load(&fsyncs);
    atomic_fetch_add(&acks, 1);
    if (atomic_exchange(&fsyncs_at_last_ack, now) == now) atomic_fetch_add(&unsynced_acks, 1);
  }
}

/* The order of changes ------------------------------------------------------------------------- */

enum {
  LOG_WRITE = 'w',
  LOG_ACK = 'a',
  LOG_TRUNCATE = 't',
  LOG_SYNC = 's',
  LOG_RENAME = 'r',
  LOG_UNLINK = 'u'
};

/* Of a write, `at` is where; of a truncation, the size. A renaming has the new path as its data. */
struct log_head {
  uint32_t change;
  uint32_t path_bytes;
  uint64_t at;
  uint64_t data_bytes;
};

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void log_all(const void* data, size_t size) {
  if (REAL(write)(log_fd, data, size) != (ssize_t)size) abort();
}

static void put_in_log(int change, const char* path, uint64_t at, const void* data, size_t size) {
  struct log_head head = {(uint32_t)change, (uint32_t)strlen(path), at, size};
  log_all(&head, sizeof head);
  log_all(path, head.path_bytes);
  log_all(data, size);
}

/* Whether a change of this file is logged; it then holds the lock until end_change. */
static int begin_change(int fd) {
  if (log_fd < 0 || (!watches_fd(fd) && !is_ack_log(fd))) return 0;
  pthread_mutex_lock(&log_lock);
  return 1;
}

static void end_change(int begun, int change, int fd, uint64_t at, const void* data, ssize_t done) {
  char path[PATH_MAX];
  int keep = errno;
  if (!begun) return;
  if (change == LOG_WRITE && is_ack_log(fd)) change = LOG_ACK;
  if (done >= 0 && path_of_fd(fd, path, sizeof path)) {
    put_in_log(change, path, at, data, change == LOG_WRITE || change == LOG_ACK ? (size_t)done : 0);
  }
  pthread_mutex_unlock(&log_lock);
  errno = keep;
}

/* `from` and `to` are absolute, as the plugin's are. */
static int log_names(int change, const char* from, const char* to,
                     int (*change_it)(const char*, const char*)) {
  int status, watched = log_fd >= 0 && watches_path(AT_FDCWD, from);
  if (watched) pthread_mutex_lock(&log_lock);
  status = change_it(from, to);
  if (watched && status == 0) put_in_log(change, from, 0, to, strlen(to));
  if (watched) pthread_mutex_unlock(&log_lock);
  return status;
}

/* What happens --------------------------------------------------------------------------------- */

/* Counts one operation; 0 if it may go on, otherwise -1 with errno set. */
static int count(atomic_long* counter, int breaks, int error) {
  long number = atomic_fetch_add(counter, 1) + 1;
  if (failure == FAIL_EINTR && number % 2 == 0) return 0;
  if (!breaks || number < first_failing || number - first_failing >= faults) return 0;
  atomic_fetch_add(&failed, 1);
  errno = error;
  return -1;
}

static int on_write(int fd) {
  if (!watches_fd(fd)) {
    note_ack(fd);
    return 0;
  }
  if (failure == FAIL_EINTR) return count(&writes, 1, EINTR);
  return count(&writes, failure == FAIL_ENOSPC || failure == FAIL_EIO,
               failure == FAIL_EIO ? EIO : ENOSPC);
}

static int on_sync(int fd) {
  if (!watches_fd(fd)) return 0;
  if (failure == FAIL_EINTR) return count(&fsyncs, 1, EINTR);
  return count(&fsyncs, failure == FAIL_FSYNC, EIO);
}

static int on_change(int dirfd, const char* path) {
  return watches_path(dirfd, path) ? count(&opens, failure == FAIL_EROFS, EROFS) : 0;
}

static int on_open(int dirfd, const char* path, int flags) {
  int changes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (!changes) return 0;
  if (failure == FAIL_EINTR && watches_path(dirfd, path)) return count(&opens, 1, EINTR);
  return on_change(dirfd, path);
}

/* Opening -------------------------------------------------------------------------------------- */

#define MODE_OF(flags, mode)                                     \
  do {                                                           \
    if (((flags)&O_CREAT) || ((flags)&O_TMPFILE) == O_TMPFILE) { \
      va_list more;                                              \
      va_start(more, flags);                                     \
      (mode) = (mode_t)va_arg(more, int);                        \
      va_end(more);                                              \
    }                                                            \
  } while (0)

#define DEFINE_OPEN(name)                               \
  int name(const char* path, int flags, ...) {          \
    mode_t mode = 0;                                    \
    MODE_OF(flags, mode);                               \
    if (on_open(AT_FDCWD, path, flags) != 0) return -1; \
    return REAL(name)(path, flags, mode);               \
  }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(name)                               \
  int name(int dirfd, const char* path, int flags, ...) { \
    mode_t mode = 0;                                      \
    MODE_OF(flags, mode);                                 \
    if (on_open(dirfd, path, flags) != 0) return -1;      \
    return REAL(name)(dirfd, path, flags, mode);          \
  }
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

/* What _FORTIFY_SOURCE makes of the calls above. */
int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int dirfd, const char* path, int flags);
int __openat64_2(int dirfd, const char* path, int flags);
int __open_2(const char* path, int flags) {
  return open(path, flags);
}
int __open64_2(const char* path, int flags) {
  return open64(path, flags);
}
int __openat_2(int dirfd, const char* path, int flags) {
  return openat(dirfd, path, flags);
}
int __openat64_2(int dirfd, const char* path, int flags) {
  return openat64(dirfd, path, flags);
}

#define DEFINE_CREAT(name)                                                     \
  int name(const char* path, mode_t mode) {                                    \
    if (on_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC) != 0) return -1; \
    return REAL(name)(path, mode);                                             \
  }
DEFINE_CREAT(creat)
DEFINE_CREAT(creat64)

/* libstdc++'s file streams open with fopen and then write to the descriptor. */
#define DEFINE_FOPEN(name)                                                      \
  FILE* name(const char* path, const char* mode) {                              \
    int flags = strpbrk(mode, "wa+") != NULL ? O_RDWR : O_RDONLY;               \
    return on_open(AT_FDCWD, path, flags) != 0 ? NULL : REAL(name)(path, mode); \
  }
DEFINE_FOPEN(fopen)
DEFINE_FOPEN(fopen64)

/* Writing -------------------------------------------------------------------------------------- */

ssize_t write(int fd, const void* data, size_t size) {
  ssize_t done;
  int begun;
  if (on_write(fd) != 0) return -1;
  begun = begin_change(fd);
  done = REAL(write)(fd, data, size);
  /* Where it ended, less its size, unless it is a pipe. */
  end_change(begun, LOG_WRITE, fd, begun ? (uint64_t)(lseek(fd, 0, SEEK_CUR) - done) : 0, data,
             done);
  return done;
}

#define DEFINE_PWRITE(name, offset)                                \
  ssize_t name(int fd, const void* data, size_t size, offset at) { \
    ssize_t done;                                                  \
    int begun;                                                     \
    if (on_write(fd) != 0) return -1;                              \
    begun = begin_change(fd);                                      \
    done = REAL(name)(fd, data, size, at);                         \
    end_change(begun, LOG_WRITE, fd, (uint64_t)at, data, done);    \
    return done;                                                   \
  }
DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec* parts, int number) {
  return on_write(fd) != 0 ? -1 : REAL(writev)(fd, parts, number);
}

ssize_t pwritev(int fd, const struct iovec* parts, int number, off_t at) {
  return on_write(fd) != 0 ? -1 : REAL(pwritev)(fd, parts, number, at);
}

size_t fwrite(const void* data, size_t size, size_t number, FILE* file) {
  return on_write(fileno(file)) != 0 ? 0 : REAL(fwrite)(data, size, number, file);
}

#define DEFINE_FTRUNCATE(name, offset)                               \
  int name(int fd, offset size) {                                    \
    int done, begun;                                                 \
    if (on_write(fd) != 0) return -1;                                \
    begun = begin_change(fd);                                        \
    done = REAL(name)(fd, size);                                     \
    end_change(begun, LOG_TRUNCATE, fd, (uint64_t)size, NULL, done); \
    return done;                                                     \
  }
DEFINE_FTRUNCATE(ftruncate, off_t)
DEFINE_FTRUNCATE(ftruncate64, off64_t)

int fallocate(int fd, int mode, off_t at, off_t size) {
  return on_write(fd) != 0 ? -1 : REAL(fallocate)(fd, mode, at, size);
}

int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return on_write(fd) != 0 ? -1 : REAL(fallocate64)(fd, mode, at, size);
}

/* These two return the error instead of setting errno. */
int posix_fallocate(int fd, off_t at, off_t size) {
  return on_write(fd) != 0 ? errno : REAL(posix_fallocate)(fd, at, size);
}

int posix_fallocate64(int fd, off64_t at, off64_t size) {
  return on_write(fd) != 0 ? errno : REAL(posix_fallocate64)(fd, at, size);
}

/* Making durable ------------------------------------------------------------------------------- */

#define DEFINE_SYNC(name)                           \
  int name(int fd) {                                \
    int done, begun;                                \
    if (on_sync(fd) != 0) return -1;                \
    begun = begin_change(fd);                       \
    done = REAL(name)(fd);                          \
    end_change(begun, LOG_SYNC, fd, 0, NULL, done); \
    return done;                                    \
  }
DEFINE_SYNC(fsync)
DEFINE_SYNC(fdatasync)

/* Folders and names ---------------------------------------------------------------------------- */

int mkdir(const char* path, mode_t mode) {
  return on_change(AT_FDCWD, path) != 0 ? -1 : REAL(mkdir)(path, mode);
}

int mkdirat(int dirfd, const char* path, mode_t mode) {
  return on_change(dirfd, path) != 0 ? -1 : REAL(mkdirat)(dirfd, path, mode);
}

static int unlink_it(const char* path, const char* nothing) {
  (void)nothing;
  return REAL(unlink)(path);
}

int unlink(const char* path) {
  return on_change(AT_FDCWD, path) != 0 ? -1 : log_names(LOG_UNLINK, path, "", unlink_it);
}

int unlinkat(int dirfd, const char* path, int flags) {
  return on_change(dirfd, path) != 0 ? -1 : REAL(unlinkat)(dirfd, path, flags);
}

int remove(const char* path) {
  return on_change(AT_FDCWD, path) != 0 ? -1 : REAL(remove)(path);
}

static int rename_it(const char* from, const char* to) {
  return REAL(rename)(from, to);
}

int rename(const char* from, const char* to) {
  return on_change(AT_FDCWD, to) != 0 ? -1 : log_names(LOG_RENAME, from, to, rename_it);
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  return on_change(to_fd, to) != 0 ? -1 : REAL(renameat)(from_fd, from, to_fd, to);
}

int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned int flags) {
  return on_change(to_fd, to) != 0 ? -1 : REAL(renameat2)(from_fd, from, to_fd, to, flags);
}
