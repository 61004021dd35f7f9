"""Keys and certificates for the rows of the table."""
import asyncio

import suites


def kinds(rows):
    """The kinds of keys that these rows need."""
    return sorted({suites.key(a) for r in rows for a in (r.nave, r.ss)} - {None})


async def openssl(*words):
    process = await asyncio.create_subprocess_exec("openssl", *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {out.decode()}")


async def make_key(kind, path):
    if kind.startswith("rsa"):
        await openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind[3:]}", "-out", path)
    elif kind.startswith("ecdsa"):
        await openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:P-{kind[5:]}", "-out", path)
    else:
        await openssl("genpkey", "-algorithm", "ED25519", "-out", path)


async def make_ca(pki, name):
    await make_key("ecdsa256", pki / f"{name}.key")
    await openssl("req", "-x509", "-key", pki / f"{name}.key", "-subj", f"/O=Example/CN=Example {name} CA", "-days", "30", "-out",
        pki / f"{name}.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip


async def certify(pki, key, name, path, ca="root"):
    """A certificate of a CA for 'name' and the key in 'key'."""
    extension = path.with_suffix(".ext")
    extension.write_text(f"subjectAltName=DNS:{name}\n")
    request = path.with_suffix(".csr")
    await openssl("req", "-new", "-key", key, "-subj", f"/O=Example/CN={name}", "-out", request)
    await openssl("x509", "-req", "-in", request, "-CA", pki / f"{ca}.pem", "-CAkey", pki / f"{ca}.key", "-set_serial", str(hash(name) & 0xFFFFFFFF),
        "-days", "30", "-extfile", extension, "-out", path)  # fmt: skip


async def make(rows, pki, hub):
    """Two CAs, a key of each kind for either end, and certificates for 'hub' and for each row's peer."""
    pki.mkdir(exist_ok=True)
    await asyncio.gather(make_ca(pki, "root"), make_ca(pki, "other"))
    await asyncio.gather(*(make_key(kind, pki / f"{who}-{kind}.key") for kind in kinds(rows) for who in ("hub", "spoke")))
    await asyncio.gather(
        *(certify(pki, pki / f"hub-{kind}.key", hub, pki / f"hub-{kind}.pem") for kind in kinds(rows)),
        *(certify(pki, pki / f"spoke-{suites.key(r.ss)}.key", r.name, pki / f"{r.id}.pem", *r.values("ss.ca")) for r in rows if suites.key(r.ss)),
    )
