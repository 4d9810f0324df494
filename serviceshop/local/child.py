"""Execute a program that is killed when the process that started it dies.

This script runs between the start of a process and the actual program. So none of it happens
in the parent's memory (``preexec_fn`` is unsafe with threads), and the program is a direct
child of the parent:

    python -I -S child.py PARENT SIGNAL IDENTITY DIRECTORY PROGRAM [ARGUMENT …]

SIGNAL is what the kernel sends when the parent dies. IDENTITY is one of

- ``same``: the same user;
- ``namespace:UID``: the same user, with another UID in a user namespace (PostgreSQL does not
  run as root, or as a user without a name);
- ``user:UID:GID``: another user with the capability to access all files that root can
  access, so that no folder needs wider permissions.

Exit status 126: the identity could not be taken. 127: the program could not be run.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CLONE_NEWUSER = 0x10000000
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def die_with(parent: int, signal_number: int) -> None:
    """Have the kernel send this process a signal when ``parent`` dies; exit if it has died.

    The kernel observes the thread of the parent that started this process. The setting is
    kept over ``exec``, not inherited by children, and lost when the user changes. On other
    systems than Linux this does nothing; the next start ends orphans.
    """
    if sys.platform != "linux":
        return
    _libc().prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(1)


def take_identity(identity: str) -> None:
    kind, *ids = identity.split(":")
    if kind == "namespace":
        _enter_namespace(int(ids[0]))
    elif kind == "user":
        _become(int(ids[0]), int(ids[1]))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _enter_namespace(uid: int) -> None:
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(CLONE_NEWUSER))
    for name, text in (
        ("setgroups", "deny"),  # the kernel requires this before a gid_map
        ("uid_map", f"{uid} {outside_uid} 1"),
        ("gid_map", f"{uid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _become(uid: int, gid: int) -> None:
    libc = _libc()
    _check(libc.prctl(PR_SET_KEEPCAPS, 1))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    only = 1 << CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)  # effective, permitted, inheritable
    if libc.capset(header, sets) == 0:  # in containers root may lack it
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main() -> None:
    parent, signal_number, identity, directory, *program = sys.argv[1:]
    try:
        take_identity(identity)
        os.chdir(directory)
    except OSError as error:
        print(f"{identity}: {error}", file=sys.stderr)
        sys.exit(126)
    die_with(int(parent), int(signal_number))
    try:
        os.execv(program[0], program)  # noqa: S606 -- the purpose of this script
    except OSError as error:
        print(f"{program[0]}: {error}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()
