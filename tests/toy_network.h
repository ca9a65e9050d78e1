/* SPDX-License-Identifier: MIT */
/* A network of toy peers that do what the rows of a timeline say and write down what happens to
 * them, for tests of hosts, streams and stacks.
 *
 *     dial A B      send A B SLOT NUMBER    close A SLOT    tick A DURATION      remember A NUMBER
 *     open A B SLOT                         half A SLOT     reset A SLOT         show A
 *     disconnect A B                        protect A B 0|1  tag A B NUMBER
 *
 * A slot (0..7) is a stream that the peer opened, or one that a hook has kept. The log has one
 * `TIME_MS PEER WHAT; ` for each thing that happens to a peer. */
#ifndef TESTS_TOY_NETWORK_H
#define TESTS_TOY_NETWORK_H

#include "models/network.h"
#include "tests/database_fixture.h"

enum { TOY_SLOTS = 8 };

typedef struct ToyState {
    int64_t durable; /* outlives a crash */
    int64_t fleeting;
    uint64_t handles[TOY_SLOTS];
} ToyState;

/* What a test may do besides, in the middle of a handler. */
typedef struct ToyHooks {
    void (*opened)(Host *host, Stream *stream);
    void (*received)(Host *host, Stream *stream, const Message *message);
    void (*half_closed)(Host *host, Stream *stream);
    void (*ended)(Host *host, Stream *stream, Outcome outcome);
    void (*dialed)(Host *host, EntityId peer, Outcome outcome);
} ToyHooks;

typedef struct ToyNetwork {
    ToyHooks hooks;
    GString *log;
    Network *network;
    DatabaseFixture *database;
    RunOutcome outcome;
    char *failure;                /* of the run */
    struct ToyNetwork **settings; /* what the hosts see: leads back here */
} ToyNetwork;

/* settings: `key=value` and NULL; the default is 4 peers, 10 ms, ideal. NULL and *error when they
 * are refused. */
ToyNetwork *toy_network_new(const char *const *settings, GError **error);
void toy_network_free(ToyNetwork *toy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToyNetwork, toy_network_free)

/* rows: `TIME ACTION`, NULL-terminated. Runs until `until`, finishes, opens the database. In two
 * steps: a test may run it for a while in between and look. */
void toy_network_prepare(ToyNetwork *toy, const char *const *rows);
void toy_network_go_on(ToyNetwork *toy, SimTime until);
void toy_network_run(ToyNetwork *toy, const char *const *rows, SimTime until);

/* All in one: fails the test unless the log is as expected. */
ToyNetwork *toy_network_expect(const char *const *settings, const char *const *rows,
                               const ToyHooks *hooks, const char *log);

/* Sixty messages on one stream, 3 ms apart, on links that do what the settings say: each comes
 * once, and in order. */
void toy_network_expect_in_order(const char *const *settings);

void toy_send(Host *host, Stream *stream, int64_t number);
/* Fails the test unless the log is that. */
void toy_network_expect_log(const ToyNetwork *toy, const char *log);

#endif
