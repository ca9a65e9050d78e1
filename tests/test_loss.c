/* SPDX-License-Identifier: MIT */
/* Loss models against their closed forms (binomial bounds at fixed seeds) and an explicit pattern.
 */
#include "tests/suite.h"

#include "models/loss.h"
#include "sim/random.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

enum { MESSAGES = 200000 };

/* Decides MESSAGES messages; returns the lost ones and counts runs of losses. */
static unsigned lose(const LossModel *model, uint64_t seed, unsigned *ret_bursts)
{
    const uint64_t key = random_key(seed, random_purpose("link.loss"), 0, 1);
    LossState state = {0};
    unsigned lost = 0, bursts = 0;
    bool was_lost = false;
    for (uint64_t i = 0; i < MESSAGES; i++) {
        const bool is_lost = loss_model_decide(model, &state, key, i);
        lost += is_lost;
        bursts += is_lost && !was_lost;
        was_lost = is_lost;
    }
    *ret_bursts = bursts;
    return lost;
}

static void loss_rates_follow_the_closed_forms(void)
{
    /* P(lost) = (1-k) r/(p+r) + (1-h) p/(p+r). inflation is the variance of the count over the
     * binomial one: (1+c)/(1-c) with the chain's correlation c = 1-p-r. */
    static const struct {
        const char *text;
        double rate, inflation;
    } cases[] = {
        {"1%", 0.01, 1},
        {"bernoulli(0.25)", 0.25, 1},
        {"gilbert-elliott(1%, 10%)", 0.01 / 0.11, 1.89 / 0.11},
        {"gilbert-elliott(5%, 20%, h=0.5, k=0.99)", (0.01 * 0.20 + 0.5 * 0.05) / 0.25, 1.75 / 0.25},
        {"gilbert-elliott(p=30%, r=70%)", 0.3, 1},
        {"gilbert(loss=2%, burst=5)", 0.02,
         (2 - 0.2 - 0.02 * 0.2 / 0.98) / (0.2 + 0.02 * 0.2 / 0.98)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(LossModel) model = loss_model_new(cases[i].text, NULL, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        CU_ASSERT_DOUBLE_EQUAL(loss_model_rate(model), cases[i].rate, 1e-12);
        unsigned bursts = 0;
        const double lost = lose(model, 1, &bursts);
        const double deviation =
            sqrt(MESSAGES * cases[i].rate * (1 - cases[i].rate) * cases[i].inflation);
        CU_ASSERT(fabs(lost - MESSAGES * cases[i].rate) < 3.3 * deviation);
        CU_ASSERT(lost > 0);
    }
}

static void loss_bursts_have_the_mean_length(void)
{
    g_autoptr(LossModel) model = loss_model_new("gilbert(loss=5%, burst=8)", NULL, NULL);
    unsigned bursts = 0;
    const double lost = lose(model, 2, &bursts);
    /* Burst lengths are geometric with mean 8 and variance 8*7. */
    CU_ASSERT(fabs(lost / bursts - 8) < 3.3 * sqrt(56.0 / bursts));
    g_autoptr(LossModel) alone = loss_model_new("5%", NULL, NULL);
    const double single = lose(alone, 2, &bursts);
    CU_ASSERT(fabs(single / bursts - 1 / 0.95) < 3.3 * sqrt(0.05 / bursts) / 0.95);
}

static void loss_of_a_chain_begins_in_its_long_run(void)
{
    /* Over many links, the first message is lost as often as any. */
    g_autoptr(LossModel) model = loss_model_new("gilbert(loss=20%, burst=50)", NULL, NULL);
    const uint64_t purpose = random_purpose("link.loss");
    unsigned lost = 0;
    for (uint32_t link = 0; link < 10000; link++) {
        LossState state = {0};
        lost += loss_model_decide(model, &state, random_key(3, purpose, link, 0), 0);
    }
    CU_ASSERT(fabs(lost - 2000.0) < 3.3 * sqrt(10000 * 0.2 * 0.8));
}

static void loss_states_do_not_depend_on_what_is_lost_in_them(void)
{
    /* With k = 0 each message in the good state is lost and with h = 0 each in the bad: the two
     * models see the same states, so exactly one of them loses each message. */
    g_autoptr(LossModel) in_bad = loss_model_new("gilbert-elliott(3%, 9%, h=0, k=1)", NULL, NULL);
    g_autoptr(LossModel) in_good = loss_model_new("gilbert-elliott(3%, 9%, h=1, k=0)", NULL, NULL);
    LossState one = {0}, two = {0};
    const uint64_t key = random_key(4, random_purpose("link.loss"), 5, 6);
    unsigned agreed = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        agreed +=
            loss_model_decide(in_bad, &one, key, i) == loss_model_decide(in_good, &two, key, i);
    }
    CU_ASSERT_EQUAL(agreed, 0);
}

/* The losses of the first messages as a string of 0 and 1. */
static char *first_losses(const LossModel *model, unsigned count)
{
    GString *text = g_string_new(NULL);
    LossState state = {0};
    for (unsigned i = 0; i < count; i++) {
        g_string_append_c(text, loss_model_decide(model, &state, 7, i) ? '1' : '0');
    }
    return g_string_free(text, FALSE);
}

static void loss_pattern_is_followed_exactly(void)
{
    static const struct {
        const char *text, *losses;
    } cases[] = {
        {"pattern(0110)", "0110000000"},
        {"pattern(0110, repeat=yes)", "0110011001"},
        {"pattern(1)", "1000000000"},
        {"none", "0000000000"},
        {"0", "0000000000"},
        {"100%", "1111111111"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LossModel) model = loss_model_new(cases[i].text, NULL, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        g_autofree char *losses = first_losses(model, 10);
        CU_ASSERT_STRING_EQUAL(losses, cases[i].losses);
    }
    g_autoptr(LossModel) once = loss_model_new("pattern(01)", NULL, NULL);
    CU_ASSERT(isnan(loss_model_rate(once)));
    g_autoptr(LossModel) repeated = loss_model_new("pattern(0111, repeat=yes)", NULL, NULL);
    CU_ASSERT_EQUAL(loss_model_rate(repeated), 0.75);
}

static void loss_pattern_is_read_from_a_file(void)
{
    g_autofree char *directory = g_dir_make_tmp("skein-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "losses.txt", NULL);
    CU_ASSERT(g_file_set_contents(path, "# 1 is lost\n0 1\n001 # last\n", -1, NULL));
    g_autoptr(LossModel) model = loss_model_new("pattern(losses.txt)", directory, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_STRING_EQUAL(loss_model_input(model), "losses.txt");
    g_autofree char *losses = first_losses(model, 7);
    CU_ASSERT_STRING_EQUAL(losses, "0100100");
    CU_ASSERT(g_file_set_contents(path, "01\n0x\n", -1, NULL));
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(loss_model_new("pattern(losses.txt)", directory, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "losses.txt:2:2"));
    g_unlink(path);
    g_rmdir(directory);
}

static void loss_text_that_makes_no_sense_is_refused(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"120%", "120%"},
        {"-1%", "-1%"},
        {"sometimes", "gilbert"},
        {"bernoulli()", "bernoulli"},
        {"gilbert-elliott(1%)", "without r"},
        {"gilbert-elliott(1%, 2, h=0)", "r: "},
        {"gilbert-elliott(1%, 2%, hh=0)", "hh"},
        {"gilbert(loss=1%)", "burst"},
        {"gilbert(loss=1%, burst=0.5)", "0.5"},
        {"gilbert(loss=60%, burst=1)", "60%"},
        {"pattern()", "pattern"},
        {"pattern(no-such-file)", "no-such-file"},
        {"pattern(01, repeat=perhaps)", "perhaps"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(loss_model_new(cases[i].text, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].says));
    }
}

CU_TestInfo suite_loss[] = {
    {"loss_rates_follow_the_closed_forms", loss_rates_follow_the_closed_forms},
    {"loss_bursts_have_the_mean_length", loss_bursts_have_the_mean_length},
    {"loss_of_a_chain_begins_in_its_long_run", loss_of_a_chain_begins_in_its_long_run},
    {"loss_states_do_not_depend_on_what_is_lost_in_them",
     loss_states_do_not_depend_on_what_is_lost_in_them},
    {"loss_pattern_is_followed_exactly", loss_pattern_is_followed_exactly},
    {"loss_pattern_is_read_from_a_file", loss_pattern_is_read_from_a_file},
    {"loss_text_that_makes_no_sense_is_refused", loss_text_that_makes_no_sense_is_refused},
    CU_TEST_INFO_NULL,
};
