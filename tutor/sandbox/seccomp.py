"""The system calls that a learner's program is refused, as a classic BPF program for the kernel.

Format: `struct sock_filter` and `struct seccomp_data` of linux/filter.h and linux/seccomp.h; see seccomp(2).
New processes are refused (threads are not), so that the limit on one process's memory is the limit on all of it.
"""

import errno
import platform
import struct

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x10000
_X32_BIT = 0x40000000

_X86_64 = 0xC000003E, {
    "clone": 56, "clone3": 435, "fork": 57, "vfork": 58, "socket": 41, "socketpair": 53, "ptrace": 101, "mount": 165,
    "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "bpf": 321, "perf_event_open": 298,
    "userfaultfd": 323, "keyctl": 250, "add_key": 248, "request_key": 249, "io_uring_setup": 425, "memfd_create": 319,
    "process_vm_readv": 310, "process_vm_writev": 311, "shmget": 29, "msgget": 68, "mq_open": 240, "kexec_load": 246,
    "init_module": 175, "finit_module": 313, "open_by_handle_at": 304, "personality": 135, "move_mount": 429,
    "fsopen": 430, "open_tree": 428, "mount_setattr": 442, "setrlimit": 160,
}  # fmt: skip
_AARCH64 = 0xC00000B7, {
    "clone": 220, "clone3": 435, "socket": 198, "socketpair": 199, "ptrace": 117, "mount": 40, "umount2": 39,
    "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268, "bpf": 280, "perf_event_open": 241,
    "userfaultfd": 282, "keyctl": 219, "add_key": 217, "request_key": 218, "io_uring_setup": 425, "memfd_create": 279,
    "process_vm_readv": 270, "process_vm_writev": 271, "shmget": 194, "msgget": 186, "mq_open": 180, "kexec_load": 104,
    "init_module": 105, "finit_module": 273, "open_by_handle_at": 265, "personality": 92, "move_mount": 429,
    "fsopen": 430, "open_tree": 428, "mount_setattr": 442, "setrlimit": 164,
}  # fmt: skip
_MACHINES = {"x86_64": _X86_64, "aarch64": _AARCH64}


def supported(machine: str = "") -> bool:
    return (machine or platform.machine()) in _MACHINES


def program(machine: str = "") -> bytes:
    """The filter for this kind of machine. Raises `KeyError` where `supported` is false."""
    arch, numbers = _MACHINES[machine or platform.machine()]
    numbers = dict(numbers)
    clone, clone3 = numbers.pop("clone"), numbers.pop("clone3")
    code = [
        _step(_LOAD, _ARCH_AT), _step(_EQUAL, arch, yes=1), _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT), _step(_AT_LEAST, _X32_BIT, no=1), _step(_RETURN, _KILL),
        # the C library falls back to clone, whose flags a filter can read
        _step(_EQUAL, clone3, no=1), _step(_RETURN, _ERRNO | errno.ENOSYS),
        _step(_EQUAL, clone, no=4), _step(_LOAD, _FIRST_ARGUMENT_AT), _step(_ANY_BIT, _CLONE_THREAD, yes=1),
        _step(_RETURN, _ERRNO | errno.EPERM), _step(_RETURN, _ALLOW),
    ]  # fmt: skip
    for number in numbers.values():
        code += [_step(_EQUAL, number, no=1), _step(_RETURN, _ERRNO | errno.EPERM)]
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _step(operation: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, yes, no, value)
