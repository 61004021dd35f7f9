#ifndef NAVECTL_RENDER_H
#define NAVECTL_RENDER_H

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Prints the document of 'command' (in full spelling, as answers carry it) as an IOS operator expects to see it; one that
 * has no layout of its own as JSON.
 */
void navectl_render(const char *command, const json_t *doc, FILE *out);

/* The layouts. */
void navectl_render_version(const json_t *doc, FILE *out);
void navectl_render_lines(const json_t *doc, FILE *out);
void navectl_render_help(const json_t *doc, FILE *out);
void navectl_render_cleared(const json_t *doc, FILE *out);
void navectl_render_cleared_counters(const json_t *doc, FILE *out);
void navectl_render_rekeyed(const json_t *doc, FILE *out);
void navectl_render_fault(const json_t *doc, FILE *out);

void navectl_render_crypto_session(const json_t *doc, FILE *out);
void navectl_render_crypto_brief(const json_t *doc, FILE *out);
void navectl_render_crypto_detail(const json_t *doc, FILE *out);
void navectl_render_crypto_ikev2(const json_t *doc, FILE *out);
void navectl_render_crypto_ikev2_detailed(const json_t *doc, FILE *out);
void navectl_render_crypto_ipsec(const json_t *doc, FILE *out);
void navectl_render_crypto_redirect(const json_t *doc, FILE *out);
void navectl_render_crypto_stats(const json_t *doc, FILE *out);

void navectl_render_iface(const json_t *doc, FILE *out);
void navectl_render_iface_netdev(const json_t *f, FILE *out); /* an interface's line about its netdev, if it is to have one */

void navectl_render_ip_derived(const json_t *doc, FILE *out);
void navectl_render_ip_interfaces(const json_t *doc, FILE *out);
void navectl_render_ip_pools(const json_t *doc, FILE *out);

void navectl_render_ip_policies(const json_t *doc, FILE *out);
void navectl_render_ip_features(const json_t *doc, FILE *out);
void navectl_render_ip_lists(const json_t *doc, FILE *out);

void navectl_render_route(const json_t *doc, FILE *out);
void navectl_render_route_part(const json_t *doc, FILE *out);  /* of a table, without a last resort */
void navectl_render_route_entry(const json_t *doc, FILE *out); /* of one prefix */
void navectl_render_route_summary(const json_t *doc, FILE *out);
void navectl_render_route_cef(const json_t *doc, FILE *out);
void navectl_render_route_vrfs(const json_t *doc, FILE *out);
void navectl_render_sla(const json_t *doc, FILE *out);
void navectl_render_route_track(const json_t *doc, FILE *out);
void navectl_render_route_tracks(const json_t *doc, FILE *out); /* a line each */

void navectl_render_platform_offload(const json_t *doc, FILE *out);
void navectl_render_platform_counters(const json_t *doc, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
