/*
 * Makes one allocation fail, for whoever has this in LD_PRELOAD: the file
 * FAILING_MALLOC has a number, and the one that counts it down to 0 gets
 * nothing. 0: all succeed.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic int* countdown;

__attribute__((constructor)) static void begin(void)
{
    const char* path = getenv("FAILING_MALLOC");
    int fd = path != NULL ? open(path, O_RDWR) : -1;

    if (fd != -1) {
        void* memory = mmap(NULL, sizeof(*countdown), PROT_READ | PROT_WRITE,
                            MAP_SHARED, fd, 0);
        countdown = memory != MAP_FAILED ? memory : NULL;
        close(fd);
    }
}

static int fails(void)
{
    return countdown != NULL && *countdown > 0
           && atomic_fetch_sub(countdown, 1) == 1;
}

void* malloc(size_t size)
{
    extern void* __libc_malloc(size_t);

    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }

    return __libc_malloc(size);
}

int posix_memalign(void** memory, size_t alignment, size_t size)
{
    extern void* __libc_memalign(size_t, size_t);

    if (fails()) {
        return ENOMEM;
    }

    *memory = __libc_memalign(alignment, size);
    return *memory != NULL ? 0 : ENOMEM;
}
