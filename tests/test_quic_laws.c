/* SPDX-License-Identifier: MIT */
/* QUIC's throughput against arithmetic: windows, a full path, Mathis' formula. */
#include "tests/quic_rig.h"
#include "tests/suite.h"

#include <math.h>
#include <stdio.h>

/* Keeps a stream from running dry, for so long; what arrived in bytes per second. */
static double goodput(QuicRig *rig, SimDuration warm_up, SimDuration duration)
{
    g_string_free(rig->log, TRUE);
    rig->log = NULL;
    rig->tells_items = false;
    quic_rig_stand(rig);
    uint64_t before = 0;
    for (SimTime at = 0; at < warm_up + duration; at += 100 * SIM_MILLISECOND) {
        const QuicStream *stream = quic_stream_find(&rig->ends[0].quic, 1);
        while (stream == NULL || stream->written < stream->sent + (UINT64_C(8) << 20)) {
            quic_rig_write(rig, 0, 1, 65536, 0);
            stream = quic_stream_find(&rig->ends[0].quic, 1);
        }
        quic_rig_flush(rig, 0);
        quic_rig_run(rig, at + 100 * SIM_MILLISECOND);
        if (at < warm_up) {
            before = quic_rig_received(rig, 1, 1);
        }
    }
    return (double)(quic_rig_received(rig, 1, 1) - before) / ((double)duration * 1e-9);
}

/* More credit is granted by the first packet that ends a share s of the window W or more behind the
 * last grant, and lasts until W behind itself. With P bytes in a packet, grants are U apart, from
 * s W to s W + P, on average in the middle. Bytes behind grant k + m go out by the credit of grant
 * k, a round trip R earlier, where m is how many U fit into W; so m U pass in each R. Where s W is
 * a whole part of W, one U fewer fits than with credit to the byte: quic-go's quarter gives 3 (W /
 * 4 + P / 2) in each round trip and not W. */
static double window_share(double share, double window_bytes)
{
    const double packet_bytes = 1280 - 23 - 6; /* of STREAM: type, id, offset of 4 bytes */
    const double apart = share * window_bytes < packet_bytes
                             ? packet_bytes
                             : share * window_bytes + packet_bytes / 2;
    return floor(window_bytes / apart) * apart / window_bytes;
}

static void a_window_limits_to_what_its_grants_let_pass(void)
{
    static const struct {
        const char *window, *share;
        double window_bytes, share_number, about;
    } CASES[] = {{"stream-window=64KiB", "update-share=0.01", 65536, 0.01, 0.99},
                 {"connection-window=128KiB", "update-share=0.005", 131072, 0.005, 0.99},
                 {"stream-window=512KiB", "update-share=0.25", 524288, 0.25, 0.754},
                 {"connection-window=512KiB", "update-share=0.25", 524288, 0.25, 0.754},
                 {"stream-window=256KiB", "update-share=0.25", 262144, 0.25, 0.757},
                 {"stream-window=512KiB", "update-share=0.24", 524288, 0.24, 0.965},
                 {"stream-window=512KiB", "update-share=0.3", 524288, 0.3, 0.904},
                 {"stream-window=512KiB", "update-share=0.5", 524288, 0.5, 0.501},
                 {"stream-window=512KiB", "update-share=0.1", 524288, 0.1, 0.911}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {
            "stream-window=1MiB",  "connection-window=1MiB", "auto-tuning=no", "pacing=no",
            "initial-window=1000", CASES[i].window,          CASES[i].share,   NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        const double found = goodput(&rig, SIM_SECOND, 10 * SIM_SECOND);
        const double share = found / (CASES[i].window_bytes / 0.1);
        const double expected = window_share(CASES[i].share_number, CASES[i].window_bytes);
        CU_ASSERT_DOUBLE_EQUAL(expected, CASES[i].about, 0.003);
        CU_ASSERT_DOUBLE_EQUAL(share, expected, 0.01 * expected);
        if (fabs(share - expected) > 0.01 * expected) {
            printf("    %s %s: %g of window/R, expected %g\n", CASES[i].window, CASES[i].share,
                   share, expected);
        }
        quic_rig_clear(&rig);
    }
}

static void tuned_windows_fill_a_fast_path(void)
{
    QuicRig rig;
    quic_rig_init(&rig, NULL);
    rig.rate_bytes_per_ns = 100e6 / 8 * 1e-9;
    const double found = goodput(&rig, 2 * SIM_SECOND, 2 * SIM_SECOND);
    /* Of a datagram of 1308 B on the link, the stream has 1246 or so. */
    CU_ASSERT_TRUE(found > 0.94 * 100e6 / 8);
    CU_ASSERT_TRUE(rig.ends[1].quic.credit.window_bytes > 768 << 10);
    quic_rig_clear(&rig);
}

/* Mathis et al. 1997: MSS / RTT * sqrt(3 / 2) / sqrt(p); a window that comes down to beta has the
 * constant sqrt((1 + beta) / (2 (1 - beta))). */
static void random_loss_gives_mathis_rate(void)
{
    static const struct {
        const char *beta;
        double constant, loss;
    } CASES[] = {{"loss-window=0.5", 1.2247, 0.001},
                 {"loss-window=0.5", 1.2247, 0.01},
                 {"loss-window=0.7", 1.6833, 0.01}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].beta, "stream-window=10MiB",
                                       "connection-window=15MiB", NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        rig.loss = CASES[i].loss;
        const double found = goodput(&rig, 10 * SIM_SECOND, 400 * SIM_SECOND);
        const double expected = 1246 / 0.1 * CASES[i].constant / sqrt(CASES[i].loss);
        CU_ASSERT_DOUBLE_EQUAL(found / expected, 1, 0.2);
        if (fabs(found / expected - 1) > 0.2) {
            printf("    %s %g: %g of Mathis\n", CASES[i].beta, CASES[i].loss, found / expected);
        }
        quic_rig_clear(&rig);
    }
}

/* RFC 9438, 5.1: 1.054 RTT^0.75 / p^0.75 segments, where Reno is slower. */
static void cubic_has_its_own_rate(void)
{
    static const char *const CHANGES[] = {"congestion=cubic", "stream-window=10MiB",
                                          "connection-window=15MiB", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.loss = 0.0002;
    const double found = goodput(&rig, 10 * SIM_SECOND, 400 * SIM_SECOND);
    const double segments = 1.054 * pow(0.1, 0.75) / pow(rig.loss, 0.75);
    const double expected = segments * 1246 / 0.1;
    CU_ASSERT_TRUE(found > 0.8 * expected && found < 1.5 * expected);
    if (!(found > 0.8 * expected && found < 1.5 * expected)) {
        printf("    %g of CUBIC's law\n", found / expected);
    }
    quic_rig_clear(&rig);
}

CU_TestInfo suite_quic_laws[] = {
    {"a_window_limits_to_what_its_grants_let_pass", a_window_limits_to_what_its_grants_let_pass},
    {"tuned_windows_fill_a_fast_path", tuned_windows_fill_a_fast_path},
    {"random_loss_gives_mathis_rate", random_loss_gives_mathis_rate},
    {"cubic_has_its_own_rate", cubic_has_its_own_rate},
    CU_TEST_INFO_NULL,
};
