"""The files of the tree that the house tests look at."""
import os
import subprocess


def root():
    return os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


def files(top, suffixes):
    """Paths below 'top', sorted, of all tracked or new files with one of the suffixes (without git: of all files)."""
    git = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True)
    names = git.stdout.split("\0") if git.returncode == 0 else walk(top)
    return sorted(n for n in names if n.endswith(suffixes) and os.path.isfile(os.path.join(top, n)))


def walk(top):
    for folder, below, names in os.walk(top):
        below[:] = [d for d in below if d != "build" and not d.startswith(("build-", "."))]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), top)


def read(top, name):
    with open(os.path.join(top, name), encoding="utf-8", errors="replace") as f:
        return f.read()
