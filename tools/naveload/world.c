/* The world of the swarm's engine: it answers every question at once, has no datapath, and tells the peers' tallies. */
#include <string.h>

#include "ike/keying/signature.h"
#include "ike/wire/iana.h"
#include "naveload/inner.h"

static struct naveload_swarm *swarm_of(void *ctx)
{
	return (struct naveload_swarm *)ctx;
}

/* The peer whose SA 'sa' is; NULL: nobody's, for a stranger may begin one with us. */
static struct naveload_peer *peer_of(const struct naveload_swarm *s, struct slab_handle sa)
{
	struct naveload_peer *p = &s->peer[s->owner[sa.index]];

	return p->sa.index == sa.index && p->sa.generation == sa.generation ? p : NULL;
}

static void on_send(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	swarm_of(ctx)->cfg.send(swarm_of(ctx)->cfg.ctx, path, datagram);
}

static void on_keepalive(void *ctx, const struct ike_path *path)
{
	swarm_of(ctx)->cfg.keepalive(swarm_of(ctx)->cfg.ctx, path);
}

static enum err on_policy(void *ctx, const struct ike_path *path, struct ike_offers *out)
{
	(void)path;
	*out = swarm_of(ctx)->plan->ike;
	return ERR_OK;
}

/* The hub's proof: by a key that we have, or by a certificate that we ask for. */
static void judge(struct naveload_swarm *s, const struct ike_who *who, struct ike_proof *proof)
{
	proof->err = ERR_DENIED;
	if (who->role != IKE_INITIATOR)
		return;
	if (who->method == IKE_AUTH_PSK) {
		proof->err = s->plan->psk.len == 0 ? ERR_AUTH : secret_set(&proof->verify, secret_view(&s->plan->psk));
		proof->why = "no-key";
		return;
	}
	proof->why = s->plan->ca == NULL ? "no-ca" : naveload_certs_judge(s->cfg.certs, s->cfg.crypto, who, s->cfg.wall_s(s->cfg.ctx));
	proof->proved = proof->why == NULL;
	proof->err = proof->proved ? ERR_OK : ERR_AUTH;
}

static void on_authenticate(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct ike_proof proof;

	memset(&proof, 0, sizeof(proof));
	proof.why = "initiator";
	judge(s, who, &proof);
	ike_engine_authenticated(s->engine, naveload_now_ms(s), sa, &proof);
}

static void on_sign(void *ctx, struct slab_handle sa, const struct ike_text *text)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct ike_signature answer;
	uint8_t buf[IKE_SIGNATURE_MAX];

	naveload_certs_sign(s->cfg.certs, s->cfg.crypto, (uint32_t)text->ref, text, buf, &answer);
	ike_engine_signed(s->engine, naveload_now_ms(s), sa, &answer);
}

static enum err open_eap(struct naveload_swarm *s, struct naveload_peer *p, const struct ike_eap_turn *turn)
{
	struct naveload_eap_means means = {
		.plan = s->plan, .certs = s->cfg.certs, .crypto = s->cfg.crypto, .rand = s->cfg.rand, .now_s = s->cfg.wall_s(s->cfg.ctx)
	};

	return naveload_eap_new(&p->eap, &means, (uint32_t)turn->ref, turn->peer_id);
}

static void on_eap(void *ctx, struct slab_handle sa, const struct ike_eap_turn *turn)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct naveload_peer *p = peer_of(s, sa);
	struct ike_eap_answer answer;
	enum err err = p == NULL ? ERR_ABSENT : p->eap != NULL ? ERR_OK : open_eap(s, p, turn);

	memset(&answer, 0, sizeof(answer));
	answer.verdict = IKE_EAP_FAILED;
	answer.why = "internal";
	if (err == ERR_OK)
		naveload_eap_take(p->eap, turn->packet, &answer);
	ike_engine_eap(s->engine, naveload_now_ms(s), sa, &answer);
}

static void end_eap(struct naveload_peer *p)
{
	if (p == NULL)
		return;
	naveload_eap_free(p->eap);
	p->eap = NULL;
}

/* A responder's question, which no peer of ours comes to. */
static void on_authorize(void *ctx, struct slab_handle sa, const struct ike_plea *plea)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct ike_grant grant;

	(void)plea;
	memset(&grant, 0, sizeof(grant));
	grant.verdict = IKE_REFUSED;
	grant.why = "initiator";
	ike_engine_authorized(s->engine, naveload_now_ms(s), sa, &grant);
}

static enum err on_spi_new(void *ctx, const struct ike_path *path, uint32_t *out)
{
	struct naveload_swarm *s = swarm_of(ctx);

	(void)path;
	*out = s->spi_next++;
	if (s->spi_next < NAVELOAD_SPI_FIRST)
		s->spi_next = NAVELOAD_SPI_FIRST;
	return ERR_OK;
}

static void on_spi_free(void *ctx, uint32_t spi)
{
	(void)ctx;
	(void)spi;
}

static void rekeyed(struct naveload_swarm *s, struct naveload_peer *p, enum naveload_rekey what)
{
	struct naveload_tally *t = &naveload_current(s)->rekey;

	if (p == NULL || !p->rekeying || s->plan->rekey != what)
		return;
	p->rekeying = false;
	naveload_tally_done(t, naveload_now_us(s));
	naveload_hist_add(&t->time, naveload_now_us(s) - p->since_us);
	naveload_wave_end(&s->wave);
}

static void on_install(void *ctx, struct slab_handle sa, struct ike_child_sa *child)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct naveload_peer *p = peer_of(s, sa);

	if (p != NULL && child->replaces == 0)
		p->child = child->spi_in;
	ike_engine_installed(s->engine, naveload_now_ms(s), sa, child->spi_in, ERR_OK);
}

static void on_child_use(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct naveload_peer *p = peer_of(s, sa);

	if (p != NULL)
		p->child = spi_in;
	rekeyed(s, p, NAVELOAD_REKEY_CHILD);
}

static void on_rekeyed(void *ctx, struct slab_handle sa)
{
	struct naveload_swarm *s = swarm_of(ctx);

	rekeyed(s, peer_of(s, sa), NAVELOAD_REKEY_IKE);
}

static void on_child_down(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	(void)ctx;
	(void)sa;
	(void)spi_in;
}

static void on_config_set(void *ctx, struct slab_handle sa, const struct ike_config *config, bool *accepted)
{
	(void)ctx;
	(void)sa;
	memset(accepted, true, config->prefix_count);
}

/* A set-up has ended: one of the wave, or of a peer that came again while all are held. */
static struct naveload_tally *setup_ended(struct naveload_swarm *s)
{
	if (s->phase != NAVELOAD_SETUP) {
		s->coming_again--;
		return &naveload_current(s)->again;
	}
	naveload_wave_end(&s->wave);
	return &naveload_current(s)->setup;
}

static void on_up(void *ctx, struct slab_handle sa)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct naveload_peer *p = peer_of(s, sa);
	struct naveload_tally *t;

	if (p == NULL)
		return;
	end_eap(p);
	p->state = NAVELOAD_PEER_UP;
	s->up++;
	t = setup_ended(s);
	naveload_tally_done(t, naveload_now_us(s));
	naveload_hist_add(&t->time, naveload_now_us(s) - p->since_us);
}

static void on_down(void *ctx, struct slab_handle sa, enum ike_down reason)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct naveload_peer *p = peer_of(s, sa);
	enum naveload_peer_state was = p == NULL ? NAVELOAD_PEER_DOWN : (enum naveload_peer_state)p->state;

	end_eap(p);
	if (was == NAVELOAD_PEER_DOWN)
		return;
	p->state = NAVELOAD_PEER_DOWN;
	if (was == NAVELOAD_PEER_COMING) {
		naveload_tally_failed(setup_ended(s), reason, naveload_now_us(s));
		return;
	}
	s->up--;
	if (was == NAVELOAD_PEER_UP)
		naveload_current(s)->lost[reason]++;
	if (!p->rekeying)
		return;
	p->rekeying = false;
	naveload_tally_failed(&naveload_current(s)->rekey, reason, naveload_now_us(s));
	naveload_wave_end(&s->wave);
}

static void on_moved(void *ctx, struct slab_handle sa, const struct ike_path *path, bool udp_encap)
{
	(void)udp_encap;
	(void)ctx;
	(void)sa;
	(void)path;
}

void naveload_world_fill(struct naveload_swarm *s)
{
	s->ports = (struct ike_ports){ .ctx = s,
		.send = on_send,
		.keepalive = on_keepalive,
		.policy = on_policy,
		.authenticate = on_authenticate,
		.authorize = on_authorize,
		.spi_new = on_spi_new,
		.spi_free = on_spi_free,
		.install = on_install,
		.child_use = on_child_use,
		.child_down = on_child_down,
		.config_set = on_config_set,
		.up = on_up,
		.down = on_down,
		.moved = on_moved,
		.rekeyed = on_rekeyed };
	if (naveload_certs_sign_all(s->cfg.certs))
		s->ports.sign = on_sign;
	if (s->plan->eap != 0)
		s->ports.eap = on_eap;
}
