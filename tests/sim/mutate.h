#ifndef TESTS_SIM_MUTATE_H
#define TESTS_SIM_MUTATE_H

#include <cstdint>
#include <string>

/*
 * Mutations of what two engines say to each other, from IKE_SA_INIT to the last delete: by key, certificate and EAP, in
 * fragments, with further key exchanges (IKE_INTERMEDIATE, IKE_FOLLOWUP_KE), with the first child after IKE_AUTH.  From outside datagrams are
 * changed as anyone on the way can; from inside what SK holds is changed and sealed again with the right keys: a peer that has proved
 * itself and lies.  A bystander has a session with the same hub.
 *
 * Does 'count' mutations, the same ones for the same 'seed', and says what broke and how to bring it about again; "": nothing.  What must
 * hold: nobody crashes; the bystander's session stays, and both its ends agree; engines break no contract; the hub holds a bounded number of SAs,
 * and none, no timer and no SPI once all have left.
 */
std::string mutate_run(uint64_t seed, uint64_t count, bool say);

#endif
