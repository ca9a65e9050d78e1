/* SPDX-License-Identifier: MIT */
/* Large blocks of zeroed memory. From some megabytes on they lie on huge pages where the system has
 * them: what is touched all over then needs hundreds of address translations less. What is never
 * touched takes no memory. */
#ifndef SIM_ZERO_PAGES_H
#define SIM_ZERO_PAGES_H

#include <stddef.h>

/* Aligned to 64 bytes at least. Never NULL; too much memory ends the program. */
void *zero_pages_new(size_t size_bytes);
void zero_pages_free(void *block, size_t size_bytes); /* the size it was made with; NULL is fine */

#endif
