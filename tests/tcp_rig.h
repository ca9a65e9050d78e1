/* SPDX-License-Identifier: MIT */
/* Two TCPs and a scripted wire between them, without an engine: A opens to B. Every segment that is
 * put on the wire is written down, whatever becomes of it:
 *
 *     TIME_MS END WHAT;      as in `100 A 1+10;` data segments 1 to 11, counted from 1
 *
 * WHAT is S, SA, a range of full segments as FIRST or FIRST+MORE (consecutive ones of an instant
 * are one entry), `FIRST:BYTES` for a smaller one, an ACK as `aN` (all before segment N has
 * arrived), with `[N-M` ...]` for selective ones, `F` for a FIN after it, `R` for a reset. Numbers
 * are those of full segments; a place within one is `N.BYTES`. */
#ifndef TESTS_TCP_RIG_H
#define TESTS_TCP_RIG_H

#include "models/tcp.h"

#include <glib.h>

typedef struct TcpRig {
    Tcp ends[2];
    TcpSettings settings[2];
    BlockPool blocks;
    SimTime now;
    SimDuration latency;     /* one way */
    int64_t bits_per_second; /* from A to B; 0: no limit */
    uint32_t queue_packets;  /* before that link; 0: no limit */
    const char *script;      /* what happens to whom: `A3 lost; B1 +20ms`, counted from 1 */
    bool logs_acks;          /* pure ACKs of B too */
    bool is_quiet;           /* nothing is written down */
    double loss;             /* of A's data segments, drawn */
    uint32_t lose_each;      /* each so many-th data segment of A, by its first sending; 0: none */
    GString *log;
    guint gone;                /* entries of the wire that have arrived */
    GArray *wire;              /* of what is on its way */
    uint64_t sent[2], arrived; /* segments */
    uint64_t data_sent, data_lost;
    unsigned events[2]; /* all that were seen */
    SimTime busy_until;
    GArray *departures; /* SimTime: when those in the queue begin to be sent */
    uint64_t draws;
    bool is_open[2];
    /* Called when an end's stream has grown, or its events; may be NULL. */
    void (*happened)(struct TcpRig *rig, unsigned end);
    uint64_t taken[2];
    SimTime finished; /* when B had got the last so far */
    double rto_sum;   /* of first timeouts */
    uint64_t rto_count;
    uint64_t troubles; /* times that A went into recovery or timed out */
} TcpRig;

TcpRig *tcp_rig_new(const char *const *changes);
void tcp_rig_free(TcpRig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TcpRig, tcp_rig_free)

void tcp_rig_open(TcpRig *rig);
void tcp_rig_write(TcpRig *rig, unsigned end, uint64_t size_bytes);
void tcp_rig_close(TcpRig *rig, unsigned end);
/* Sends what the end has to send now. */
void tcp_rig_flush(TcpRig *rig, unsigned end);
/* Until nothing happens any more, or until that time. */
void tcp_rig_run(TcpRig *rig, SimTime until);

/* Fails the test unless the log is that, and empties it. */
void tcp_rig_expect(TcpRig *rig, const char *log);

#endif
