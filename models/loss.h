/* SPDX-License-Identifier: MIT */
/* Which messages a link loses. A model is built once from the text of `link.loss` and never
 * changes; what little a link must remember (the state of Gilbert and Elliott's chain) is a
 * LossState that the sending side owns.
 *
 *     none, 0                                nothing is lost
 *     1%, bernoulli(1%)                      each message alone
 *     gilbert-elliott(p, r, h=0, k=1)        two states; p good to bad and r bad to good, for each
 *                                            message; a message passes with k in good, h in bad
 *     gilbert(loss=P, burst=L)               the same by its long-run loss and mean burst length
 *     pattern(0010), pattern(FILE)           1 is lost, message by message; after the last, nothing
 *                                            is lost, or with repeat=yes it starts again
 *
 * State and loss are separate draws of one counter, so that a change of h or k does not change the
 * walk through the states. A link's chain starts in its long-run distribution. Source: protocols
 * after Gilbert 1960, Elliott 1963; names as in Hohlfeld et al. 2008. */
#ifndef MODELS_LOSS_H
#define MODELS_LOSS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct LossModel LossModel;

/* Zero-filled is a link that has sent nothing. */
typedef struct LossState {
    uint8_t phase; /* 0: not started, 1: good, 2: bad */
} LossState;

/* `directory` is where the relative path of a pattern's file starts (NULL: the working directory).
 */
LossModel *loss_model_new(const char *text, const char *directory, GError **error);
void loss_model_free(LossModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LossModel, loss_model_free)

/* True when message number `index` (from 0) of the directed link is lost. Called once for each
 * message, in order. `key` is the link's random key of the purpose of loss. */
bool loss_model_decide(const LossModel *model, LossState *state, uint64_t key, uint64_t index);

/* The long-run share of lost messages; NaN for a pattern that does not repeat. */
double loss_model_rate(const LossModel *model);

/* True when no message is ever lost. */
bool loss_model_is_none(const LossModel *model);

/* The file that a pattern was read from, as written, or NULL. */
const char *loss_model_input(const LossModel *model);

/* How the forms of the text are written, one by one; NULL past the end. */
const char *loss_model_usage(unsigned index);

#endif
