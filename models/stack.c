/* SPDX-License-Identifier: MIT */
/* The stacks by name. */
#include "models/stack.h"

#include <string.h>

static const Stack *const STACKS[] = {
#define X(name) &STACK_##name,
#include "models/stack_list.h"
#undef X
};

static bool has_trait(const Stack *stack, StackTrait trait)
{
    return trait == STACK_ANY || (trait == STACK_LOSES && stack->allows_loss) ||
           (trait == STACK_SENDS_PACKETS && stack->receive_packet != NULL);
}

char *stack_names(StackTrait trait)
{
    unsigned left = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        left += has_trait(STACKS[i], trait);
    }
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        if (has_trait(STACKS[i], trait)) {
            left--;
            g_string_append_printf(names, "%s%s", STACKS[i]->name,
                                   left > 1    ? ", "
                                   : left == 1 ? " or "
                                               : "");
        }
    }
    return g_string_free(names, FALSE);
}

const Stack *stack_find(const char *name)
{
    if (strchr(name, '+') != NULL) {
        return &STACK_ranked;
    }
    if (layers_are_named(name)) {
        return &STACK_layered;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        if (strcmp(STACKS[i]->name, name) == 0) {
            return STACKS[i];
        }
    }
    return NULL;
}

void stack_unknown(Host *host, EntityId sender, uint64_t connection)
{
    const Stack *stack = host->network->stack;
    if (stack->unknown != NULL) {
        stack->unknown(host, sender, connection);
    }
}

void stack_release(Host *host, EntityId peer)
{
    const Stack *stack = host->network->stack;
    if (stack->release != NULL) {
        stack->release(host, peer);
    }
}
