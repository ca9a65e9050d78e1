/* SPDX-License-Identifier: MIT */
#include "scenarios/shrink.h"

#include "scenarios/reduction.h"

typedef struct Shrinking {
    const ShrinkTest *test;
    Draft *draft;
    unsigned tried, taken;
    bool is_ended; /* before its time */
} Shrinking;

/* The steps of one batch: candidates and where each begins. */
typedef struct Batch {
    GPtrArray *drafts;
    GArray *places; /* of unsigned */
    unsigned next;  /* behind the last step that was looked at */
} Batch;

static void collect(const Shrinking *shrinking, const Reduction *reduction, unsigned at,
                    unsigned size, Batch *batch)
{
    const unsigned count = reduction->count(shrinking->draft);
    for (; at < count && batch->drafts->len < shrinking->test->batch; at += size) {
        g_autoptr(Draft) candidate = draft_copy(shrinking->draft);
        if (reduction->apply(candidate, at, MIN(at + size, count))) {
            g_ptr_array_add(batch->drafts, g_steal_pointer(&candidate));
            g_array_append_val(batch->places, at);
        }
    }
    batch->next = at;
}

static void check_end(Shrinking *shrinking)
{
    const ShrinkTest *test = shrinking->test;
    shrinking->is_ended |= (test->interrupt != NULL && *test->interrupt != 0) ||
                           (test->tries_max > 0 && shrinking->tried >= test->tries_max);
}

/* Tries the batch; what fails takes the place of the draft. Returns where to go on. */
static unsigned try_batch(Shrinking *shrinking, const Reduction *reduction, Batch *batch)
{
    const ShrinkTest *test = shrinking->test;
    GArray *messages = NULL;
    const unsigned found = test->first_failing(test->data, batch->drafts, &messages);
    shrinking->tried += MIN(found + 1, batch->drafts->len);
    check_end(shrinking);
    if (found == batch->drafts->len) {
        if (test->progress != NULL) {
            test->progress(test->data, shrinking->draft, reduction->name, shrinking->tried);
        }
        return batch->next;
    }
    draft_free(shrinking->draft);
    shrinking->draft = draft_copy(g_ptr_array_index(batch->drafts, found));
    if (messages != NULL) {
        if (shrinking->draft->messages != NULL) {
            draft_take_messages(shrinking->draft, messages);
        }
        g_array_unref(messages);
    }
    shrinking->taken++;
    if (test->progress != NULL) {
        test->progress(test->data, shrinking->draft, reduction->name, shrinking->tried);
    }
    return g_array_index(batch->places, unsigned, found);
}

/* All steps of a reduction, `size` at a time. True when one was taken. */
static bool walk(Shrinking *shrinking, const Reduction *reduction, unsigned size)
{
    const unsigned taken = shrinking->taken;
    for (unsigned at = 0; !shrinking->is_ended && at < reduction->count(shrinking->draft);) {
        g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
        g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(unsigned));
        Batch batch = {drafts, places, at};
        collect(shrinking, reduction, at, size, &batch);
        at = drafts->len == 0 ? batch.next : try_batch(shrinking, reduction, &batch);
    }
    return shrinking->taken > taken;
}

ShrinkResult shrink(const Draft *draft, const ShrinkTest *test)
{
    Shrinking shrinking = {.test = test, .draft = draft_copy(draft)};
    check_end(&shrinking);
    for (const Reduction *reduction = REDUCTIONS; reduction->name != NULL; reduction++) {
        unsigned size = reduction->takes_several ? reduction->count(shrinking.draft) : 0;
        for (; size > 1 && !shrinking.is_ended; size /= 2) {
            walk(&shrinking, reduction, size);
        }
        walk(&shrinking, reduction, 1);
    }
    for (bool is_smaller = true; is_smaller && !shrinking.is_ended;) {
        is_smaller = false;
        for (const Reduction *reduction = REDUCTIONS; reduction->name != NULL; reduction++) {
            is_smaller |= walk(&shrinking, reduction, 1);
        }
    }
    return (ShrinkResult){.draft = shrinking.draft,
                          .tried = shrinking.tried,
                          .taken = shrinking.taken,
                          .is_minimal = !shrinking.is_ended};
}
