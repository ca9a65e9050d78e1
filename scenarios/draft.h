/* SPDX-License-Identifier: MIT */
/* A scenario taken apart, so that pieces of it can be left out: what skein check shrinks. It is a
 * value that is copied, changed and written; a draft that makes no sense is found out by running
 * it.
 *
 * From a run that was watched, a draft becomes *explicit*, one piece at a time:
 *  - messages: the latency of each message as it was, in order of sending; written as a file for
 *    `link.latency: replay(FILE)`, in place of the models of section `link`;
 *  - edges: the overlay, written as a file for `topology.kind: edge-list(FILE)`, so that a peer can
 *    go without all others getting new neighbours;
 *  - rows: what the module drew at random is added to the timeline, and the random part is switched
 *    off by ScenarioModule.explicit_settings.
 *
 * Peers are numbers: names of peers do not outlive the first peer that goes. Paths in settings are
 * absolute, so that a draft can be written into any folder. */
#ifndef SCENARIOS_DRAFT_H
#define SCENARIOS_DRAFT_H

#include "models/network.h"
#include "scenarios/scenario.h"

typedef struct DraftSetting {
    char *key; /* full; never peers.count */
    char *text;
    bool is_list;
} DraftSetting;

typedef struct DraftRow {
    SimTime time;
    char *action;
} DraftRow;

typedef struct DraftMessage {
    EntityId sender, receiver;
    SimTime sent;        /* to know again which row sent it */
    SimDuration latency; /* 0: lost */
} DraftMessage;

typedef struct DraftEdge {
    EntityId from, to;
} DraftEdge;

typedef struct Draft {
    const ScenarioModule *module;
    GArray *actions; /* of Action: what rows may be, as the network knows it; shared by copies */
    uint32_t peer_count;
    GPtrArray *settings;     /* of DraftSetting, in order */
    GPtrArray *rows;         /* of DraftRow, by time */
    GPtrArray *expectations; /* of char * */
    GArray *messages;        /* of DraftMessage; NULL: the settings say */
    SimDuration latency;     /* of what messages does not cover, and the simplest one */
    GArray *edges;           /* of DraftEdge; NULL: the settings say */
    bool has_explicit_rows;  /* nothing is sent but by the rows and in answer to them */
} Draft;

/* Rows and settings as they are in force. The network is the scenario's, before its run. */
Draft *draft_new(const Scenario *scenario, const Network *network);
Draft *draft_copy(const Draft *draft);
void draft_free(Draft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

/* Ends with name NULL. */
const Action *draft_actions(const Draft *draft);

const char *draft_setting(const Draft *draft, const char *key); /* NULL: not given */
void draft_set(Draft *draft, const char *key, const char *text);
void draft_unset(Draft *draft, const char *key);

/* A row at its place: behind those of the same time. */
void draft_add_row(Draft *draft, SimTime time, const char *action);

/* Takes a copy of messages (of DraftMessage) in place of the models of links, their changes in the
 * timeline included. */
void draft_take_messages(Draft *draft, const GArray *messages);
/* False when there are too many edges to be written. */
bool draft_take_edges(Draft *draft, const Topology *topology);
/* Rows (of DraftRow) of a run, and no others by chance. False when the module cannot. */
bool draft_take_rows(Draft *draft, const GPtrArray *rows);

/* Without the peer; those above it get the next lower number. What named only it is gone. With
 * `bridge`, its neighbours are joined to each other where it stood between them, and what they send
 * takes as long as by way of it. False when it cannot be done. */
bool draft_drop_peer(Draft *draft, EntityId peer, bool bridge);

/* The peer that the row runs at and the next that it names; RECORD_NO_PEER: none, or several. */
void draft_row_peers(const Draft *draft, const DraftRow *row, EntityId *ret_first,
                     EntityId *ret_second);
/* The row's number number `index` of those typed COUNT; -1: it has not so many. */
int64_t draft_row_number(const Draft *draft, const DraftRow *row, unsigned index);
void draft_row_set_number(const Draft *draft, DraftRow *row, unsigned index, int64_t number);

/* The texts of its files, which the caller frees: NULL for one that is not needed. `stem` is what
 * their names begin with, before .yaml, .csv and -edges.csv. comment: lines without #, or NULL. */
typedef struct DraftText {
    char *scenario, *messages, *edges;
} DraftText;
DraftText draft_text(const Draft *draft, const char *stem, const char *comment);
void draft_text_clear(DraftText *text);
/* Writes them into a folder. */
bool draft_text_write(const DraftText *text, const char *folder, const char *stem, GError **error);

#endif
