/* SPDX-License-Identifier: MIT */
/* The server of `skein view`: an HTTP server on the loopback address around a ViewSite, by
 * libmicrohttpd. It answers GET and HEAD, only to requests whose Host header names this machine
 * (so that a page elsewhere cannot ask through a name that it bends to 127.0.0.1), writes nothing,
 * and sends a strict content security policy. One thread answers; the database is not used from
 * any other. */
#ifndef ANALYSIS_VIEW_SERVER_H
#define ANALYSIS_VIEW_SERVER_H

#include "analysis/view_site.h"

typedef struct ViewServer ViewServer;

typedef struct ViewServerOptions {
    const char *address; /* numeric; NULL: 127.0.0.1 */
    uint16_t port;       /* 0: any free one */
    bool is_exposed;     /* the address may be one that other machines reach */
} ViewServerOptions;

/* Serves until it is freed. Borrows the site. */
ViewServer *view_server_new(ViewSite *site, const ViewServerOptions *options, GError **error);
void view_server_free(ViewServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViewServer, view_server_free)

uint16_t view_server_port(const ViewServer *server);
/* What to type into a browser. */
const char *view_server_url(const ViewServer *server);

#endif
