/* SPDX-License-Identifier: MIT */
/* Values for single links or peers, out of a table: the form `table(FILE, column=NAME,
 * otherwise=VALUE)` of link.bandwidth, link.loss, access.up and access.down.
 *
 * The file has a header. For links its first two columns are the ends (src,dst or from,to or
 * sender,receiver or source,target), and a row is one direction; for peers its first column is
 * `peer`. Ends are peers by number, from 0. The value stands in the column of that name; where its
 * cell is empty, and for all that have no row, `otherwise` holds. A pair or peer that comes twice
 * is an error. */
#ifndef MODELS_EDGE_VALUES_H
#define MODELS_EDGE_VALUES_H

#include "sim/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct EdgeValues EdgeValues;

typedef struct EdgeValuesRequest {
    const char *text;      /* `table(...)` */
    const char *directory; /* of a relative path */
    uint32_t peers;
    bool is_of_peers;      /* else of links */
    const char *column;    /* where the text names none */
    const char *otherwise; /* likewise */
    /* Makes a value of a text; NULL and an error when it is none. */
    void *(*parse)(const char *text, void *data, GError **error);
    void (*free)(void *value);
    void *data;
} EdgeValuesRequest;

/* True when the text asks for a table. */
bool edge_values_is_asked_for(const char *text);

EdgeValues *edge_values_new(const EdgeValuesRequest *request, GError **error);
void edge_values_free(EdgeValues *values);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EdgeValues, edge_values_free)

/* What holds from sender to receiver; of a peer with itself where values are of peers. */
const void *edge_values_get(const EdgeValues *values, EntityId sender, EntityId receiver);

/* Visits `otherwise` and every value of the table. */
void edge_values_each(const EdgeValues *values, void (*visit)(void *data, const void *value),
                      void *data);

/* The file, as written. */
const char *edge_values_input(const EdgeValues *values);

#endif
