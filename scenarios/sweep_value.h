/* SPDX-License-Identifier: MIT */
/* Values of swept parameters as text: ranges, and the one form in which a value stands in the name
 * of a cell.
 *
 *     10..100 step 10        10, 20, ... 100; the upper end belongs to it if it is met
 *     1ms..1s times 10       1ms, 10ms, 100ms, 1s
 *     1ms..1s log 7          7 values, ends included, at equal distances on a logarithmic axis,
 *                            rounded to three digits, and to whole numbers where both ends are
 *
 * Numbers of a range are decimals, percentages, or have units of one kind. All is computed with
 * integers, or with sim/exact_math, so that a range is the same everywhere. */
#ifndef SCENARIOS_SWEEP_VALUE_H
#define SCENARIOS_SWEEP_VALUE_H

#include <glib.h>
#include <stdbool.h>

/* Of one range. */
#define SWEEP_VALUES_MAX 100000

/* Appends the values of a range, or the text itself when it is none, to an array of char *. */
bool sweep_value_expand(const char *text, GPtrArray *values, GError **error);

/* Equal for texts that mean the same: `0.05`, `5%` and `5.0 %` are `5%`, `1000us` is `1ms`, zero is
 * `0` in any unit; of other texts, outer and double spaces go. */
char *sweep_value_canonical(const char *text);

/* As a number: of decimals and percentages the value itself, of others in base units (ns, bytes,
 * bits per second). False for other texts. */
bool sweep_value_number(const char *text, double *ret_number);

#endif
