/* SPDX-License-Identifier: MIT */
/* QUIC's machine: handshakes, losses, ends and bytes, as whole sequences of datagrams. */
#include "tests/quic_rig.h"
#include "tests/suite.h"

#include <string.h>

static const SimDuration MS = SIM_MILLISECOND;

static void a_handshake_takes_one_round_trip(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, SIM_SECOND);
    quic_rig_expect(&rig, "0>I(c)1280; 50<I(ac)H(c)1280; 100>I(a)H(ac)1280; 150<1(d)24; "
                          "225>1(a)29; ");
    CU_ASSERT_EQUAL(rig.ends[0].opened, 100 * MS);
    CU_ASSERT_EQUAL(rig.ends[1].opened, 150 * MS);
    CU_ASSERT_TRUE(rig.ends[0].quic.is_confirmed);
    quic_rig_clear(&rig);
}

static void a_lost_initial_waits_for_the_first_timeout(void)
{
    static const struct {
        const char *change;
        SimTime opened;
    } CASES[] = {{NULL, 300}, {"first-timeout=1s", 1100}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].change, NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        rig.ends[0].losses[0] = 1;
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 3 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig.ends[0].opened / MS, CASES[i].opened);
        quic_rig_clear(&rig);
    }
}

static void a_server_sends_three_times_what_came(void)
{
    static const char *const CHANGES[] = {"server-flight=9000B", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 99 * MS);
    CU_ASSERT_TRUE(rig.ends[1].sent_bytes <= 3 * 1280 && rig.ends[1].sent_bytes > 3 * 1240);
    quic_rig_run(&rig, 2 * SIM_SECOND);
    CU_ASSERT_TRUE(rig.ends[0].opened >= 200 * MS); /* it took a round trip more */
    CU_ASSERT_TRUE(rig.ends[0].quic.is_confirmed);
    quic_rig_clear(&rig);
}

static void a_lost_packet_delays_its_stream_only(void)
{
    static const char *const CHANGES[] = {"keep-alive=0", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_stand(&rig);
    rig.ends[0].losses[0] = 2;
    for (unsigned i = 0; i < 6; i++) {
        quic_rig_write(&rig, 0, 1 + i, 1200, i);
        quic_rig_flush(&rig, 0);
    }
    quic_rig_run(&rig, SIM_SECOND);
    quic_rig_expect_news(&rig, "50 1:0; 50 3:2; 50 4:3; 50 5:4; 50 6:5; 150 2:1; ");
    quic_rig_clear(&rig);
}

/* On one stream all waits behind the hole. */
static void a_stream_is_in_order(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    rig.ends[0].losses[0] = 2;
    for (unsigned i = 0; i < 6; i++) {
        quic_rig_write(&rig, 0, 1, 1200, i);
        quic_rig_flush(&rig, 0);
    }
    quic_rig_run(&rig, SIM_SECOND);
    quic_rig_expect_news(&rig, "50 1:0; 150 1:1; 150 1:2; 150 1:3; 150 1:4; 150 1:5; ");
    quic_rig_clear(&rig);
}

static void ends_of_streams(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    quic_rig_write(&rig, 0, 1, 10, 7);
    quic_stream_end(&rig.ends[0].quic, 1, STREAM_HALF_CLOSE);
    quic_rig_write(&rig, 0, 2, 10, 8);
    quic_stream_end(&rig.ends[0].quic, 2, STREAM_CLOSE);
    quic_rig_write(&rig, 0, 3, 10, 9);
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 60 * MS);
    quic_rig_expect_news(&rig, "50 1:7; 50 1:half; 50 2:8; 50 2:close; 50 3:9; ");
    CU_ASSERT_PTR_NULL(quic_stream_write(&rig.ends[1].quic, 2, 10, 8)); /* nobody reads it there */
    quic_rig_write(&rig, 1, 1, 10, 17);
    quic_stream_end(&rig.ends[1].quic, 1, STREAM_HALF_CLOSE);
    quic_stream_end(&rig.ends[0].quic, 3, STREAM_RESET);
    quic_rig_flush(&rig, 0);
    quic_rig_flush(&rig, 1);
    quic_rig_run(&rig, SIM_SECOND);
    for (unsigned i = 0; i < 2; i++) {
        const Quic *quic = &rig.ends[i].quic;
        CU_ASSERT_PTR_NULL(quic->streams);
        /* And an idle half is small, with all that it holds. */
        CU_ASSERT_PTR_NULL(quic->spaces[QUIC_APPLICATION]->packets);
        CU_ASSERT_PTR_NULL(quic->spaces[QUIC_APPLICATION]->frames);
    }
    quic_rig_clear(&rig);
}

static void streams_wait_for_numbers(void)
{
    static const char *const CHANGES[] = {"streams=2", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_stand(&rig);
    for (unsigned i = 0; i < 3; i++) {
        quic_rig_write(&rig, 0, 1 + i, 10, i);
    }
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 200 * MS);
    quic_rig_expect_news(&rig, "50 1:0; 50 2:1; ");
    quic_stream_end(&rig.ends[0].quic, 1, STREAM_HALF_CLOSE);
    quic_stream_end(&rig.ends[1].quic, 1, STREAM_HALF_CLOSE);
    quic_rig_flush(&rig, 0);
    quic_rig_flush(&rig, 1);
    quic_rig_run(&rig, SIM_SECOND);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.news->str, "3:2; "));
    quic_rig_clear(&rig);
}

static void silence_ends_a_connection(void)
{
    static const struct {
        const char *keep_alive;
        bool is_cut, ends;
    } CASES[] = {{"keep-alive=0", false, true},
                 {"keep-alive=15s", false, false},
                 {"keep-alive=15s", true, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].keep_alive, NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        quic_rig_stand(&rig);
        if (CASES[i].is_cut) {
            for (unsigned k = 0; k < QUIC_RIG_LOSSES; k++) {
                rig.ends[0].losses[k] = rig.ends[1].losses[k] = k + 1;
            }
        }
        quic_rig_run(&rig, 100 * SIM_SECOND);
        const bool has_ended = (rig.ends[0].events & QUIC_EVENT_TIMED_OUT) != 0;
        CU_ASSERT_EQUAL(has_ended, CASES[i].ends);
        quic_rig_clear(&rig);
    }
}

static void a_handshake_without_answer_is_given_up(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    for (unsigned k = 0; k < QUIC_RIG_LOSSES; k++) {
        rig.ends[0].losses[k] = k + 1;
    }
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 4999 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].events, 0);
    quic_rig_run(&rig, 5001 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].events, QUIC_EVENT_TIMED_OUT);
    /* Timeouts double: 200 ms, then 400, 800, 1600. */
    quic_rig_expect(&rig, "0>I(c)1280!; 200>I(c)1280!; 600>I(c)1280!; 1400>I(c)1280!; "
                          "3000>I(c)1280!; ");
    quic_rig_clear(&rig);
}

/* A receiver that says nothing itself asks with every 20th ACK to be acknowledged, lest its ranges
 * and what it has out grow for ever. */
static void every_twentieth_lonely_ack_asks_for_one(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    unsigned acks = 0, pings = 0;
    for (unsigned i = 0; i < 120; i++) { /* an ACK for every second */
        quic_rig_write(&rig, 0, 1, 100, i);
        quic_rig_flush(&rig, 0);
        quic_rig_run(&rig, rig.now + (i % 2 == 0 ? 1 : 200) * MS);
    }
    for (const char *at = rig.log->str; (at = strstr(at, "<1(a")) != NULL; at++) {
        acks++;
        if (g_str_has_prefix(at, "<1(ap)")) {
            pings++;
            CU_ASSERT_EQUAL(acks, 20 * pings);
        }
    }
    CU_ASSERT_EQUAL(acks, 60);
    CU_ASSERT_EQUAL(pings, 3);
    CU_ASSERT_TRUE(rig.ends[1].quic.spaces[QUIC_APPLICATION]->floor >= 80);
    quic_rig_clear(&rig);
}

static void closing_waits_for_what_was_written(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    quic_rig_write(&rig, 0, 1, 10, 7);
    quic_close(&rig.ends[0].quic, 0);
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 10 * SIM_SECOND);
    quic_rig_expect_news(&rig, "50 1:7; ");
    CU_ASSERT_EQUAL(rig.ends[1].events, QUIC_EVENT_PEER_CLOSED);
    CU_ASSERT_EQUAL(rig.ends[0].quic.state, QUIC_CLOSED);
    /* The ACK takes its 25 ms. */
    quic_rig_expect(&rig, "0>1(s)35; 75<1(a)29; 125>1(x)26; ");
    quic_rig_clear(&rig);
}

/* Before the first answer, with the only keys that there are, and padded. */
static void a_dial_may_be_called_off(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    rig.log = g_string_new(NULL);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 10 * MS);
    quic_close(&rig.ends[0].quic, 10 * MS);
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 30 * SIM_SECOND);
    quic_rig_expect(&rig, "0>I(c)1280; 10>I(x)1280; 50<I(ac)H(c)1280; 100>I(x)1280; ");
    CU_ASSERT_EQUAL(rig.ends[1].events, QUIC_EVENT_RESET);
    CU_ASSERT_EQUAL(rig.ends[1].quic.state, QUIC_CLOSED);
    CU_ASSERT_EQUAL(rig.ends[0].quic.state, QUIC_CLOSED);
    quic_rig_clear(&rig);
}

static void a_stranger_is_reset(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    quic_rig_write(&rig, 0, 1, 100, 7);
    GByteArray *bytes = g_byte_array_new();
    CU_ASSERT_TRUE_FATAL(quic_next_datagram(&rig.ends[0].quic, 0, bytes));
    QuicDatagram reset;
    CU_ASSERT_TRUE(quic_answer_unknown(
        &rig.settings, (const QuicDatagram *)(const void *)bytes->data, true, &reset));
    CU_ASSERT_EQUAL(reset.wire_bytes, 43);
    quic_receive(&rig.ends[0].quic, MS, &reset);
    CU_ASSERT_EQUAL(quic_take_events(&rig.ends[0].quic), QUIC_EVENT_RESET);
    g_byte_array_unref(bytes);
    quic_rig_clear(&rig);
}

static void persistent_congestion_leaves_two_packets(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    quic_rig_stand(&rig);
    quic_rig_write(&rig, 0, 1, 1200, 0);
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 200 * MS); /* a round trip is known */
    for (unsigned i = 0; i < 7; i++) {
        rig.ends[0].losses[i] = 2 + i;
    }
    quic_rig_write(&rig, 0, 1, 1200, 1);
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 20 * SIM_SECOND);
    CU_ASSERT_EQUAL(quic_rig_received(&rig, 1, 1), 2400);
    CU_ASSERT_TRUE(rig.ends[0].quic.packets_lost >= 4);
    CU_ASSERT_TRUE(rig.ends[0].quic.window <= 4 * 1280);
    quic_rig_clear(&rig);
}

/* The client's Finished comes 5 ms behind what it wrote as soon as it was open: that waits for the
 * keys, and nothing is sent again. 32 packets are kept, and one more is lost. */
static void what_comes_before_its_keys_is_kept(void)
{
    static const struct {
        uint32_t late; /* datagram */
        unsigned written, at_ms, kept, lost;
    } CASES[] = {
        {0, 40, 150, 40, 0}, {2, 32, 155, 32, 0}, {2, 33, 155, 32, 1}, {2, 40, 155, 32, 8}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        static const char *const CHANGES[] = {"initial-window=100", "pacing=no", NULL};
        QuicRig rig;
        quic_rig_init(&rig, CHANGES);
        rig.ends[0].late = CASES[i].late;
        rig.ends[0].lateness = 5 * MS;
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 100 * MS + 1);
        g_autoptr(GString) news = g_string_new(NULL);
        for (unsigned k = 0; k < CASES[i].written; k++) {
            quic_rig_write(&rig, 0, 1 + k, 100, k);
            quic_rig_flush(&rig, 0);
            if (k < CASES[i].kept) {
                g_string_append_printf(news, "%u %u:%u; ", CASES[i].at_ms, 1 + k, k);
            }
        }
        quic_rig_run(&rig, 156 * MS);
        quic_rig_expect_news(&rig, news->str);
        quic_rig_run(&rig, 2 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig.ends[0].quic.packets_lost, CASES[i].lost);
        if (CASES[i].lost == 0) { /* the wait counts as the server's delay */
            CU_ASSERT_DOUBLE_EQUAL((double)rig.ends[0].quic.smoothed, (double)(100 * MS), 1000);
        }
        CU_ASSERT_PTR_NULL(rig.ends[1].quic.kept);
        quic_rig_clear(&rig);
    }
}

/* A Handshake packet waits for the server's Initial, whose keys it needs. */
static void a_handshake_waits_for_the_hello(void)
{
    static const char *const CHANGES[] = {"server-flight=2400B", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.ends[1].late = 1;
    rig.ends[1].lateness = 5 * MS;
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 106 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].opened, 105 * MS);
    quic_rig_run(&rig, SIM_SECOND);
    CU_ASSERT_EQUAL(rig.ends[1].opened, 155 * MS);
    CU_ASSERT_EQUAL(rig.ends[1].quic.packets_lost, 0);
    quic_rig_clear(&rig);
}

static void early_data_saves_the_round_trip(void)
{
    static const char *const CHANGES[] = {"early-data=yes", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_write(&rig, 0, 1, 100, 7);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, SIM_SECOND);
    CU_ASSERT_EQUAL(rig.ends[0].opened, 0);
    quic_rig_expect_news(&rig, "50 1:7; ");
    quic_rig_clear(&rig);
}

/* RFC 9000, section 19, by hand. */
static void frames_take_their_bytes(void)
{
    const struct {
        const QuicFrame *frame; /* which may be followed by more, so it stands alone */
        uint32_t bytes;
    } CASES[] = {
        {&(QuicFrame){.kind = QUIC_FRAME_PING}, 1},
        {&(QuicFrame){.kind = QUIC_FRAME_HANDSHAKE_DONE}, 1},
        {&(QuicFrame){.kind = QUIC_FRAME_STREAM, .length = 10}, 1 + 1 + 1 + 10},
        {&(QuicFrame){.kind = QUIC_FRAME_STREAM, .flags = QUIC_LAST, .length = 10}, 1 + 1 + 10},
        {&(QuicFrame){.kind = QUIC_FRAME_STREAM, .length = 100, .number = 16, .value = 20000},
         1 + 2 + 4 + 2 + 100},
        {&(QuicFrame){.kind = QUIC_FRAME_CRYPTO, .value = 64, .length = 64}, 1 + 2 + 2 + 64},
        {&(QuicFrame){.kind = QUIC_FRAME_MAX_DATA, .value = 786432}, 1 + 4},
        {&(QuicFrame){.kind = QUIC_FRAME_MAX_DATA, .value = UINT64_C(1) << 30}, 1 + 8},
        {&(QuicFrame){.kind = QUIC_FRAME_MAX_STREAM_DATA, .value = 524288}, 1 + 1 + 4},
        {&(QuicFrame){.kind = QUIC_FRAME_MAX_STREAMS, .value = 257}, 1 + 2},
        {&(QuicFrame){.kind = QUIC_FRAME_RESET_STREAM, .value = 5}, 1 + 1 + 1 + 1},
        {&(QuicFrame){.kind = QUIC_FRAME_STOP_SENDING}, 1 + 1 + 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        CU_ASSERT_EQUAL(quic_frame_wire_bytes(CASES[i].frame), CASES[i].bytes);
    }
    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_APPLICATION, true, 0, 0), 23);
    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_APPLICATION, true, 1 << 15, 0), 24);
    /* flags 1, version 4, ids 1 + 8 and 1 + 4, token 1, length 2, number 2, tag 16 */
    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_INITIAL, true, 0, 0), 40);
    /* with a token of 90, whose length takes 2, and 4 of the listener's id */
    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_INITIAL, true, 0, 90), 36 + 1 + 90);
    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_INITIAL, false, 0, 0), 36);
    /* flags 1, version 4, ids 1 + 4 and 1 + 4, token, tag 16; versions instead, an id of 8 */
    CU_ASSERT_EQUAL(quic_retry_bytes(90), 31 + 90);
    CU_ASSERT_EQUAL(quic_version_negotiation_bytes(), 19 + 2 * 4);

    CU_ASSERT_EQUAL(quic_packet_overhead_bytes(QUIC_HANDSHAKE, true, 0, 0), 35);
}

static void ranges_stay_in_order(void)
{
    QuicRanges set = {0};
    quic_ranges_add(&set, 10, 20);
    quic_ranges_add(&set, 30, 40);
    quic_ranges_add(&set, 0, 5);
    CU_ASSERT_EQUAL(set.count, 3);
    quic_ranges_add(&set, 5, 10);
    CU_ASSERT_EQUAL(set.count, 2);
    quic_ranges_remove(&set, 12, 35);
    CU_ASSERT_TRUE(quic_ranges_has(&set, 11) && !quic_ranges_has(&set, 12));
    CU_ASSERT_TRUE(quic_ranges_has(&set, 35) && !quic_ranges_has(&set, 34));
    quic_ranges_check(&set);
    CU_ASSERT_EQUAL(quic_ranges_advance(&set, 0), 12);
    CU_ASSERT_EQUAL(set.count, 1);
    quic_ranges_clear(&set);
}

CU_TestInfo suite_quic[] = {
    {"a_handshake_takes_one_round_trip", a_handshake_takes_one_round_trip},
    {"a_lost_initial_waits_for_the_first_timeout", a_lost_initial_waits_for_the_first_timeout},
    {"a_server_sends_three_times_what_came", a_server_sends_three_times_what_came},
    {"a_lost_packet_delays_its_stream_only", a_lost_packet_delays_its_stream_only},
    {"a_stream_is_in_order", a_stream_is_in_order},
    {"ends_of_streams", ends_of_streams},
    {"streams_wait_for_numbers", streams_wait_for_numbers},
    {"silence_ends_a_connection", silence_ends_a_connection},
    {"a_handshake_without_answer_is_given_up", a_handshake_without_answer_is_given_up},
    {"every_twentieth_lonely_ack_asks_for_one", every_twentieth_lonely_ack_asks_for_one},
    {"closing_waits_for_what_was_written", closing_waits_for_what_was_written},
    {"a_dial_may_be_called_off", a_dial_may_be_called_off},
    {"a_stranger_is_reset", a_stranger_is_reset},
    {"persistent_congestion_leaves_two_packets", persistent_congestion_leaves_two_packets},
    {"what_comes_before_its_keys_is_kept", what_comes_before_its_keys_is_kept},
    {"a_handshake_waits_for_the_hello", a_handshake_waits_for_the_hello},
    {"early_data_saves_the_round_trip", early_data_saves_the_round_trip},
    {"frames_take_their_bytes", frames_take_their_bytes},
    {"ranges_stay_in_order", ranges_stay_in_order},
    CU_TEST_INFO_NULL,
};
