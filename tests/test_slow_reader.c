/* SPDX-License-Identifier: MIT */
/* An application that reads slowly, from the muxer down to TCP's window: bytes that nobody reads
 * shut it, and nothing that was written is lost from the record. */
#include "tests/suite.h"

#include "models/layered.h"
#include "tests/tcp_rig.h"
#include "tests/toy_network.h"

#include <string.h>

/* TCP alone: B stops reading at byte 20,000 until told otherwise. */

enum { STOPS_AT = 20000 };

static void stop_reading(TcpRig *rig, unsigned end)
{
    if (end == 1 && rig->now < 10 * SIM_SECOND && rig->ends[1].received > STOPS_AT) {
        tcp_read_to(&rig->ends[1], 1 + STOPS_AT);
    }
}

static void unread_bytes_shut_the_window(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    rig->happened = stop_reading;
    rig->is_quiet = true;
    tcp_rig_open(rig);
    tcp_rig_write(rig, 0, 1000000);
    tcp_rig_run(rig, 2 * SIM_SECOND);
    const Tcp *reader = &rig->ends[1];
    const uint64_t stopped = reader->received;
    CU_ASSERT(stopped >= STOPS_AT && stopped <= 1 + STOPS_AT + reader->receive_window_bytes);
    CU_ASSERT_EQUAL(rig->ends[0].unacknowledged, stopped);
    /* Probes go out ever more rarely, and change nothing. */
    const uint64_t sent_before = rig->sent[0];
    tcp_rig_run(rig, 9 * SIM_SECOND);
    CU_ASSERT_EQUAL(reader->received, stopped);
    CU_ASSERT(rig->sent[0] - sent_before >= 2 && rig->sent[0] - sent_before <= 5);
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_ESTABLISHED);
    /* It reads again: the window is told at once. */
    tcp_rig_run(rig, 10 * SIM_SECOND);
    tcp_read_to(&rig->ends[1], 0);
    tcp_rig_flush(rig, 1);
    tcp_rig_run(rig, 10 * SIM_SECOND + 101 * SIM_MILLISECOND);
    CU_ASSERT(reader->received > stopped);
    tcp_rig_run(rig, 60 * SIM_SECOND);
    CU_ASSERT_EQUAL(reader->received, 1000001);
}

/* The update that opens the window is lost: a probe finds out. */
static void lost_window_update_is_asked_for(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    rig->happened = stop_reading;
    rig->is_quiet = true;
    tcp_rig_open(rig);
    tcp_rig_write(rig, 0, 1000000);
    tcp_rig_run(rig, 10 * SIM_SECOND);
    g_autofree char *script = g_strdup_printf("B%" G_GUINT64_FORMAT " lost", rig->sent[1] + 1);
    rig->script = script;
    tcp_read_to(&rig->ends[1], 0);
    tcp_rig_flush(rig, 1);
    const uint64_t stopped = rig->ends[1].received;
    tcp_rig_run(rig, 10 * SIM_SECOND + 150 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(rig->ends[1].received, stopped);
    tcp_rig_run(rig, 120 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[1].received, 1000001);
}

/* Under hosts: peer 0 writes 40 messages of 32 KiB on one stream, then a small one on another. */

enum { MESSAGES = 40, MESSAGE_BYTES = 32768 };

static void send_one(Host *host, Stream *stream, int64_t content, uint32_t size_bytes)
{
    stream_send(host, stream,
                &(Message){.content = &content,
                           .content_size_bytes = sizeof content,
                           .size_bytes = size_bytes});
}

static void write_both(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT_EQUAL(outcome, OUTCOME_OPEN);
    Stream *bulk = host_open(host, peer, 0, NULL);
    for (int64_t i = 0; i < MESSAGES; i++) {
        send_one(host, bulk, 1000 + i, MESSAGE_BYTES);
    }
    send_one(host, host_open(host, peer, 0, NULL), 77, 8);
}

typedef struct SlowCase {
    const char *stack, *setting;
    const char *rows[4];
    SimTime until;
    const char *fates;
    double small_ms_min, small_ms_max; /* when the small message is there, between; 0: not at all */
} SlowCase;

static double small_message_ms(const ToyNetwork *toy)
{
    const char *at = strstr(toy->log->str, " 77");
    if (at == NULL) {
        return 0;
    }
    while (at > toy->log->str && at[-1] != ';') {
        at--;
    }
    return g_ascii_strtod(at, NULL);
}

/* Each message has a row, whatever stops it: it waits in the muxer, in TCP's window, on the wire,
 * or with a reader. The small message is behind the bulk in mplex and beside it in yamux. */
static void every_message_is_accounted_for(void)
{
    static const SlowCase CASES[] = {
        {"tcp/plaintext/mplex",
         "mplex.slow-reader=block",
         {"0ms dial 0 1"},
         30 * SIM_SECOND,
         "delivered|41",
         3000,
         4500},
        {"tcp/plaintext/mplex",
         "mplex.slow-reader=block",
         {"0ms dial 0 1"},
         3 * SIM_SECOND,
         "delivered|10;in-flight|31",
         0,
         0},
        {"tcp/plaintext/mplex",
         "mplex.slow-reader=block",
         {"0ms dial 0 1", "3s crash 1"},
         60 * SIM_SECOND,
         "dead-peer|28;delivered|10;reset|3",
         0,
         0},
        {"tcp/plaintext/mplex",
         "mplex.patience=100ms",
         {"0ms dial 0 1"},
         60 * SIM_SECOND,
         "delivered|1;reset|40",
         150,
         600},
        {"tcp/plaintext/yamux",
         "yamux.auto-tune=no",
         {"0ms dial 0 1"},
         30 * SIM_SECOND,
         "delivered|41",
         60,
         1000},
        {"tcp/plaintext/yamux",
         "yamux.auto-tune=no",
         {"0ms dial 0 1"},
         3 * SIM_SECOND,
         "delivered|11;in-flight|30",
         60,
         1000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const SlowCase *one = &CASES[i];
        g_autofree char *stack = g_strdup_printf("stack.name=%s", one->stack);
        const char *const settings[] = {stack, one->setting, "reader.rate=1Mbit/s",
                                        "stack.preset=plain", NULL};
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy->hooks.dialed = write_both;
        toy_network_run(toy, one->rows, one->until);
        database_fixture_expect(
            toy->database, "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1", one->fates);
        const double small_ms = small_message_ms(toy);
        CU_ASSERT(small_ms >= one->small_ms_min && small_ms <= one->small_ms_max);
    }
}

CU_TestInfo suite_slow_reader[] = {
    {"unread_bytes_shut_the_window", unread_bytes_shut_the_window},
    {"lost_window_update_is_asked_for", lost_window_update_is_asked_for},
    {"every_message_is_accounted_for", every_message_is_accounted_for},
    CU_TEST_INFO_NULL,
};
