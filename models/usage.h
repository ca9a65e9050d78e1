/* SPDX-License-Identifier: MIT */
/* The little grammar of timeline rows: a usage such as `send PEER PEER tokens COUNT` against the
 * words of a row. Words in capitals are typed, others stand for themselves. */
#ifndef MODELS_USAGE_H
#define MODELS_USAGE_H

#include "sim/peer_set.h"

#include <glib.h>

enum { USAGE_ARGUMENTS_MAX = 8 };

typedef struct UsageContext {
    uint32_t peer_count;
    const char *const *peer_names;
} UsageContext;

typedef struct UsageMatch {
    unsigned count;                         /* of typed words */
    int64_t arguments[USAGE_ARGUMENTS_MAX]; /* peers, counts, ns, parts per 2^32; 0 for sets and
                                               texts */
    PeerSet *sets[2];                       /* the first two PEER or PEERS, owned by the caller */
    unsigned set_count;
    const char *texts[2]; /* the first two TEXT, borrowed from the words */
    unsigned text_count;
} UsageMatch;

/* Words at blanks; what is in {}, (), or quotes stays together, quotes are taken off. */
char **usage_split(const char *text, GError **error);

/* On failure the match holds nothing. */
bool usage_match(const char *usage, char **words, const UsageContext *context, UsageMatch *match,
                 GError **error);

#endif
