/* Preloaded: makes every fsync and fdatasync 5 ms slower, as on a slow disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static void wait5(void) { usleep(5000); }

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait5();
    return real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait5();
    return real(fd);
}
