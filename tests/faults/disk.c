/* A disk that fails on command: preload it, and while the file $FAULTS_TRIGGER holds
 *   write          writes under $FAULTS_UNDER fail with ENOSPC (disk full),
 *   sync           fsyncs there fail with EIO (broken disk),
 *   sync-database  only those of files that end in .db do,
 *   sync-log       only those of files that end in -wal do.
 * Everything else is passed on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int ends_with(const char *text, const char *end) {
    size_t whole = strlen(text), part = strlen(end);
    return whole >= part && strcmp(text + whole - part, end) == 0;
}

static int fails(int fd, const char *what) {
    const char *trigger = getenv("FAULTS_TRIGGER"), *under = getenv("FAULTS_UNDER");
    char told[32] = {0}, link[64], path[4096];
    int file;
    ssize_t size;
    if (!trigger || !under) return 0;
    file = syscall(SYS_openat, AT_FDCWD, trigger, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    size = syscall(SYS_read, file, told, sizeof told - 1);
    syscall(SYS_close, file);
    if (size < (ssize_t)strlen(what) || strncmp(told, what, strlen(what)) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    if (strncmp(path, under, strlen(under)) != 0) return 0;
    if (strcmp(told, "sync-database") == 0) return ends_with(path, ".db");
    if (strcmp(told, "sync-log") == 0) return ends_with(path, "-wal");
    return 1;
}

#define REAL(result, name, types) \
    static result (*real) types; \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name)
#define FAIL(fd, what, code) if (fails(fd, what)) { errno = code; return -1; }

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, (int, const void *, size_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(ssize_t, pwrite, (int, const void *, size_t, off_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, (int, const void *, size_t, off64_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, data, size, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    REAL(ssize_t, pwritev, (int, const struct iovec *, int, off_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, parts, count, at);
}
int ftruncate(int fd, off_t size) {
    REAL(int, ftruncate, (int, off_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    REAL(int, ftruncate64, (int, off64_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, size);
}
int fallocate(int fd, int mode, off_t at, off_t size) {
    REAL(int, fallocate, (int, int, off_t, off_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, mode, at, size);
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
    REAL(int, fallocate64, (int, int, off64_t, off64_t));
    FAIL(fd, "write", ENOSPC)
    return real(fd, mode, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
    REAL(int, posix_fallocate, (int, off_t, off_t));
    if (fails(fd, "write")) return ENOSPC;
    return real(fd, at, size);
}
int posix_fallocate64(int fd, off64_t at, off64_t size) {
    REAL(int, posix_fallocate64, (int, off64_t, off64_t));
    if (fails(fd, "write")) return ENOSPC;
    return real(fd, at, size);
}
int fsync(int fd) {
    REAL(int, fsync, (int));
    FAIL(fd, "sync", EIO)
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, (int));
    FAIL(fd, "sync", EIO)
    return real(fd);
}
