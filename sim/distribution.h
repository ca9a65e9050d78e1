/* SPDX-License-Identifier: MIT */
/* A probability distribution as the user writes it: `5ms`, `uniform(0ms, 99ms, step=1ms)`,
 * `normal(50ms, 10ms, min=1ms)`, `empirical(FILE)`. Values are integers in the base unit of the
 * quantity (ns, bytes, or 1 for plain counts), so nothing downstream rounds. Each draw uses exactly
 * one counter value; a kind that rejects (gamma, Zipf) takes sub-draws of that same counter. What
 * exceeds 64 bits, in the tail of a heavy one, saturates. All kinds take min= and max=, to which
 * draws are clamped. docs/distributions.md has the kinds and their formulas. */
#ifndef SIM_DISTRIBUTION_H
#define SIM_DISTRIBUTION_H

#include "sim/value_text.h"

#include <glib.h>
#include <stdint.h>

typedef struct Distribution Distribution;

/* Reads text; numbers in it have the given unit. `directory` is where a relative path of
 * empirical(FILE) starts (NULL: the working directory). On failure NULL and an error that says what
 * was found and expected. */
Distribution *distribution_new(const char *text, ValueUnit unit, const char *directory,
                               GError **error);
void distribution_free(Distribution *distribution);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Distribution, distribution_free)

/* Draw number `counter` of the key (see sim/random.h), clamped to [min, max] where the text gave
 * them. */
int64_t distribution_draw(const Distribution *distribution, uint64_t key, uint64_t counter);

/* The smallest and largest value that a draw can give; INT64_MIN/INT64_MAX where unbounded. */
int64_t distribution_minimum(const Distribution *distribution);
int64_t distribution_maximum(const Distribution *distribution);

/* The mean in base units (for reports and tests only: NaN where it is infinite, or unknown because
 * min= or max= cut something off). */
double distribution_mean(const Distribution *distribution);

/* All draws are the same value. */
bool distribution_is_constant(const Distribution *distribution);

/* The canonical text, which reads back to the same distribution. Borrowed. */
const char *distribution_text(const Distribution *distribution);

/* Path of the file an empirical distribution was read from, as written, or NULL: it becomes an
 * `input` row. */
const char *distribution_input(const Distribution *distribution);

/* A line for each kind, such as "uniform(LOW, HIGH, step=STEP)", NULL-terminated: what a person
 * may write. */
const char *const *distribution_usages(void);

#endif
