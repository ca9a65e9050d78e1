/* SPDX-License-Identifier: MIT */
/* The server of skein view over real sockets on the loopback address: what it refuses, and that
 * nothing that a client sends hurts it. */
#include "analysis/view_server.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct Served {
    sqlite3 *database;
    ViewSite *site;
    ViewServer *server;
} Served;

static Served serve(void)
{
    const ViewServerOptions options = {0};
    g_autoptr(GError) error = NULL;
    Served served = {.database = sample_run_open(NULL)};
    served.site = view_site_new(served.database);
    served.server = view_server_new(served.site, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(served.server);
    return served;
}

static void end(Served *served)
{
    view_server_free(served->server);
    view_site_free(served->site);
    sqlite3_close(served->database);
}

/* -1 when there are no more descriptors. */
static int connect_to(const Served *served)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(view_server_port(served->server)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = 20};
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0) {
        return -1;
    }
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    CU_ASSERT_EQUAL_FATAL(
        connect(descriptor, (const struct sockaddr *)(const void *)&address, sizeof address), 0);
    return descriptor;
}

static void send_bytes(int descriptor, const void *bytes, size_t size_bytes)
{
    (void)!send(descriptor, bytes, size_bytes, MSG_NOSIGNAL);
}

/* All that comes until the other side closes. */
static char *receive_all(int descriptor)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    for (ssize_t count; (count = recv(descriptor, buffer, sizeof buffer, 0)) > 0;) {
        g_string_append_len(text, buffer, count);
    }
    close(descriptor);
    return g_string_free(text, FALSE);
}

static char *ask(const Served *served, const char *request)
{
    const int descriptor = connect_to(served);
    send_bytes(descriptor, request, strlen(request));
    return receive_all(descriptor);
}

static void expect_status(const Served *served, const char *request, const char *status)
{
    g_autofree char *text = ask(served, request);
    g_autofree char *start = g_strconcat("HTTP/1.1 ", status, NULL);
    if (!g_str_has_prefix(text, start)) {
        g_printerr("%s\ngave %.80s\nexpected %s\n", request, text, start);
        CU_FAIL("another status");
    }
}

#define END "Connection: close\r\n\r\n"

static bool is_alive(const Served *served)
{
    g_autofree char *text = ask(served, "GET /runs HTTP/1.1\r\nHost: localhost\r\n" END);
    return g_str_has_prefix(text, "HTTP/1.1 200") && strstr(text, "\r\n\r\n[[") != NULL;
}

static void server_answers_get_and_head_alone(void)
{
    Served served = serve();
    g_autofree char *own = g_strdup_printf("GET / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n" END,
                                           view_server_port(served.server));
    g_autofree char *page = ask(&served, own);
    CU_ASSERT_TRUE(g_str_has_prefix(page, "HTTP/1.1 200"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "Content-Security-Policy: default-src 'none'; script-src "
                                        "'self';"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "X-Content-Type-Options: nosniff"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<!DOCTYPE html>"));
    g_autofree char *head = ask(&served, "HEAD /page.js HTTP/1.1\r\nHost: localhost\r\n" END);
    CU_ASSERT_TRUE(g_str_has_prefix(head, "HTTP/1.1 200"));
    CU_ASSERT_TRUE(g_str_has_suffix(head, "\r\n\r\n"));
    static const char *const writing[] = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"};
    for (size_t i = 0; i < G_N_ELEMENTS(writing); i++) {
        g_autofree char *request = g_strdup_printf(
            "%s / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n" END "abc", writing[i]);
        expect_status(&served, request, "405");
    }
    end(&served);
}

/* A page elsewhere may bend a name of its own to 127.0.0.1, but cannot change the Host header. */
static void server_knows_its_own_names_alone(void)
{
    Served served = serve();
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: evil.example\r\n" END, "403");
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: localhost.evil.example\r\n" END, "403");
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" END, "403");
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: \r\n" END, "403");
    expect_status(&served, "GET /run/0 HTTP/1.0\r\n" END, "403");
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: LOCALHOST\r\n" END, "200");
    expect_status(&served, "GET /run/0 HTTP/1.1\r\nHost: [::1]\r\n" END, "200");
    end(&served);
}

static void server_answers_malformed_requests(void)
{
    static const char *const requests[] = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n" END,
        "GET /%00%ff%zz HTTP/1.1\r\nHost: localhost\r\n" END,
        "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n" END,
        "GET /run/0/traces?text=%3Cscript%3E&limit=-1 HTTP/1.1\r\nHost: localhost\r\n" END,
        "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n" END,
        "\r\n\r\n\r\n",
    };
    Served served = serve();
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        const int descriptor = connect_to(&served);
        const struct timeval little = {.tv_usec = 500000}; /* some are waited for longer */
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &little, sizeof little);
        send_bytes(descriptor, requests[i], strlen(requests[i]));
        shutdown(descriptor, SHUT_WR);
        g_autofree char *text = receive_all(descriptor);
        CU_ASSERT_TRUE(*text == '\0' || g_str_has_prefix(text, "HTTP/1."));
        CU_ASSERT_PTR_NULL(strstr(text, "root:"));
    }
    g_autofree char *long_name = g_strnfill(100000, 'a');
    g_autofree char *request =
        g_strdup_printf("GET /%s HTTP/1.1\r\nHost: localhost\r\n" END, long_name);
    g_autofree char *text = ask(&served, request);
    CU_ASSERT_TRUE(*text == '\0' || g_str_has_prefix(text, "HTTP/1.1 4"));
    CU_ASSERT_TRUE(is_alive(&served));
    end(&served);
}

static uint64_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Good requests with bytes changed, doubled, cut off or put in. */
static void server_survives_a_client_that_talks_nonsense(void)
{
    static const char *const seeds[] = {
        "GET /run/0/window?from=0&to=99999999999&peers=0,1,2 HTTP/1.1\r\nHost: localhost\r\n" END,
        "GET /run/0/traces?text=ping&errors=1&order=longest&offset=0&limit=10 HTTP/1.1\r\n"
        "Host: localhost\r\n" END,
        "POST /run/0 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
        "chunked\r\n\r\n5\r\nabcde\r\n"
        "0\r\n\r\n",
        "HEAD /run/0/trace/1 HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\n" END,
    };
    enum { REQUESTS = 1500 };
    Served served = serve();
    uint64_t state = 7;
    for (unsigned i = 0; i < REQUESTS; i++) {
        g_autoptr(GString) request = g_string_new(seeds[draw(&state) % G_N_ELEMENTS(seeds)]);
        for (uint64_t changes = 1 + draw(&state) % 8; changes > 0 && request->len > 1; changes--) {
            const gsize at = draw(&state) % request->len;
            switch (draw(&state) % 4) {
            case 0:
                request->str[at] = (char)draw(&state);
                break;
            case 1:
                g_string_insert_c(request, (gssize)at, (char)draw(&state));
                break;
            case 2:
                g_string_truncate(request, at + 1);
                break;
            default:
                g_string_insert_len(request, (gssize)at, "\r\n\r\nGET %00%", 12);
            }
        }
        const int descriptor = connect_to(&served);
        send_bytes(descriptor, request->str, request->len);
        if (i % 2 == 0) {
            shutdown(descriptor, SHUT_WR);
        }
        char answer[256];
        if (i % 8 == 0) {
            (void)!recv(descriptor, answer, sizeof answer, MSG_DONTWAIT);
        }
        close(descriptor);
    }
    CU_ASSERT_TRUE(is_alive(&served));
    end(&served);
}

static void server_survives_a_thousand_connections(void)
{
    enum { CONNECTIONS = 1000 };
    Served served = serve();
    g_autofree int *descriptors = g_new(int, CONNECTIONS);
    unsigned opened = 0, answered = 0;
    for (; opened < CONNECTIONS; opened++) {
        descriptors[opened] = connect_to(&served);
        if (descriptors[opened] < 0) {
            break;
        }
        send_bytes(descriptors[opened], "GET /runs HTTP/1.1\r\n", 20); /* and no more for now */
    }
    for (unsigned i = 0; i < opened; i++) {
        static const char rest[] = "Host: localhost\r\n" END;
        send_bytes(descriptors[i], rest, strlen(rest));
    }
    for (unsigned i = 0; i < opened; i++) {
        g_autofree char *text = receive_all(descriptors[i]);
        answered += g_str_has_prefix(text, "HTTP/1.1 200") ? 1 : 0;
    }
    if (opened < CONNECTIONS) {
        g_printerr("SKIPPED: only %u of %d connections: no more descriptors\n", opened,
                   CONNECTIONS);
    }
    CU_ASSERT_EQUAL(answered, opened);
    CU_ASSERT_TRUE(is_alive(&served));
    end(&served);
}

static void server_stays_on_this_machine(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(ViewSite) site = view_site_new(database);
    static const struct {
        const char *address, *words;
    } cases[] = {{"0.0.0.0", "--expose"},
                 {"::", "--expose"},
                 {"192.0.2.1", "--expose"},
                 {"localhost", "numeric"},
                 {"127.0.0", "numeric"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ViewServerOptions options = {.address = cases[i].address};
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(view_server_new(site, &options, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].words));
    }
    /* A port that is taken. */
    Served served = serve();
    const ViewServerOptions options = {.port = view_server_port(served.server)};
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(view_server_new(site, &options, &error));
    CU_ASSERT_PTR_NOT_NULL(error);
    end(&served);
}

CU_TestInfo suite_view_server[] = {
    {"server_answers_get_and_head_alone", server_answers_get_and_head_alone},
    {"server_knows_its_own_names_alone", server_knows_its_own_names_alone},
    {"server_answers_malformed_requests", server_answers_malformed_requests},
    {"server_survives_a_client_that_talks_nonsense", server_survives_a_client_that_talks_nonsense},
    {"server_survives_a_thousand_connections", server_survives_a_thousand_connections},
    {"server_stays_on_this_machine", server_stays_on_this_machine},
    CU_TEST_INFO_NULL,
};
