/* SPDX-License-Identifier: MIT */
/* The stacks by name. */
#include "models/stack.h"

#include <string.h>

static const Stack *const STACKS[] = {
#define X(name) &STACK_##name,
#include "models/stack_list.h"
#undef X
};

const Stack *stack_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        if (strcmp(STACKS[i]->name, name) == 0) {
            return STACKS[i];
        }
    }
    return NULL;
}
