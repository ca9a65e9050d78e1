/* SPDX-License-Identifier: MIT */
/* Values as text: a decimal number and a unit, `15ms`, `64KiB`, `100Mbit/s`, `1%`. Decimals go to
 * integers of the base unit exactly, never through a double; a value that is no whole number of
 * base units, overflows, or lacks its unit is refused. `0` needs no unit. Errors say what was
 * found, what was expected. */
#ifndef SIM_VALUE_TEXT_H
#define SIM_VALUE_TEXT_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum ValueUnit {
    VALUE_COUNT,    /* 20, 1e6 (whole); base 1 */
    VALUE_DURATION, /* ns us ms s min h d; base ns */
    VALUE_SIZE,     /* B kB KiB MB MiB GB GiB; base byte */
    VALUE_RATE, /* bit/s kbit/s Mbit/s Gbit/s, B/s kB/s KiB/s MB/s MiB/s GB/s GiB/s; base bit/s */
} ValueUnit;

/* Signed: the caller's range decides about negative values. */
bool value_parse(const char *text, ValueUnit unit, int64_t *ret_value, GError **error);

/* The shortest text with at least 1 before the point that reads back to the same value: 1500000 ns
 * is `1.5ms`, 100000000 ns is `100ms`. */
char *value_print(int64_t value, ValueUnit unit);

/* For people: in the largest of ns, us, ms, s (or B, kB, MB, GB, and so on) with at least 1 before
 * the point, rounded to that many digits; 0 keeps them all. 18970707 ns is `18.970707ms`, and
 * `19ms` in three digits. */
char *value_print_readable(int64_t value, ValueUnit unit, unsigned digits);

bool value_parse_probability(const char *text, double *ret_probability,
                             GError **error); /* 1% or 0.01, 0..1 */
bool value_parse_number(const char *text, double *ret_number, GError **error); /* a plain decimal */
bool value_parse_yes_no(const char *text, bool *ret_value,
                        GError **error); /* yes no true false on off */

#endif
