/* SPDX-License-Identifier: MIT */
/* One end of a TCP connection: a plain state machine that behaves like Linux's. It is given the
 * time, segments and what the application does, and answers with segments to send and the next
 * instant at which it wants to be woken. It owns neither time nor links nor bytes: a stream is a
 * range of numbers, and what its bytes mean is kept elsewhere (models/tcp_endpoint.h). What it
 * needs for a while only is in blocks of the caller's pool, which outlives it.
 *
 *     tcp_open(), tcp_accept()     begins, actively or with the SYN that came
 *     tcp_write(), tcp_close()     more bytes to send; no more after these
 *     tcp_receive(), tcp_expire()  a segment has come; the time tcp_deadline() has come
 *     tcp_next_segment()           after each of these, until it returns false
 *
 * Windows are counted in segments, as Linux does (RFC 5681 in bytes). In comments, "Linux" is 6.7's
 * net/ipv4; the RFCs followed are 9293, 5681, 6298, 6582, 6675, 6928, 6937, 7323, 2018, 2883, 8985,
 * 9438. */
#ifndef MODELS_TCP_H
#define MODELS_TCP_H

#include "models/tcp_segment.h"
#include "models/tcp_sent.h"
#include "models/tcp_settings.h"

typedef enum TcpState {
    TCP_CLOSED,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
} TcpState;

/* How the sender stands to loss; Linux's names. */
typedef enum TcpPhase {
    TCP_PHASE_OPEN,     /* nothing is amiss */
    TCP_PHASE_DISORDER, /* something came out of order */
    TCP_PHASE_REDUCING, /* the window comes down without a loss (CWR) */
    TCP_PHASE_RECOVERY, /* lost segments are sent again */
    TCP_PHASE_LOSS,     /* after a timeout */
} TcpPhase;

/* What has happened, until tcp_take_events(). */
enum {
    TCP_EVENT_OPENED = 1,
    TCP_EVENT_PEER_CLOSED = 2, /* its FIN is next in the stream and taken */
    TCP_EVENT_REFUSED = 4,     /* reset before it opened */
    TCP_EVENT_RESET = 8,
    TCP_EVENT_TIMED_OUT = 16,
    TCP_EVENT_FINISHED = 32, /* nothing is left to be done, or only TIME-WAIT */
};

/* What the transmission timer is for. */
typedef enum TcpTimer {
    TCP_TIMER_NONE,
    TCP_TIMER_RETRANSMIT,
    TCP_TIMER_REORDER, /* RACK waits for a late segment */
    TCP_TIMER_PROBE,   /* tail loss */
    TCP_TIMER_PERSIST, /* nothing is out, and something could not be sent */
    TCP_TIMER_END,     /* TIME-WAIT, FIN-WAIT-2 */
} TcpTimer;

/* What is out of order at the receiver; made with the first such segment. */
typedef struct TcpIslands TcpIslands;
typedef struct TcpCongestion TcpCongestion;

/* The memory of a congestion control; windows in segments. */
typedef struct TcpCubic {
    double k_seconds;
    SimTime epoch; /* 0: none */
    SimTime updated;
    uint32_t origin;
    uint32_t last_max, last_window;
    uint32_t increment; /* acknowledged segments for each growth by one */
    uint32_t acknowledged, reno_window;
} TcpCubic;

typedef struct TcpHystart {
    SimTime round_start, last_ack;
    SimDuration delay_now; /* the least of the round's first samples */
    uint64_t round_end;
    uint32_t samples;
} TcpHystart;

typedef struct Tcp {
    const TcpSettings *settings;
    BlockPool *blocks; /* for what comes and goes */
    TcpIslands *islands;
    TcpSentQueue sent;
    TcpHystart *hystart; /* NULL without */
    TcpCubic *cubic;     /* NULL: nothing to remember */

    /* Sending, in numbers of the stream. */
    uint64_t unacknowledged, next, written; /* written: past the last byte that there is to send */
    uint64_t window_end;                    /* that the receiver grants */
    uint64_t recovery_end;                  /* what was sent when the trouble began */
    uint64_t undo_mark;                     /* where it began, 0: it cannot be undone */
    uint64_t probe_end;                     /* what had been sent at the tail loss probe, 0: none */
    uint64_t round_trip_end, usage_end;     /* of the rounds of RTO and of the window's use */
    uint64_t highest_sacked;
    SimDuration rack_round_trip;
    SimDuration round_trip_8, rto, round_trip_min;
    SimTime sent_last, window_used_at;
    SimTime timer_at;
    SimTime turn_ended; /* tcp_has_turn() */

    /* Receiving. */
    uint64_t received;                     /* next expected */
    uint64_t peer_end;                     /* the number of its FIN, 0: not known */
    uint64_t acknowledged;                 /* as this end last told */
    uint64_t granted;                      /* the window's right edge, as told */
    uint64_t tuned;                        /* the stream's place when the window was last tuned */
    SimTime tuned_at, received_at, ack_at; /* ack_at: a delayed ACK is due, 0: none */
    uint32_t receiver_round_trip_us, ack_timeout_us;

    /* Of RTO, in microseconds, which is enough for what has a floor of 200 ms. */
    uint32_t deviation_4_us, deviation_max_us, variance_us;

    /* Windows and counts of segments. */
    uint32_t window, window_count, threshold, prior_threshold, prior_window;
    uint32_t window_used, most_out, reduction_delivered, reduction_sent;
    uint32_t sacked, lost, out_again, reordering;
    uint32_t delivered, losses; /* so far */
    uint32_t rack_turn;         /* of the last sent segment that is known to have arrived */
    int32_t undo_count;         /* sent again and not reported as duplicate; -1: nothing was */
    uint32_t next_lost; /* records before it are not both lost and waiting to be sent again */
    uint32_t send_buffer_bytes, receive_window_bytes, receive_limit_bytes, tuned_bytes;
    uint32_t read_end;     /* where reading has stopped, modulo 2^32 (if leaves_unread) */
    uint32_t stamp_recent; /* to be echoed */
    uint32_t stamp_resent; /* of the first segment of the trouble that was sent again */
    uint32_t resent;       /* segments sent again so far */
    uint16_t mss_bytes, receive_mss_bytes;
    uint8_t state, phase, timer, events;
    uint8_t backoff, timeouts, quick, small_segments;
    uint8_t rack_steps, rack_persist, pingpong, probe_was_again;
    uint8_t window_probes; /* of a window that is shut, since it was */
    bool is_limited, is_orphan;
    bool is_closed; /* a FIN is to be sent after what is written */
    bool fin_sent, ack_now, has_sent_in_turn, is_ack_scheduled;
    bool is_active : 1, rack_has_moved : 1, has_reordered : 1, has_duplicate_report : 1,
        has_resent : 1, leaves_unread : 1;
    bool syn_due : 1, reset_due : 1, probe_due : 1, window_probe_due : 1;
} Tcp;

/* Begins with a SYN. */
void tcp_open(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
              SimTime now);
/* Begins with the SYN that has come; tcp_receive() is called with it next. */
void tcp_accept(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
                SimTime now);
/* Begins open: a connection that stood before the run. */
void tcp_stand(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
               SimTime now);
void tcp_clear(Tcp *tcp);

void tcp_write(Tcp *tcp, SimTime now, uint64_t size_bytes);
void tcp_close(Tcp *tcp, SimTime now);
/* Nobody reads any more: it waits for the other side's end for tcp.time-wait only. */
void tcp_orphan(Tcp *tcp, SimTime now);
/* Gives up at once; the other side is told by a reset unless it knows. */
void tcp_abort(Tcp *tcp);

/* The application has read up to that place and leaves the rest, which shuts the window;
 * 0: it reads all at once (again), as it does from the beginning. */
void tcp_read_to(Tcp *tcp, uint64_t place);

void tcp_receive(Tcp *tcp, SimTime now, const TcpSegment *segment);
void tcp_expire(Tcp *tcp, SimTime now);
SimTime tcp_deadline(const Tcp *tcp); /* SIM_TIME_MAX: none */

/* Whether tcp_next_segment() is to be called: not again in the instant in which it has returned
 * false, unless the machine has been given something since. */
static inline bool tcp_has_turn(const Tcp *tcp, SimTime now)
{
    return tcp->turn_ended != now;
}
/* The next segment to send now, by value. */
bool tcp_next_segment(Tcp *tcp, SimTime now, TcpSegment *ret_segment);
/* The segment just taken found no room in this host's own queue: it is not sent after all, and the
 * window comes down. Nothing more is to be taken until something happens. */
void tcp_was_dropped(Tcp *tcp, SimTime now, const TcpSegment *segment);

unsigned tcp_take_events(Tcp *tcp);

/* What a segment takes on a link with IPv4, headers included. */
uint32_t tcp_segment_wire_bytes(const Tcp *tcp, const TcpSegment *segment);
/* The reset that answers a segment of no known connection; false when none is due. */
bool tcp_answer_unknown(const TcpSegment *segment, TcpSegment *ret_reset);

/* Segments that are out and neither acknowledged nor taken for lost. */
static inline uint32_t tcp_in_flight(const Tcp *tcp)
{
    return tcp->sent.count - tcp->sacked - tcp->lost + tcp->out_again;
}

/* Room in the send buffer for more to be written. It may be written beyond that, and waits. */
static inline uint32_t tcp_room(const Tcp *tcp)
{
    const uint64_t used = tcp->written - tcp->unacknowledged;
    return used >= tcp->send_buffer_bytes ? 0 : tcp->send_buffer_bytes - (uint32_t)used;
}

/* Its end of the stream has been received, and all before it. */
static inline bool tcp_peer_has_closed(const Tcp *tcp)
{
    return tcp->peer_end != 0 && tcp->received > tcp->peer_end;
}

static inline bool tcp_is_in_time_wait(const Tcp *tcp)
{
    return tcp->state == TCP_TIME_WAIT;
}

const char *tcp_state_name(TcpState state);

/* Fails the program when an invariant is broken. */
void tcp_check(const Tcp *tcp);

#endif
