/* SPDX-License-Identifier: MIT */
/* The loss models, told apart by a small enum: there are four, and each decides in a few lines. */
#include "models/loss.h"

#include "models/data_file.h"
#include "sim/call_text.h"
#include "sim/error.h"
#include "sim/random.h"
#include "sim/value_text.h"

#include <math.h>
#include <string.h>

typedef enum LossType { LOSS_NONE, LOSS_BERNOULLI, LOSS_CHAIN, LOSS_PATTERN } LossType;

enum { PHASE_NEW = 0, PHASE_GOOD = 1, PHASE_BAD = 2 };

struct LossModel {
    LossType type;
    double probability;               /* LOSS_BERNOULLI */
    double good_to_bad, bad_to_good;  /* LOSS_CHAIN */
    double bad_share;                 /* of messages sent in the bad state, in the long run */
    double lost_in_good, lost_in_bad; /* probabilities */
    uint8_t *pattern;                 /* LOSS_PATTERN: 1 is lost */
    size_t pattern_count;
    bool repeats;
    char *input;
};

static const char *const USAGES[] = {
    "none",
    "PROBABILITY, short for bernoulli(PROBABILITY)",
    "gilbert-elliott(p, r, h=0, k=1)",
    "gilbert(loss=P, burst=L)",
    "pattern(0010, repeat=no) or pattern(FILE, repeat=no)",
    NULL,
};

static bool read_probability(const char *what, const char *text, double *ret, GError **error)
{
    if (!value_parse_probability(text, ret, error)) {
        g_prefix_error(error, "%s: ", what);
        return false;
    }
    return true;
}

/* Sets the chain's long-run share of bad messages, from p and r. A chain that never moves stays
 * where it starts, in good. */
static void settle_chain(LossModel *model)
{
    const double moves = model->good_to_bad + model->bad_to_good;
    model->type = LOSS_CHAIN;
    model->bad_share = moves > 0 ? model->good_to_bad / moves : 0;
}

static bool read_gilbert_elliott(LossModel *model, const CallText *call, GError **error)
{
    static const char *const keys[] = {"p", "r", "h", "k", NULL};
    if (!call_text_expect(call, 0, 2, keys, USAGES[2], error)) {
        return false;
    }
    const char *first = call_text_argument(call, 0);
    const char *second = call_text_argument(call, 1);
    const char *p = first != NULL ? first : call_text_option(call, "p");
    const char *r = second != NULL ? second : call_text_option(call, "r");
    const char *h = call_text_option(call, "h");
    const char *k = call_text_option(call, "k");
    double passes_in_bad = 0, passes_in_good = 1;
    if (p == NULL || r == NULL) {
        return skein_refuse(error, "found '%s' without %s, expected %s", call_text_name(call),
                            p == NULL ? "p" : "r", USAGES[2]);
    }
    if ((first != NULL && call_text_option(call, "p") != NULL) ||
        (second != NULL && call_text_option(call, "r") != NULL)) {
        return skein_refuse(error, "p or r given twice, expected %s", USAGES[2]);
    }
    if (!read_probability("p", p, &model->good_to_bad, error) ||
        !read_probability("r", r, &model->bad_to_good, error) ||
        (h != NULL && !read_probability("h", h, &passes_in_bad, error)) ||
        (k != NULL && !read_probability("k", k, &passes_in_good, error))) {
        return false;
    }
    model->lost_in_bad = 1 - passes_in_bad;
    model->lost_in_good = 1 - passes_in_good;
    settle_chain(model);
    return true;
}

/* r = 1/L, p = P r / (1 - P); a burst is a visit to the bad state. */
static bool read_gilbert(LossModel *model, const CallText *call, GError **error)
{
    static const char *const keys[] = {"loss", "burst", NULL};
    if (!call_text_expect(call, 0, 0, keys, USAGES[3], error)) {
        return false;
    }
    const char *loss_text = call_text_option(call, "loss");
    const char *burst_text = call_text_option(call, "burst");
    double loss = 0, burst = 0;
    if (loss_text == NULL || burst_text == NULL) {
        return skein_refuse(error, "found 'gilbert' without %s, expected %s",
                            loss_text == NULL ? "loss" : "burst", USAGES[3]);
    }
    if (!read_probability("loss", loss_text, &loss, error)) {
        return false;
    }
    if (!value_parse_number(burst_text, &burst, error)) {
        g_prefix_error(error, "burst: ");
        return false;
    }
    if (!(burst >= 1) || !(burst <= 1e9)) {
        return skein_refuse(error, "burst: found '%s', expected a mean burst of 1 to 1e9 messages",
                            burst_text);
    }
    if (!(loss < 1) || loss / (burst * (1 - loss)) > 1) {
        return skein_refuse(
            error,
            "loss: found '%s', which bursts of %s messages cannot make; expected at most "
            "L/(L+1) of them",
            loss_text, burst_text);
    }
    model->bad_to_good = 1 / burst;
    model->good_to_bad = loss * model->bad_to_good / (1 - loss);
    model->lost_in_bad = 1;
    model->lost_in_good = 0;
    settle_chain(model);
    return true;
}

/* Text of 0, 1, blanks and `#` comments into model->pattern. */
static bool read_pattern_text(LossModel *model, const char *text, size_t size_bytes,
                              const char *name, GError **error)
{
    g_autoptr(GByteArray) pattern = g_byte_array_new();
    unsigned line = 1, column = 0;
    bool is_comment = false;
    for (size_t i = 0; i < size_bytes; i++) {
        column++;
        if (text[i] == '\n') {
            line++;
            column = 0;
            is_comment = false;
        } else if (text[i] == '#') {
            is_comment = true;
        } else if (!is_comment && (text[i] == '0' || text[i] == '1')) {
            const uint8_t is_lost = text[i] == '1';
            g_byte_array_append(pattern, &is_lost, 1);
        } else if (!is_comment && !g_ascii_isspace(text[i])) {
            return skein_refuse(error,
                                "%s:%u:%u: found character %#x, expected 0 (passes) or 1 (is lost)",
                                name, line, column, (unsigned)(unsigned char)text[i]);
        }
    }
    if (pattern->len == 0) {
        return skein_refuse(error, "%s:%u: found no 0 or 1 in the pattern", name, line);
    }
    model->pattern_count = pattern->len;
    model->pattern = g_byte_array_free(g_steal_pointer(&pattern), FALSE);
    model->type = LOSS_PATTERN;
    return true;
}

static bool read_pattern(LossModel *model, const CallText *call, const char *directory,
                         GError **error)
{
    static const char *const keys[] = {"repeat", NULL};
    if (!call_text_expect(call, 1, 1, keys, USAGES[4], error)) {
        return false;
    }
    const char *repeat = call_text_option(call, "repeat");
    if (repeat != NULL && !value_parse_yes_no(repeat, &model->repeats, error)) {
        g_prefix_error(error, "repeat: ");
        return false;
    }
    const char *argument = call_text_argument(call, 0);
    if (argument[strspn(argument, "01")] == '\0') {
        return read_pattern_text(model, argument, strlen(argument), "pattern", error);
    }
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!data_file_read(argument, directory, &text, &size_bytes, error)) {
        return false;
    }
    model->input = g_strdup(argument);
    return read_pattern_text(model, text, size_bytes, argument, error);
}

static bool read_bernoulli(LossModel *model, const char *text, GError **error)
{
    if (!value_parse_probability(text, &model->probability, error)) {
        return false;
    }
    model->type = model->probability > 0 ? LOSS_BERNOULLI : LOSS_NONE;
    return true;
}

static bool read_model(LossModel *model, const char *text, const char *directory, GError **error)
{
    g_autoptr(CallText) call = call_text_new(text, error);
    if (call == NULL) {
        return false;
    }
    const char *name = call_text_name(call);
    if (!call_text_has_parentheses(call)) {
        if (strcmp(name, "none") == 0) {
            return true;
        }
        if (g_ascii_isalpha(name[0])) {
            return skein_refuse(
                error, "found '%s', expected a probability, none, bernoulli(p), %s, %s or %s", text,
                USAGES[2], USAGES[3], USAGES[4]);
        }
        return read_bernoulli(model, name, error);
    }
    if (strcmp(name, "bernoulli") == 0) {
        return call_text_expect(call, 1, 1, NULL, "bernoulli(PROBABILITY)", error) &&
               read_bernoulli(model, call_text_argument(call, 0), error);
    }
    if (strcmp(name, "gilbert-elliott") == 0) {
        return read_gilbert_elliott(model, call, error);
    }
    if (strcmp(name, "gilbert") == 0) {
        return read_gilbert(model, call, error);
    }
    if (strcmp(name, "pattern") == 0) {
        return read_pattern(model, call, directory, error);
    }
    return skein_refuse(
        error,
        "found '%s', expected a probability, none, bernoulli(p), gilbert-elliott(p, r), "
        "gilbert(loss=P, burst=L) or pattern(0010)",
        text);
}

LossModel *loss_model_new(const char *text, const char *directory, GError **error)
{
    g_autoptr(LossModel) model = g_new0(LossModel, 1);
    if (!read_model(model, text, directory, error)) {
        return NULL;
    }
    return g_steal_pointer(&model);
}

void loss_model_free(LossModel *model)
{
    if (model != NULL) {
        g_free(model->pattern);
        g_free(model->input);
        g_free(model);
    }
}

/* Counters of the two draws of a message. */
static uint64_t loss_draw(uint64_t index)
{
    return 2 * index;
}

static uint64_t state_draw(uint64_t index)
{
    return 2 * index + 1;
}

/* The state in which message number `index` is sent. */
static bool chain_is_bad(const LossModel *model, LossState *state, uint64_t key, uint64_t index)
{
    const uint64_t word = random_word(key, state_draw(index));
    bool is_bad;
    switch (state->phase) {
    case PHASE_GOOD:
        is_bad = random_chance(word, model->good_to_bad);
        break;
    case PHASE_BAD:
        is_bad = !random_chance(word, model->bad_to_good);
        break;
    default:
        is_bad = random_chance(word, model->bad_share);
        break;
    }
    state->phase = is_bad ? PHASE_BAD : PHASE_GOOD;
    return is_bad;
}

bool loss_model_decide(const LossModel *model, LossState *state, uint64_t key, uint64_t index)
{
    switch (model->type) {
    case LOSS_NONE:
        return false;
    case LOSS_BERNOULLI:
        return random_chance(random_word(key, loss_draw(index)), model->probability);
    case LOSS_CHAIN: {
        const bool is_bad = chain_is_bad(model, state, key, index);
        return random_chance(random_word(key, loss_draw(index)),
                             is_bad ? model->lost_in_bad : model->lost_in_good);
    }
    case LOSS_PATTERN:
        if (index >= model->pattern_count && !model->repeats) {
            return false;
        }
        return model->pattern[index % model->pattern_count] != 0;
    }
    g_assert_not_reached();
}

double loss_model_rate(const LossModel *model)
{
    switch (model->type) {
    case LOSS_NONE:
        return 0;
    case LOSS_BERNOULLI:
        return model->probability;
    case LOSS_CHAIN:
        return model->bad_share * model->lost_in_bad + (1 - model->bad_share) * model->lost_in_good;
    case LOSS_PATTERN: {
        size_t lost = 0;
        for (size_t i = 0; i < model->pattern_count; i++) {
            lost += model->pattern[i];
        }
        return model->repeats || lost == 0 ? (double)lost / (double)model->pattern_count
                                           : (double)NAN;
    }
    }
    g_assert_not_reached();
}

bool loss_model_is_none(const LossModel *model)
{
    return model->type == LOSS_NONE;
}

const char *loss_model_input(const LossModel *model)
{
    return model->input;
}

const char *loss_model_usage(unsigned index)
{
    return index < G_N_ELEMENTS(USAGES) ? USAGES[index] : NULL;
}
