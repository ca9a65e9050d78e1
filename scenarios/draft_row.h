/* SPDX-License-Identifier: MIT */
/* Inside scenarios/: the words of a timeline row, read by its usage and written anew with other
 * peers. */
#ifndef SCENARIOS_DRAFT_ROW_H
#define SCENARIOS_DRAFT_ROW_H

#include "scenarios/draft.h"

/* How peers are written in the row that is read. */
typedef struct DraftPeers {
    uint32_t count;
    const char *const *names; /* NULL: numbers only */
} DraftPeers;

/* The action with numbers for names, without the peer `dropped` (RECORD_NO_PEER: none), and those
 * above it one lower. NULL when the row cannot be without that peer, or is not understood. */
char *draft_row_rename(const Action *actions, const char *action, const DraftPeers *peers,
                       EntityId dropped);

/* The same for a set of peers alone, as in a setting; *ret_is_set is false when the text is none.
 */
char *draft_set_rename(const char *text, const DraftPeers *peers, EntityId dropped,
                       bool *ret_is_set);

/* Settings that are sets of peers. One of which nobody is left falls back to its default, where
 * nothing happens by settings; elsewhere that would be another scenario: false. */
bool draft_settings_rename(Draft *draft, const DraftPeers *peers, EntityId dropped);

#endif
