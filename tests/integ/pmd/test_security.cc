// rte_security and rte_flow over a real navenic, judged by OpenSSL.
#include "lab.h"
