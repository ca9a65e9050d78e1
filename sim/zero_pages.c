/* SPDX-License-Identifier: MIT */
/* Small blocks come from the heap, large ones from the system. */
#include "config.h"

#include "sim/zero_pages.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

static bool is_large(size_t size_bytes)
{
    return size_bytes >= 2 * HUGE_PAGE_BYTES;
}

/* Address space for the block and what aligns it; the rest goes back at once. */
static void *map_aligned(size_t size_bytes)
{
    const size_t mapped_bytes = size_bytes + HUGE_PAGE_BYTES;
    uint8_t *block =
        mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        g_error("no memory for %zu bytes", size_bytes);
    }
    const size_t before_bytes = -(uintptr_t)block % HUGE_PAGE_BYTES;
    if (before_bytes > 0) {
        munmap(block, before_bytes);
    }
    munmap(block + before_bytes + size_bytes, mapped_bytes - before_bytes - size_bytes);
    return block + before_bytes;
}

static size_t whole_pages(size_t size_bytes)
{
    return (size_bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
}

void *zero_pages_new(size_t size_bytes)
{
    if (!is_large(size_bytes)) {
        return g_aligned_alloc0(1, MAX(size_bytes, 1), 64);
    }
    void *block = map_aligned(whole_pages(size_bytes));
#ifdef MADV_HUGEPAGE
    (void)madvise(block, whole_pages(size_bytes), MADV_HUGEPAGE); /* advice: may be refused */
#endif
    return block;
}

void zero_pages_free(void *block, size_t size_bytes)
{
    if (block == NULL) {
        return;
    }
    if (is_large(size_bytes)) {
        munmap(block, whole_pages(size_bytes));
    } else {
        g_aligned_free(block);
    }
}
