/* SPDX-License-Identifier: MIT */
/* Retry and Version Negotiation: the round trips and bytes they add, and what is not believed. */
#include "tests/quic_rig.h"
#include "tests/suite.h"

static const SimDuration MS = SIM_MILLISECOND;

/* Each adds a round trip and leaves the rest as it is: 31 + 90 bytes of Retry, 27 of Version
 * Negotiation. The numbers of packets go on. */
static void each_adds_a_round_trip(void)
{
    static const struct {
        const char *retry, *negotiation, *log;
        int64_t opened_ms;
        unsigned restarts;
    } CASES[] = {
        {"retry=no", "version-negotiation=no",
         "0>I(c)1280; 50<I(ac)H(c)1280; 100>I(a)H(ac)1280; 150<1(d)24; 225>1(a)29; ", 100, 0},
        {"retry=yes", "version-negotiation=no",
         "0>I(c)1280; 50<R121; 100>I(c)1280; 150<I(ac)H(c)1280; 200>I(a)H(ac)1280; 250<1(d)24; "
         "325>1(a)29; ",
         200, 1},
        {"retry=no", "version-negotiation=yes",
         "0>I(c)1280; 50<V27; 100>I(c)1280; 150<I(ac)H(c)1280; 200>I(a)H(ac)1280; 250<1(d)24; "
         "325>1(a)29; ",
         200, 1},
        {"retry=yes", "version-negotiation=yes",
         "0>I(c)1280; 50<V27; 100>I(c)1280; 150<R121; 200>I(c)1280; 250<I(ac)H(c)1280; "
         "300>I(a)H(ac)1280; 350<1(d)24; 425>1(a)29; ",
         300, 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].retry, CASES[i].negotiation, NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 2 * SIM_SECOND);
        quic_rig_expect(&rig, CASES[i].log);
        CU_ASSERT_EQUAL(rig.ends[0].opened, CASES[i].opened_ms * MS);
        CU_ASSERT_EQUAL(rig.ends[1].opened, (CASES[i].opened_ms + 50) * MS);
        CU_ASSERT_EQUAL(rig.ends[0].quic.restarts, CASES[i].restarts);
        CU_ASSERT_EQUAL(rig.ends[0].quic.packets_lost, 0);
        quic_rig_clear(&rig);
    }
}

/* A flight of 9,000 bytes waits for more of the client at three times what came, and takes a round
 * trip more; behind a Retry it goes at once, so that both take as long. */
static void a_token_lifts_the_limit_of_three_times(void)
{
    for (unsigned has_retry = 0; has_retry < 2; has_retry++) {
        const char *const changes[] = {"server-flight=9000B", "pacing=no",
                                       has_retry == 1 ? "retry=yes" : "retry=no", NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 50 * MS + 100 * MS * has_retry + 1);
        CU_ASSERT_EQUAL(rig.ends[1].sent_bytes > 9000, has_retry == 1);
        CU_ASSERT_TRUE(has_retry == 1 || rig.ends[1].sent_bytes <= 3 * 1280);
        quic_rig_run(&rig, 2 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig.ends[0].opened, 200 * MS);
        quic_rig_clear(&rig);
    }
}

/* The first timeout is over before the Retry comes: two Initial packets without a token, two Retry
 * packets, of which the second says nothing; nor is the round trip measured by them. */
static void a_second_retry_says_nothing(void)
{
    static const char *const CHANGES[] = {"retry=yes", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.delay = 150 * MS;
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 300 * MS + 1);
    quic_rig_expect(&rig, "0>I(c)1280; 150<R121; 200>I(c)1280; 300>I(c)1280; ");
    CU_ASSERT_EQUAL(rig.ends[0].quic.least, 0);
    quic_rig_run(&rig, 599 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].quic.restarts, 1);
    quic_rig_run(&rig, 5 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig.ends[0].opened, 600 * MS);
    quic_rig_clear(&rig);
}

/* A Retry is lost: the dialer asks again. Its round trip counts for the next timeout. */
static void a_lost_retry_is_asked_for_again(void)
{
    static const char *const CHANGES[] = {"retry=yes", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.ends[1].losses[0] = 1;
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 2 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig.ends[0].opened, 400 * MS);
    quic_rig_clear(&rig);

    quic_rig_init(&rig, CHANGES);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 101 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].quic.least, 100 * MS);
    quic_rig_clear(&rig);
}

/* Once the server has answered, neither is believed (RFC 9000, sections 6.2 and 17.2.5.2). */
static void what_comes_late_is_not_believed(void)
{
    static const uint32_t FLAGS[] = {QUIC_RETRY, QUIC_VERSION_NEGOTIATION};
    for (size_t i = 0; i < G_N_ELEMENTS(FLAGS); i++) {
        QuicRig rig;
        quic_rig_init(&rig, NULL);
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 101 * MS);
        const QuicDatagram notice = {
            .size_bytes = (uint32_t)sizeof notice, .wire_bytes = 121, .flags = FLAGS[i]};
        quic_receive(&rig.ends[0].quic, rig.now, &notice);
        quic_receive(&rig.ends[1].quic, rig.now, &notice);
        quic_rig_run(&rig, SIM_SECOND);
        quic_rig_expect(&rig, "0>I(c)1280; 50<I(ac)H(c)1280; 100>I(a)H(ac)1280; 150<1(d)24; "
                              "225>1(a)29; ");
        CU_ASSERT_EQUAL(rig.ends[0].quic.restarts, 0);
        quic_rig_clear(&rig);
    }
    /* Nor when it has not said all. */
    static const char *const CHANGES[] = {"server-hello=6000B", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 101 * MS);
    const QuicDatagram notice = {
        .size_bytes = (uint32_t)sizeof notice, .wire_bytes = 121, .flags = QUIC_RETRY};
    quic_receive(&rig.ends[0].quic, rig.now, &notice);
    CU_ASSERT_EQUAL(rig.ends[0].quic.state, QUIC_SHAKING);
    CU_ASSERT_EQUAL(rig.ends[0].quic.restarts, 0);
    quic_rig_clear(&rig);
}

/* What was sent of streams before the Retry goes again (section 17.2.5.3). */
static void early_data_goes_again(void)
{
    static const char *const CHANGES[] = {"retry=yes", "early-data=yes", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_write(&rig, 0, 1, 100, 7);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, SIM_SECOND);
    quic_rig_expect_news(&rig, "150 1:7; ");
    quic_rig_clear(&rig);
}

CU_TestInfo suite_quic_retry[] = {
    {"each_adds_a_round_trip", each_adds_a_round_trip},
    {"a_token_lifts_the_limit_of_three_times", a_token_lifts_the_limit_of_three_times},
    {"a_second_retry_says_nothing", a_second_retry_says_nothing},
    {"a_lost_retry_is_asked_for_again", a_lost_retry_is_asked_for_again},
    {"what_comes_late_is_not_believed", what_comes_late_is_not_believed},
    {"early_data_goes_again", early_data_goes_again},
    CU_TEST_INFO_NULL,
};
