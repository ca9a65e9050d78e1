/* SPDX-License-Identifier: MIT */
/* A distribution measured by somebody: the values of a file, each with a weight. A line is a value
 * with its unit and, after a comma or space, optionally its weight (1 when it has none); `#` starts
 * a comment. A draw is the inverse of the step-shaped distribution function at one uniform word, so
 * it takes one draw and grows with the word. */
#ifndef SIM_EMPIRICAL_H
#define SIM_EMPIRICAL_H

#include "sim/value_text.h"

#include <glib.h>
#include <stdint.h>

typedef struct Empirical Empirical;

/* Errors name file and line. */
Empirical *empirical_new(const char *path, ValueUnit unit, GError **error);
void empirical_free(Empirical *empirical);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Empirical, empirical_free)

int64_t empirical_draw(const Empirical *empirical, uint64_t word);

int64_t empirical_minimum(const Empirical *empirical);
int64_t empirical_maximum(const Empirical *empirical);
double empirical_mean(const Empirical *empirical);

#endif
