/* SPDX-License-Identifier: MIT */
/* What the kinds of distribution have in common, for sim/distribution.c and the kinds themselves:
 * nobody else includes this. A kind reads its parameters once and prepares what its draws need. */
#ifndef SIM_DISTRIBUTION_KIND_H
#define SIM_DISTRIBUTION_KIND_H

#include "sim/call_text.h"
#include "sim/distribution.h"
#include "sim/empirical.h"
#include "sim/gamma.h"
#include "sim/zipf.h"

typedef struct DistributionKind DistributionKind;

struct Distribution {
    const DistributionKind *kind;
    int64_t minimum, maximum; /* what is drawn is clamped to this */
    bool is_cut;              /* min= or max= cut something off */
    int64_t low;              /* uniform: low + step * [0, count); a count of 0 stands for 2^64 */
    uint64_t step, count;
    double location; /* mean, median or scale, in base units */
    double spread;   /* deviation, sigma; 1/shape of pareto and weibull */
    Gamma gamma;
    Zipf zipf;
    Empirical *empirical;
    char *text;
    char *input;
};

/* One call being read. Each parameter that is taken adds its canonical text. */
typedef struct DistributionReader {
    const CallText *call;
    const DistributionKind *kind;
    ValueUnit unit;
    const char *directory;
    GString *text;
    GError **error;
} DistributionReader;

struct DistributionKind {
    const char *name;
    const char *usage;
    unsigned argument_count;
    const char *const *keys; /* NULL-terminated */
    /* Sets the parameters and, as minimum and maximum, the values that can come out. */
    bool (*read)(DistributionReader *reader, Distribution *distribution);
    int64_t (*draw)(const Distribution *distribution, uint64_t key, uint64_t counter);
    double (*mean)(const Distribution *distribution);
};

typedef enum Bound {
    BOUND_NONE,
    BOUND_NOT_NEGATIVE,
    BOUND_POSITIVE,
} Bound;

/* Argument `index`, called `name` in messages: a value of the unit as an integer; the same as a
 * double, for parameters that need not be whole where the unit is a count; a plain number. */
bool distribution_take_integer(DistributionReader *reader, unsigned index, const char *name,
                               int64_t *ret_value);
bool distribution_take_quantity(DistributionReader *reader, unsigned index, const char *name,
                                Bound bound, double *ret_value);
bool distribution_take_number(DistributionReader *reader, unsigned index, const char *name,
                              Bound bound, double *ret_number);

/* `NAME of USAGE: found 'TEXT', expected EXPECTED`. False. */
bool distribution_refuse(const DistributionReader *reader, const char *name, const char *text,
                         const char *expected);

/* `key=` as an integer, which keeps its value when it is not given. Adds no text. */
bool distribution_take_option(DistributionReader *reader, const char *key, int64_t *value);

/* Adds `key` (with its equals sign, or empty) and a text to the canonical text. */
void distribution_add_text(DistributionReader *reader, const char *key, const char *text);

/* Ends with a kind without name. The first is what a plain value means. */
extern const DistributionKind DISTRIBUTION_KINDS[];
extern const char *const DISTRIBUTION_USAGES[];

#endif
