/* SPDX-License-Identifier: MIT */
#include "analysis/view_server.h"

#include "analysis/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/resource.h>

enum { CONNECTIONS_MAX = 4000, IDLE_SECONDS = 30, CONNECTION_BYTES = 16 * 1024 };

struct ViewServer {
    ViewSite *site;
    struct MHD_Daemon *daemon;
    uint16_t port;
    char *url;
    char *host; /* the address as a Host header has it, without the port */
};

static enum MHD_Result send_answer(struct MHD_Connection *connection, ViewAnswer *answer)
{
    const gsize length = answer->body->len;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        length, g_string_free(g_steal_pointer(&answer->body), FALSE), MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    MHD_add_response_header(response, "Content-Security-Policy", VIEW_SITE_POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
    const enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *words)
{
    ViewAnswer answer = {
        .status = status, .type = "text/plain; charset=utf-8", .body = g_string_new(words)};
    return send_answer(connection, &answer);
}

/* `localhost`, the address itself, each with our port or none. */
static bool host_is_ours(const ViewServer *server, const char *host)
{
    const char *const names[] = {"localhost", "127.0.0.1", "[::1]", server->host, NULL};
    for (size_t i = 0; host != NULL && names[i] != NULL; i++) {
        g_autofree char *with_port = g_strdup_printf("%s:%u", names[i], server->port);
        if (g_ascii_strcasecmp(host, names[i]) == 0 || g_ascii_strcasecmp(host, with_port) == 0) {
            return true;
        }
    }
    return false;
}

static const char *parameter_of(void *data, const char *name)
{
    return MHD_lookup_connection_value(data, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result answer_request(void *data, struct MHD_Connection *connection,
                                      const char *url, const char *method, const char *version,
                                      const char *upload, size_t *upload_size, void **state)
{
    static const char HEAD_WAS_READ[] = ""; /* marks the second call for one request */
    ViewServer *server = data;
    (void)version;
    (void)upload;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "nothing can be written here\n");
    }
    if (*state == NULL) {
        *state = (void *)(uintptr_t)HEAD_WAS_READ;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0; /* a body is read and forgotten */
        return MHD_YES;
    }
    const char *host =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    if (!host_is_ours(server, host)) {
        return refuse(connection, MHD_HTTP_FORBIDDEN,
                      "the Host header names another machine than this one\n");
    }
    ViewAnswer answer = view_site_answer(server->site, url, parameter_of, connection);
    return send_answer(connection, &answer);
}

/* A thousand connections need a thousand descriptors; many systems start with 1,024 in all. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < CONNECTIONS_MAX + 64) {
        limit.rlim_cur = MIN(limit.rlim_max, CONNECTIONS_MAX + 64);
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The address as sockaddr; only loopback unless the options say more. */
static bool read_address(const ViewServerOptions *options, struct sockaddr_storage *storage,
                         GError **error)
{
    const char *text = options->address == NULL ? "127.0.0.1" : options->address;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    if (address == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "found address '%s', expected a numeric one, such as 127.0.0.1 or ::1", text);
        return false;
    }
    if (!g_inet_address_get_is_loopback(address) && !options->is_exposed) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "other machines reach the address %s, and whoever reaches it can read the "
                    "database; give --expose as well to allow that",
                    text);
        return false;
    }
    g_autoptr(GSocketAddress) socket = g_inet_socket_address_new(address, options->port);
    return g_socket_address_to_native(socket, storage, sizeof *storage, error);
}

static void name_server(ViewServer *server, const char *address)
{
    const char *text = address == NULL ? "127.0.0.1" : address;
    server->host = strchr(text, ':') == NULL ? g_strdup(text) : g_strdup_printf("[%s]", text);
    server->url = g_strdup_printf("http://%s:%u/", server->host, server->port);
}

ViewServer *view_server_new(ViewSite *site, const ViewServerOptions *options, GError **error)
{
    struct sockaddr_storage storage;
    if (!read_address(options, &storage, error)) {
        return NULL;
    }
    allow_descriptors();
    const unsigned family = storage.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    ViewServer *server = g_new0(ViewServer, 1);
    server->site = site;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | family, options->port, NULL, NULL, answer_request, server,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&storage, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    if (server->daemon == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT,
                    "cannot serve on port %u: %s", options->port, g_strerror(errno));
        g_free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info == NULL ? options->port : info->port;
    name_server(server, options->address);
    return server;
}

void view_server_free(ViewServer *server)
{
    if (server == NULL) {
        return;
    }
    MHD_stop_daemon(server->daemon);
    g_free(server->url);
    g_free(server->host);
    g_free(server);
}

uint16_t view_server_port(const ViewServer *server)
{
    return server->port;
}

const char *view_server_url(const ViewServer *server)
{
    return server->url;
}
