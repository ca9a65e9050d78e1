/* SPDX-License-Identifier: MIT */
/* Inside models/: dials over several transports. `quic+tcp/noise/yamux` has every peer listen on
 * QUIC and on a stack of layers; a dial tries QUIC first and the layers dial.rank-delay later, or
 * as soon as no attempt is under way. The first that is ready to carry streams is the connection,
 * and the others are called off.
 *
 * Of a dial there is the Connection that its streams hold, and one for each attempt, which nobody
 * finds and only its transport knows. Until one has won, the dial keeps what is said on the
 * streams. Then the dial takes the place of the winner: its id, and what the transport has of it.
 *
 * Which transport a connection is on stands in its id, so that packets, timers and the record know
 * it. */
#ifndef MODELS_RANKED_H
#define MODELS_RANKED_H

#include "models/channel.h"
#include "models/stack.h"

/* In the order in which they are tried. A dial that has no connection yet is on none, and neither
 * are those that stood before the run: they are on QUIC. */
typedef enum RankedWay { RANKED_NONE, RANKED_QUIC, RANKED_LAYERS, RANKED_WAYS } RankedWay;

static inline RankedWay ranked_way(uint64_t id)
{
    return (RankedWay)((uint32_t)id >> CONNECTION_WAY_SHIFT & 3);
}

static inline bool network_is_ranked(const Network *network)
{
    return network->stack == &STACK_ranked;
}

/* Of a connection; of a dial that has none yet, all that are tried. */
const char *ranked_stack_name(const Network *network, uint64_t id);

/* Returns the name of the layers in `quic+tcp/noise/yamux`, NULL with an error when it is not such
 * a name. */
const char *ranked_layers_name(const char *stack_name, GError **error);

/* What a transport keeps of a host (TcpHost, QuicHost): Host.transport, or its place there where
 * dials are ranked. NULL: nothing yet. */
static inline void *ranked_table(const Host *host, RankedWay way)
{
    if (!network_is_ranked(host->network)) {
        return host->transport;
    }
    void *const *tables = host->transport;
    return tables == NULL ? NULL : tables[way];
}
void ranked_set_table(Host *host, RankedWay way, void *table);

/* A dial under way: Connection.transport of one that has no connection yet. */
typedef struct RankedDial {
    MuxedConnection waiting;           /* what is said on its streams */
    Connection *attempts[RANKED_WAYS]; /* NULL: not under way */
    RankedWay tried;                   /* the last one */
    TimerId timer;                     /* to begin the next */
} RankedDial;

/* NULL: it is no dial, or has a connection. */
RankedDial *ranked_dial_of(const Connection *connection);

void ranked_dial(Host *host, Connection *connection);
/* True when no transport may be tried now. */
bool ranked_dial_backs_off(Host *host, EntityId peer);
/* The timer of a dial has expired. */
void ranked_dial_go_on(Host *host, uint64_t argument);
/* What an attempt has come to: it is ready to carry streams, or has failed. It is freed. */
void ranked_dial_won(Host *host, Connection *attempt);
void ranked_dial_failed(Host *host, Connection *attempt, Outcome outcome);
/* The dial is about to be freed. */
void ranked_dial_gone(Host *host, Connection *connection, Outcome outcome);

#endif
