/* SPDX-License-Identifier: MIT */
/* A dial over several transports: its attempts, and what they come to. */
#include "models/ranked.h"

#include "models/host_policy.h"

static const Stack *stack_of(RankedWay way)
{
    return way == RANKED_LAYERS ? &STACK_layered : &STACK_quic;
}

RankedDial *ranked_dial_of(const Connection *connection)
{
    return connection->state == CONNECTION_DIALING && ranked_way(connection->id) == RANKED_NONE
               ? connection->transport
               : NULL;
}

/* The dial that the attempt belongs to. */
static Connection *dial_for(Host *host, const Connection *attempt)
{
    return connection_dialed(host, connection_dial_argument(attempt));
}

static bool is_under_way(const RankedDial *dial)
{
    for (RankedWay way = RANKED_QUIC; way < RANKED_WAYS; way++) {
        if (dial->attempts[way] != NULL) {
            return true;
        }
    }
    return false;
}

static void stop_timer(Host *host, RankedDial *dial)
{
    timer_free(&host->entity, dial->timer);
    dial->timer = 0;
}

/* Begins the next attempt; false: there is none to begin. */
static bool try_next(Host *host, Connection *connection)
{
    RankedDial *dial = connection->transport;
    stop_timer(host, dial);
    do {
        if (dial->tried + 1 == RANKED_WAYS) {
            return false;
        }
        dial->tried++;
    } while (host_policy_is_backing_off(host, connection->peer, dial->tried));
    const RankedWay way = dial->tried;
    dial->attempts[way] = connection_attempt(host, connection, way);
    if (way + 1 < RANKED_WAYS) {
        dial->timer =
            timer_once(&host->entity, KIND_TRANSPORT_TIMER, connection_dial_argument(connection),
                       host->network->dial.rank_delay);
    }
    stack_of(way)->dial(host, dial->attempts[way]);
    return true;
}

bool ranked_dial_backs_off(Host *host, EntityId peer)
{
    for (RankedWay way = RANKED_QUIC; way < RANKED_WAYS; way++) {
        if (!host_policy_is_backing_off(host, peer, way)) {
            return false;
        }
    }
    return true;
}

void ranked_dial(Host *host, Connection *connection)
{
    RankedDial *dial = g_new0(RankedDial, 1);
    dial->waiting = (MuxedConnection){.id = connection->id,
                                      .connection = connection,
                                      .peer = connection->peer,
                                      .is_dialer = true};
    connection->transport = dial;
    try_next(host, connection);
}

void ranked_dial_go_on(Host *host, uint64_t argument)
{
    Connection *connection = connection_dialed(host, argument);
    if (connection != NULL && ranked_dial_of(connection) != NULL) {
        try_next(host, connection);
    }
}

/* As in go-libp2p, an attempt that is called off is no reason to back off, and one that has run
 * into dial.timeout is. */
static void call_off(Host *host, RankedDial *dial, Outcome outcome)
{
    stop_timer(host, dial);
    for (RankedWay way = RANKED_QUIC; way < RANKED_WAYS; way++) {
        Connection *attempt = dial->attempts[way];
        dial->attempts[way] = NULL;
        if (attempt != NULL) {
            if (outcome == OUTCOME_TIMEOUT) {
                host_policy_note_dial(host, attempt, outcome);
            }
            connection_attempt_over(host, attempt, outcome);
        }
    }
}

void ranked_dial_won(Host *host, Connection *attempt)
{
    Connection *connection = dial_for(host, attempt);
    RankedDial *dial = ranked_dial_of(connection);
    const RankedWay way = ranked_way(attempt->id);
    dial->attempts[way] = NULL;
    call_off(host, dial, OUTCOME_CANCELLED);
    MuxedConnection *muxed = stack_of(way)->hand_over(attempt, connection);
    connection_take_over(host, connection, attempt);
    channels_move(&dial->waiting, muxed);
    g_free(dial);
}

void ranked_dial_failed(Host *host, Connection *attempt, Outcome outcome)
{
    Connection *connection = dial_for(host, attempt);
    RankedDial *dial = ranked_dial_of(connection);
    dial->attempts[ranked_way(attempt->id)] = NULL;
    host_policy_note_dial(host, attempt, outcome);
    connection_attempt_over(host, attempt, outcome);
    if (!is_under_way(dial) && !try_next(host, connection)) {
        connection_failed(host, connection, outcome);
    }
}

void ranked_dial_gone(Host *host, Connection *connection, Outcome outcome)
{
    RankedDial *dial = ranked_dial_of(connection);
    if (dial == NULL) {
        return;
    }
    const bool is_own =
        outcome == OUTCOME_OPEN || outcome == OUTCOME_CRASHED || outcome == OUTCOME_TIMEOUT;
    call_off(host, dial, is_own ? outcome : OUTCOME_CANCELLED);
    channels_clear(host, &dial->waiting, outcome == OUTCOME_OPEN ? NULL : "reset");
    g_free(dial);
    connection->transport = NULL;
}
