/* SPDX-License-Identifier: MIT */
/* The kinds, in the order in which they are documented. All but gamma and zipf are inversions: the
 * value at which the distribution function reaches one uniform number. */
#include "sim/distribution_kind.h"

#include "sim/exact_math.h"
#include "sim/normal_quantile.h"
#include "sim/random.h"

#include <string.h>

#define NOT_A_NUMBER __builtin_nan("")

static double draw_unit(uint64_t key, uint64_t counter)
{
    return random_unit(random_word(key, counter));
}

/* A standard exponential number. 1 - unit is exact, and the result grows with the word. */
static double draw_exponential(uint64_t key, uint64_t counter)
{
    return -exact_log(1 - draw_unit(key, counter));
}

static void set_range(Distribution *distribution, int64_t minimum, int64_t maximum)
{
    distribution->minimum = minimum;
    distribution->maximum = maximum;
}

static bool constant_read(DistributionReader *reader, Distribution *distribution)
{
    int64_t value;
    if (!distribution_take_integer(reader, 0, "VALUE", &value)) {
        return false;
    }
    set_range(distribution, value, value);
    return true;
}

static int64_t constant_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    (void)key;
    (void)counter;
    return distribution->minimum;
}

static double constant_mean(const Distribution *distribution)
{
    return (double)distribution->minimum;
}

static bool uniform_read(DistributionReader *reader, Distribution *distribution)
{
    int64_t low, high, step = 1;
    if (!distribution_take_integer(reader, 0, "LOW", &low) ||
        !distribution_take_integer(reader, 1, "HIGH", &high) ||
        !distribution_take_option(reader, "step", &step)) {
        return false;
    }
    if (low > high) {
        return distribution_refuse(reader, "HIGH", call_text_argument(reader->call, 1),
                                   "at least LOW");
    }
    if (step <= 0) {
        return distribution_refuse(reader, "step", call_text_option(reader->call, "step"),
                                   "more than 0");
    }
    const uint64_t width = (uint64_t)high - (uint64_t)low;
    if (width % (uint64_t)step != 0) {
        return distribution_refuse(reader, "step", call_text_option(reader->call, "step"),
                                   "a whole number of steps from LOW to HIGH");
    }
    if (step != 1) {
        g_autofree char *text = value_print(step, reader->unit);
        distribution_add_text(reader, "step=", text);
    }
    distribution->low = low;
    distribution->step = (uint64_t)step;
    distribution->count = width / (uint64_t)step + 1;
    set_range(distribution, low, high);
    return true;
}

static int64_t uniform_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    const uint64_t word = random_word(key, counter);
    const uint64_t index =
        distribution->count == 0 ? word : random_below(word, distribution->count);
    return (int64_t)((uint64_t)distribution->low + distribution->step * index);
}

static double uniform_mean(const Distribution *distribution)
{
    return (double)distribution->minimum / 2 + (double)distribution->maximum / 2;
}

static bool exponential_read(DistributionReader *reader, Distribution *distribution)
{
    set_range(distribution, 0, INT64_MAX);
    return distribution_take_quantity(reader, 0, "MEAN", BOUND_POSITIVE, &distribution->location);
}

static int64_t exponential_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    return exact_integer(distribution->location * draw_exponential(key, counter));
}

static double exponential_mean(const Distribution *distribution)
{
    return distribution->location;
}

static bool normal_read(DistributionReader *reader, Distribution *distribution)
{
    if (!distribution_take_quantity(reader, 0, "MEAN", BOUND_NONE, &distribution->location) ||
        !distribution_take_quantity(reader, 1, "DEVIATION", BOUND_NOT_NEGATIVE,
                                    &distribution->spread)) {
        return false;
    }
    const int64_t centre = exact_integer(distribution->location);
    const bool is_constant = distribution->spread == 0;
    set_range(distribution, is_constant ? centre : INT64_MIN, is_constant ? centre : INT64_MAX);
    return true;
}

static int64_t normal_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    const double z = normal_quantile(draw_unit(key, counter));
    return exact_integer(distribution->location + distribution->spread * z);
}

static double normal_mean(const Distribution *distribution)
{
    return distribution->location;
}

static bool lognormal_read(DistributionReader *reader, Distribution *distribution)
{
    if (!distribution_take_quantity(reader, 0, "MEDIAN", BOUND_POSITIVE, &distribution->location) ||
        !distribution_take_number(reader, 1, "SIGMA", BOUND_NOT_NEGATIVE, &distribution->spread)) {
        return false;
    }
    const int64_t median = exact_integer(distribution->location);
    const bool is_constant = distribution->spread == 0;
    set_range(distribution, is_constant ? median : 0, is_constant ? median : INT64_MAX);
    return true;
}

static int64_t lognormal_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    const double z = normal_quantile(draw_unit(key, counter));
    return exact_integer(distribution->location * exact_exp(distribution->spread * z));
}

static double lognormal_mean(const Distribution *distribution)
{
    return distribution->location * exact_exp(distribution->spread * distribution->spread / 2);
}

static bool gamma_read(DistributionReader *reader, Distribution *distribution)
{
    double shape;
    if (!distribution_take_number(reader, 0, "SHAPE", BOUND_POSITIVE, &shape) ||
        !distribution_take_quantity(reader, 1, "SCALE", BOUND_POSITIVE, &distribution->location)) {
        return false;
    }
    distribution->gamma = gamma_of(shape);
    set_range(distribution, 0, INT64_MAX);
    return true;
}

static int64_t gamma_kind_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    return exact_integer(distribution->location * gamma_draw(&distribution->gamma, key, counter));
}

static double gamma_mean(const Distribution *distribution)
{
    return distribution->location * distribution->gamma.shape;
}

static bool pareto_read(DistributionReader *reader, Distribution *distribution)
{
    double shape;
    if (!distribution_take_quantity(reader, 0, "SCALE", BOUND_POSITIVE, &distribution->location) ||
        !distribution_take_number(reader, 1, "SHAPE", BOUND_POSITIVE, &shape)) {
        return false;
    }
    distribution->spread = 1 / shape;
    set_range(distribution, exact_integer(distribution->location), INT64_MAX);
    return true;
}

static int64_t pareto_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    const double exponent = distribution->spread * draw_exponential(key, counter);
    return exact_integer(distribution->location * exact_exp(exponent));
}

static double pareto_mean(const Distribution *distribution)
{
    return distribution->spread < 1 ? distribution->location / (1 - distribution->spread)
                                    : NOT_A_NUMBER;
}

static bool weibull_read(DistributionReader *reader, Distribution *distribution)
{
    double shape;
    if (!distribution_take_number(reader, 0, "SHAPE", BOUND_POSITIVE, &shape) ||
        !distribution_take_quantity(reader, 1, "SCALE", BOUND_POSITIVE, &distribution->location)) {
        return false;
    }
    distribution->spread = 1 / shape;
    set_range(distribution, 0, INT64_MAX);
    return true;
}

static int64_t weibull_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    const double exponent = distribution->spread * exact_log(draw_exponential(key, counter));
    return exact_integer(distribution->location * exact_exp(exponent));
}

static double weibull_mean(const Distribution *distribution)
{
    return distribution->location * gamma_function(1 + distribution->spread);
}

static bool zipf_read(DistributionReader *reader, Distribution *distribution)
{
    int64_t count;
    double exponent;
    if (reader->unit != VALUE_COUNT) {
        return distribution_refuse(reader, "N", call_text_argument(reader->call, 0),
                                   "a distribution of values with a unit; zipf gives plain counts");
    }
    if (!distribution_take_integer(reader, 0, "N", &count) ||
        !distribution_take_number(reader, 1, "S", BOUND_NOT_NEGATIVE, &exponent)) {
        return false;
    }
    if (count < 1 || count > ZIPF_COUNT_MAX) {
        return distribution_refuse(reader, "N", call_text_argument(reader->call, 0),
                                   "a number from 1 to 2^52");
    }
    distribution->zipf = zipf_of(count, exponent);
    set_range(distribution, 1, count);
    return true;
}

static int64_t zipf_kind_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    return zipf_draw(&distribution->zipf, key, counter);
}

static double zipf_kind_mean(const Distribution *distribution)
{
    return zipf_mean(&distribution->zipf);
}

/* A path that would be read differently is put in quotes. */
static char *quoted(const char *path)
{
    if (strpbrk(path, ",(){}='\" \t") == NULL) {
        return g_strdup(path);
    }
    return g_strdup_printf(strchr(path, '"') == NULL ? "\"%s\"" : "'%s'", path);
}

static bool empirical_read(DistributionReader *reader, Distribution *distribution)
{
    const char *path = call_text_argument(reader->call, 0);
    const bool is_relative = reader->directory != NULL && !g_path_is_absolute(path);
    g_autofree char *full =
        is_relative ? g_build_filename(reader->directory, path, NULL) : g_strdup(path);
    distribution->empirical = empirical_new(full, reader->unit, reader->error);
    if (distribution->empirical == NULL) {
        return false;
    }
    distribution->input = g_strdup(path);
    g_autofree char *text = quoted(path);
    distribution_add_text(reader, "", text);
    set_range(distribution, empirical_minimum(distribution->empirical),
              empirical_maximum(distribution->empirical));
    return true;
}

static int64_t empirical_kind_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    return empirical_draw(distribution->empirical, random_word(key, counter));
}

static double empirical_kind_mean(const Distribution *distribution)
{
    return empirical_mean(distribution->empirical);
}

static const char *const LIMITS[] = {"min", "max", NULL};
static const char *const STEP_AND_LIMITS[] = {"step", "min", "max", NULL};

#define USAGE_UNIFORM "uniform(LOW, HIGH, step=STEP)"
#define USAGE_EXPONENTIAL "exponential(MEAN, min=LEAST, max=MOST)"
#define USAGE_NORMAL "normal(MEAN, DEVIATION, min=LEAST, max=MOST)"
#define USAGE_LOGNORMAL "lognormal(MEDIAN, SIGMA, min=LEAST, max=MOST)"
#define USAGE_GAMMA "gamma(SHAPE, SCALE, min=LEAST, max=MOST)"
#define USAGE_PARETO "pareto(SCALE, SHAPE, min=LEAST, max=MOST)"
#define USAGE_WEIBULL "weibull(SHAPE, SCALE, min=LEAST, max=MOST)"
#define USAGE_ZIPF "zipf(N, S)"
#define USAGE_EMPIRICAL "empirical(FILE)"

const DistributionKind DISTRIBUTION_KINDS[] = {
    {"constant", "constant(VALUE)", 1, LIMITS, constant_read, constant_draw, constant_mean},
    {"uniform", USAGE_UNIFORM, 2, STEP_AND_LIMITS, uniform_read, uniform_draw, uniform_mean},
    {"exponential", USAGE_EXPONENTIAL, 1, LIMITS, exponential_read, exponential_draw,
     exponential_mean},
    {"normal", USAGE_NORMAL, 2, LIMITS, normal_read, normal_draw, normal_mean},
    {"lognormal", USAGE_LOGNORMAL, 2, LIMITS, lognormal_read, lognormal_draw, lognormal_mean},
    {"gamma", USAGE_GAMMA, 2, LIMITS, gamma_read, gamma_kind_draw, gamma_mean},
    {"pareto", USAGE_PARETO, 2, LIMITS, pareto_read, pareto_draw, pareto_mean},
    {"weibull", USAGE_WEIBULL, 2, LIMITS, weibull_read, weibull_draw, weibull_mean},
    {"zipf", USAGE_ZIPF, 2, LIMITS, zipf_read, zipf_kind_draw, zipf_kind_mean},
    {"empirical", USAGE_EMPIRICAL, 1, LIMITS, empirical_read, empirical_kind_draw,
     empirical_kind_mean},
    {0},
};

const char *const DISTRIBUTION_USAGES[] = {
    "VALUE",     USAGE_UNIFORM, USAGE_EXPONENTIAL, USAGE_NORMAL, USAGE_LOGNORMAL,
    USAGE_GAMMA, USAGE_PARETO,  USAGE_WEIBULL,     USAGE_ZIPF,   USAGE_EMPIRICAL,
    NULL,
};
