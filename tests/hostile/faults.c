/* Lets the n-th system call that touches a folder fail, or end the process there. Loaded by LD_PRELOAD.

   fault_arm(folder, n, error): from now on count the calls; the n-th gives this error, or ends the process if
   the error is 0. fault_count(): how many there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[4096];
static long at, count;
static int error;

void fault_arm(const char *where, long n, int number) {
    snprintf(folder, sizeof folder, "%s", where);
    at = n, error = number, count = 0;
}

long fault_count(void) { return count; }

static int hit(void) {
    if (++count != at) return 0;
    if (!error) kill(getpid(), SIGKILL);
    errno = error;
    return 1;
}

static int ours(const char *path) { return *folder && path && !strncmp(path, folder, strlen(folder)); }

static int ours_fd(int fd) {
    char link[64], path[4096];
    if (!*folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return ours(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OPENS(name)                                                     \
    int name(const char *path, int flags, ...) {                        \
        va_list rest;                                                   \
        va_start(rest, flags);                                          \
        mode_t mode = va_arg(rest, mode_t);                             \
        va_end(rest);                                                   \
        if (ours(path) && hit()) return -1;                             \
        return REAL(name)(path, flags, mode);                           \
    }
OPENS(open)
OPENS(open64)

#define ON_FD(type, name, parameters, arguments)                        \
    type name parameters {                                              \
        if (ours_fd(fd) && hit()) return -1;                            \
        return REAL(name) arguments;                                    \
    }
ON_FD(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
ON_FD(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
ON_FD(int, fsync, (int fd), (fd))
ON_FD(off_t, lseek64, (int fd, off_t to, int from), (fd, to, from))

#define ON_PATH(name, parameters, arguments)                            \
    int name parameters {                                               \
        if (ours(path) && hit()) return -1;                             \
        return REAL(name) arguments;                                    \
    }
ON_PATH(rename, (const char *path, const char *to), (path, to))
ON_PATH(renameat2, (int one, const char *path, int two, const char *to, unsigned flags), (one, path, two, to, flags))
ON_PATH(link, (const char *path, const char *to), (path, to))
ON_PATH(linkat, (int one, const char *path, int two, const char *to, int flags), (one, path, two, to, flags))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(chmod, (const char *path, mode_t mode), (path, mode))
ON_PATH(stat, (const char *path, struct stat *found), (path, found))
ON_PATH(stat64, (const char *path, struct stat64 *found), (path, found))
